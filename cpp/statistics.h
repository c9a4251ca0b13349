#ifndef BATCHNORM_STATISTICS_H_
#define BATCHNORM_STATISTICS_H_

#include <cmath>
#include <cstddef>

namespace batchnorm {

// weight and bias a channel; null stands for 1 and 0.
template <typename P>
struct Affine {
  double Weight(size_t c) const { return weight == nullptr ? 1.0 : static_cast<double>(weight[c]); }
  double Bias(size_t c) const { return bias == nullptr ? 0.0 : static_cast<double>(bias[c]); }

  const P* weight;
  const P* bias;
};

// Where the statistics of a batch go, an element a channel.
struct BatchStatistics {
  // From the sum of squared deviations of `count` values; variance is the biased one.
  void Set(size_t c, double channel_mean, double m2, size_t count, double eps) const {
    const double channel_variance = m2 / static_cast<double>(count);
    mean[c] = channel_mean;
    variance[c] = channel_variance;
    // A constant channel with eps 0 comes out as bias, not as NaN.
    const double padded = channel_variance + eps;
    invstd[c] = padded == 0.0 ? 0.0 : 1.0 / std::sqrt(padded);
  }

  double* mean;
  double* variance;
  double* invstd;
};

}  // namespace batchnorm

#endif  // BATCHNORM_STATISTICS_H_
