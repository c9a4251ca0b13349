// z = (x - mean) * scale + bias for runs and columns.

#if defined(BATCHNORM_KERNELS_NORMALIZE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef BATCHNORM_KERNELS_NORMALIZE_INL_H_
#undef BATCHNORM_KERNELS_NORMALIZE_INL_H_
#else
#define BATCHNORM_KERNELS_NORMALIZE_INL_H_
#endif

#include "cpp/kernels/fused_forward-inl.h"
#include "cpp/kernels/strips-inl.h"
#include "cpp/numerics/coefficients.h"
#include "cpp/simd/prefetch-inl.h"
#include "cpp/simd/vectors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace batchnorm {
namespace HWY_NAMESPACE {

// The mean comes off in two parts: x - high is exact for x near the mean.
template <class V>
HWY_INLINE V NormalizeVec(V x, V mean_high, V mean_low, V scale, V bias) {
  return hn::MulAdd(hn::Sub(hn::Sub(x, mean_high), mean_low), scale, bias);
}

// In what follows, x is where all of the elements start, and y a PlainOutput or a FusedOutput of
// them.

// The run that starts at `offset`; `jump` elements lie between its end and the next one. Returns y
// for that.
template <bool kStream, typename T, class Out>
HWY_INLINE Out NormalizeRun(const T* x, Out y, size_t offset, size_t length, size_t jump,
                            const NormalizeCoefficients<Compute<T>>& coefficients) {
  const hn::ScalableTag<Compute<T>> d;
  const auto mean_high = hn::Set(d, coefficients.mean.high);
  const auto mean_low = hn::Set(d, coefficients.mean.low);
  const auto scale = hn::Set(d, coefficients.scale);
  const auto bias = hn::Set(d, coefficients.bias);
  x += offset;
  y.Seek(offset);
  Transform<kStream>(y.y(), length, [=, &y](const auto vec, size_t i) BATCHNORM_INLINE_ATTR {
    if (kStream) PrefetchAhead(x + i, length - i, jump);
    const auto z = NormalizeVec(vec.Load(d, x + i), mean_high, mean_low, scale, bias);
    return y.Finish(d, vec, i, z);
  });
  y.Done(length);
  return y;
}

// Coefficients as one array each, for columns side by side.
template <typename T>
struct NormalizeColumnCoefficients {
  HWY_ALIGN T mean_high[kCoefficientColumns];
  HWY_ALIGN T mean_low[kCoefficientColumns];
  HWY_ALIGN T scale[kCoefficientColumns];
  HWY_ALIGN T bias[kCoefficientColumns];

  void Set(size_t j, const NormalizeCoefficients<T>& c) {
    mean_high[j] = c.mean.high;
    mean_low[j] = c.mean.low;
    scale[j] = c.scale;
    bias[j] = c.bias;
  }
};

// Returns y for the next stretch.
template <bool kStream, typename T, class Out>
HWY_INLINE Out NormalizeStretch(const T* x, Out y, const Stretch& stretch,
                                const NormalizeColumnCoefficients<Compute<T>>& c) {
  const hn::ScalableTag<Compute<T>> d;
  x += stretch.offset;
  y.Seek(stretch.offset);
  StretchColumn column(stretch.period);
  Transform<kStream>(
      y.y(), stretch.length, [=, &y, &column, &c](const auto vec, size_t i) BATCHNORM_INLINE_ATTR {
        if (kStream) PrefetchToL2(x + i, stretch.ahead);
        const size_t j = column.Advance(vec.Count(d));
        const auto z = NormalizeVec(vec.Load(d, x + i), hn::LoadU(d, c.mean_high + j),
                                    hn::LoadU(d, c.mean_low + j), hn::LoadU(d, c.scale + j),
                                    hn::LoadU(d, c.bias + j));
        return y.Finish(d, vec, i, z);
      });
  y.Done(stretch.length);
  return y;
}

}  // namespace HWY_NAMESPACE
}  // namespace batchnorm
HWY_AFTER_NAMESPACE();

#endif  // BATCHNORM_KERNELS_NORMALIZE_INL_H_
