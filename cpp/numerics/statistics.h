#ifndef BATCHNORM_NUMERICS_STATISTICS_H_
#define BATCHNORM_NUMERICS_STATISTICS_H_

#include <cmath>
#include <cstddef>

#include "cpp/layout/offset_or_null.h"
#include "cpp/numerics/coefficients.h"
#include "hwy/base.h"

namespace batchnorm {

// weight and bias a channel; null stands for 1 and 0.
template <typename P>
struct Affine {
  double Weight(size_t c) const { return weight == nullptr ? 1.0 : static_cast<double>(weight[c]); }
  double Bias(size_t c) const { return bias == nullptr ? 0.0 : static_cast<double>(bias[c]); }

  // From channel c on.
  Affine From(size_t c) const { return {OffsetOrNull(weight, c), OffsetOrNull(bias, c)}; }

  const P* weight;
  const P* bias;
};

// Where the statistics of a batch go, an element a channel.
struct BatchStatistics {
  // From channel c on.
  BatchStatistics From(size_t c) const { return {mean + c, variance + c, invstd + c}; }

  double* mean;
  double* variance;
  double* invstd;
};

// A constant channel with eps 0 comes out as bias, not as NaN.
HWY_INLINE double FiniteInverseStd(double invstd) { return std::isinf(invstd) ? 0.0 : invstd; }

// What channel c needs to be normalized, once its statistics are finished.
template <typename T, typename P>
HWY_INLINE NormalizeCoefficients<T> CoefficientsOf(const BatchStatistics& statistics,
                                                   const Affine<P>& affine, size_t c) {
  return {statistics.mean[c], statistics.invstd[c] * affine.Weight(c), affine.Bias(c)};
}

// Sets the (biased) variance and invstd of channel c, whose variance still is the sum of squared
// deviations of `count` values. Inlined as coefficients.h is.
HWY_INLINE void FinishStatistics(const BatchStatistics& statistics, size_t c, size_t count,
                                 double eps) {
  statistics.variance[c] /= static_cast<double>(count);
  statistics.invstd[c] = FiniteInverseStd(1.0 / std::sqrt(statistics.variance[c] + eps));
}

// The same, and returns the channel's coefficients.
template <typename T, typename P>
HWY_INLINE NormalizeCoefficients<T> FinishChannel(const BatchStatistics& statistics,
                                                  const Affine<P>& affine, size_t c, size_t count,
                                                  double eps) {
  FinishStatistics(statistics, c, count, eps);
  return CoefficientsOf<T>(statistics, affine, c);
}

}  // namespace batchnorm

#endif  // BATCHNORM_NUMERICS_STATISTICS_H_
