// y = (x - mean) * scale + bias for runs and columns.

#if defined(BATCHNORM_NORMALIZE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef BATCHNORM_NORMALIZE_INL_H_
#undef BATCHNORM_NORMALIZE_INL_H_
#else
#define BATCHNORM_NORMALIZE_INL_H_
#endif

#include "cpp/coefficients.h"
#include "cpp/shape.h"
#include "cpp/strips.h"
#include "cpp/vectors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace batchnorm {
namespace HWY_NAMESPACE {

// The mean comes off in two parts: x - high is exact for x near the mean.
template <class V>
HWY_INLINE V NormalizeVec(V x, V mean_high, V mean_low, V scale, V bias) {
  return hn::MulAdd(hn::Sub(hn::Sub(x, mean_high), mean_low), scale, bias);
}

template <bool kStream, typename T>
HWY_INLINE void NormalizeRun(const T* x, T* y, size_t length,
                             const NormalizeCoefficients<Compute<T>>& coefficients) {
  const hn::ScalableTag<Compute<T>> d;
  const auto mean_high = hn::Set(d, coefficients.mean.high);
  const auto mean_low = hn::Set(d, coefficients.mean.low);
  const auto scale = hn::Set(d, coefficients.scale);
  const auto bias = hn::Set(d, coefficients.bias);
  Transform<kStream>(y, length, [=](const auto vec, size_t i) HWY_ATTR {
    if (kStream) PrefetchAhead(x + i);
    return NormalizeVec(vec.Load(d, x + i), mean_high, mean_low, scale, bias);
  });
}

// Coefficients as one array each, for columns side by side.
template <typename T>
struct NormalizeColumnCoefficients {
  HWY_ALIGN T mean_high[kMaxColumns];
  HWY_ALIGN T mean_low[kMaxColumns];
  HWY_ALIGN T scale[kMaxColumns];
  HWY_ALIGN T bias[kMaxColumns];

  void Set(size_t j, const NormalizeCoefficients<T>& c) {
    mean_high[j] = c.mean.high;
    mean_low[j] = c.mean.low;
    scale[j] = c.scale;
    bias[j] = c.bias;
  }
};

template <bool kStream, typename T>
HWY_INLINE void NormalizeRow(const T* x, T* y, size_t columns,
                             const NormalizeColumnCoefficients<Compute<T>>& coefficients) {
  const hn::ScalableTag<Compute<T>> d;
  Transform<kStream>(y, columns, [=, &coefficients](const auto vec, size_t j) HWY_ATTR {
    return NormalizeVec(vec.Load(d, x + j), vec.Load(d, coefficients.mean_high + j),
                        vec.Load(d, coefficients.mean_low + j), vec.Load(d, coefficients.scale + j),
                        vec.Load(d, coefficients.bias + j));
  });
}

}  // namespace HWY_NAMESPACE
}  // namespace batchnorm
HWY_AFTER_NAMESPACE();

#endif  // BATCHNORM_NORMALIZE_INL_H_
