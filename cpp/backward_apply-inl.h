// dx = (dy - grad_mean - (x - mean) * slope) * scale for runs and columns.

#if defined(BATCHNORM_BACKWARD_APPLY_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef BATCHNORM_BACKWARD_APPLY_INL_H_
#undef BATCHNORM_BACKWARD_APPLY_INL_H_
#else
#define BATCHNORM_BACKWARD_APPLY_INL_H_
#endif

#include "cpp/coefficients.h"
#include "cpp/shape.h"
#include "cpp/strips.h"
#include "cpp/vectors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace batchnorm {
namespace HWY_NAMESPACE {

// BackwardCoefficients, a vector each.
template <class D>
struct BackwardVecs {
  using V = hn::Vec<D>;

  HWY_INLINE V Apply(V grad, V x) const {
    const V deviation = hn::Sub(hn::Sub(x, mean_high), mean_low);
    const V centered = hn::Sub(hn::Sub(grad, grad_mean_high), grad_mean_low);
    return hn::Mul(hn::NegMulAdd(deviation, slope, centered), scale);
  }

  V mean_high;
  V mean_low;
  V grad_mean_high;
  V grad_mean_low;
  V slope;
  V scale;
};

template <bool kStream, typename T>
HWY_INLINE void BackwardApplyRun(const T* dy, const T* x, T* dx, size_t length,
                                 const BackwardCoefficients<Compute<T>>& c) {
  const hn::ScalableTag<Compute<T>> d;
  const BackwardVecs<decltype(d)> vecs = {hn::Set(d, c.mean.high),      hn::Set(d, c.mean.low),
                                          hn::Set(d, c.grad_mean.high), hn::Set(d, c.grad_mean.low),
                                          hn::Set(d, c.slope),          hn::Set(d, c.scale)};
  Transform<kStream>(dx, length, [=](const auto vec, size_t i) HWY_ATTR {
    if (kStream) {
      PrefetchAhead(dy + i);
      PrefetchAhead(x + i);
    }
    return vecs.Apply(vec.Load(d, dy + i), vec.Load(d, x + i));
  });
}

// Coefficients as one array each, for columns side by side.
template <typename T>
struct BackwardColumnCoefficients {
  HWY_ALIGN T mean_high[kMaxColumns];
  HWY_ALIGN T mean_low[kMaxColumns];
  HWY_ALIGN T grad_mean_high[kMaxColumns];
  HWY_ALIGN T grad_mean_low[kMaxColumns];
  HWY_ALIGN T slope[kMaxColumns];
  HWY_ALIGN T scale[kMaxColumns];

  void Set(size_t j, const BackwardCoefficients<T>& c) {
    mean_high[j] = c.mean.high;
    mean_low[j] = c.mean.low;
    grad_mean_high[j] = c.grad_mean.high;
    grad_mean_low[j] = c.grad_mean.low;
    slope[j] = c.slope;
    scale[j] = c.scale;
  }
};

template <bool kStream, typename T>
HWY_INLINE void BackwardApplyRow(const T* dy, const T* x, T* dx, size_t columns,
                                 const BackwardColumnCoefficients<Compute<T>>& c) {
  const hn::ScalableTag<Compute<T>> d;
  Transform<kStream>(dx, columns, [=, &c](const auto vec, size_t j) HWY_ATTR {
    const BackwardVecs<decltype(d)> vecs = {
        vec.Load(d, c.mean_high + j),      vec.Load(d, c.mean_low + j),
        vec.Load(d, c.grad_mean_high + j), vec.Load(d, c.grad_mean_low + j),
        vec.Load(d, c.slope + j),          vec.Load(d, c.scale + j)};
    return vecs.Apply(vec.Load(d, dy + j), vec.Load(d, x + j));
  });
}

}  // namespace HWY_NAMESPACE
}  // namespace batchnorm
HWY_AFTER_NAMESPACE();

#endif  // BATCHNORM_BACKWARD_APPLY_INL_H_
