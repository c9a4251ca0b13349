#ifndef BATCHNORM_NUMERICS_CHAN_H_
#define BATCHNORM_NUMERICS_CHAN_H_

#include <cmath>
#include <cstddef>

namespace batchnorm {

// The weights with which a set of `count_b` elements joins one of `count_a`.
struct ChanWeights {
  ChanWeights(size_t count_a, size_t count_b)
      : b(static_cast<double>(count_b) / static_cast<double>(count_a + count_b)),
        a(1.0 - b),
        both(static_cast<double>(count_a) * b) {}

  double b;
  double a;
  double both;
};

// Joins (mean_b, m2_b) to (mean, m2): Chan, Golub & LeVeque 1979, STAN-CS-79-773.
inline void ChanMerge(const ChanWeights& weights, double mean_b, double m2_b, double* mean,
                      double* m2) {
  const double delta = mean_b - *mean;
  // An infinite mean, or a delta beyond float64: the weighted form keeps inf where delta is NaN.
  *mean = std::isfinite(delta) ? *mean + delta * weights.b : *mean * weights.a + mean_b * weights.b;
  *m2 += m2_b + delta * delta * weights.both;
}

// Count, mean and sum of squared deviations of some elements.
struct Moments {
  size_t count = 0;
  double mean = 0.0;
  double m2 = 0.0;

  void Merge(const Moments& next) {
    if (count == 0) {
      *this = next;
      return;
    }
    ChanMerge(ChanWeights(count, next.count), next.mean, next.m2, &mean, &m2);
    count += next.count;
  }
};

}  // namespace batchnorm

#endif  // BATCHNORM_NUMERICS_CHAN_H_
