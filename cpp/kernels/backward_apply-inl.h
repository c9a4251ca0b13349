// dx = (g * weight - grad_mean - (x - mean) * slope) * scale for runs and columns.

#if defined(BATCHNORM_KERNELS_BACKWARD_APPLY_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef BATCHNORM_KERNELS_BACKWARD_APPLY_INL_H_
#undef BATCHNORM_KERNELS_BACKWARD_APPLY_INL_H_
#else
#define BATCHNORM_KERNELS_BACKWARD_APPLY_INL_H_
#endif

#include "cpp/kernels/fused_backward-inl.h"
#include "cpp/kernels/strips-inl.h"
#include "cpp/layout/offset_or_null.h"
#include "cpp/numerics/coefficients.h"
#include "cpp/simd/prefetch-inl.h"
#include "cpp/simd/vectors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace batchnorm {
namespace HWY_NAMESPACE {

// BackwardCoefficients, a vector each.
template <class D>
struct BackwardVecs {
  using V = hn::Vec<D>;

  HWY_INLINE V Apply(V grad, V x) const {
    const V centered = hn::MulSub(grad, weight, grad_mean);
    return hn::Mul(hn::Sub(hn::NegMulAdd(hn::Sub(x, mean), slope, centered), rest), scale);
  }

  V mean;
  V grad_mean;
  V rest;
  V slope;
  V scale;
  V weight;
};

template <class D>
HWY_INLINE BackwardVecs<D> BackwardVecsOf(D d, const BackwardCoefficients<hn::TFromD<D>>& c) {
  return {hn::Set(d, c.mean),  hn::Set(d, c.grad_mean), hn::Set(d, c.rest),
          hn::Set(d, c.slope), hn::Set(d, c.scale),     hn::Set(d, c.weight)};
}

// In what follows, dy is a PlainGradient or a GatedGradient. A null x stands for running
// statistics, through which no gradient flows: dx = g * scale.

// `jump` elements lie between the end of this run and the next one.
template <bool kStream, class Gradient, typename T>
HWY_INLINE void BackwardApplyRun(const Gradient dy, const T* x, T* dx, size_t length, size_t jump,
                                 const BackwardCoefficients<Compute<T>>& c) {
  const hn::ScalableTag<Compute<T>> d;
  const auto vecs = BackwardVecsOf(d, c);
  Transform<kStream>(dx, length, [=](const auto vec, size_t i) BATCHNORM_INLINE_ATTR {
    if (kStream) PrefetchAhead(dy.dy() + i, length - i, jump);
    const auto grad = dy.Load(d, vec, i);
    dy.Keep(d, vec, i, grad);
    if (x == nullptr) return hn::Mul(grad, vecs.scale);
    if (kStream) PrefetchAhead(x + i, length - i, jump);
    return vecs.Apply(grad, vec.Load(d, x + i));
  });
}

// Coefficients as one array each, for columns side by side.
template <typename T>
struct BackwardColumnCoefficients {
  HWY_ALIGN T mean[kCoefficientColumns];
  HWY_ALIGN T grad_mean[kCoefficientColumns];
  HWY_ALIGN T rest[kCoefficientColumns];
  HWY_ALIGN T slope[kCoefficientColumns];
  HWY_ALIGN T scale[kCoefficientColumns];
  HWY_ALIGN T weight[kCoefficientColumns];

  void Set(size_t j, const BackwardCoefficients<T>& c) {
    mean[j] = c.mean;
    grad_mean[j] = c.grad_mean;
    rest[j] = c.rest;
    slope[j] = c.slope;
    scale[j] = c.scale;
    weight[j] = c.weight;
  }
};

// dy, x and dx are where the whole matrix starts.
template <bool kStream, class Gradient, typename T>
HWY_INLINE void BackwardApplyStretch(Gradient dy, const T* x, T* dx, const Stretch& stretch,
                                     const BackwardColumnCoefficients<Compute<T>>& c) {
  const hn::ScalableTag<Compute<T>> d;
  dy = dy + stretch.offset;
  x = OffsetOrNull(x, stretch.offset);
  dx += stretch.offset;
  StretchColumn column(stretch.period);
  Transform<kStream>(dx, stretch.length,
                     [=, &column, &c](const auto vec, size_t i) BATCHNORM_INLINE_ATTR {
                       if (kStream) PrefetchToL2(dy.dy() + i, stretch.ahead);
                       const auto grad = dy.Load(d, vec, i);
                       dy.Keep(d, vec, i, grad);
                       const size_t j = column.Advance(vec.Count(d));
                       const auto scale = hn::LoadU(d, c.scale + j);
                       if (x == nullptr) return hn::Mul(grad, scale);
                       if (kStream) PrefetchToL2(x + i, stretch.ahead);
                       const BackwardVecs<decltype(d)> vecs = {hn::LoadU(d, c.mean + j),
                                                               hn::LoadU(d, c.grad_mean + j),
                                                               hn::LoadU(d, c.rest + j),
                                                               hn::LoadU(d, c.slope + j),
                                                               scale,
                                                               hn::LoadU(d, c.weight + j)};
                       return vecs.Apply(grad, vec.Load(d, x + i));
                     });
}

}  // namespace HWY_NAMESPACE
}  // namespace batchnorm
HWY_AFTER_NAMESPACE();

#endif  // BATCHNORM_KERNELS_BACKWARD_APPLY_INL_H_
