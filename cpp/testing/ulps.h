#ifndef BATCHNORM_TESTING_ULPS_H_
#define BATCHNORM_TESTING_ULPS_H_

#include <cmath>
#include <limits>

namespace batchnorm {

// The distance from |value| to the next larger T.
template <typename T>
long double Ulp(long double value) {
  const T magnitude = static_cast<T>(std::fabs(value));
  const T next = std::nextafter(magnitude, std::numeric_limits<T>::infinity());
  return static_cast<long double>(next) - static_cast<long double>(magnitude);
}

// |actual - expected| in ulps of T at `magnitude`; infinite where actual is not finite.
template <typename T>
long double UlpsAt(long double magnitude, T actual, long double expected) {
  if (!std::isfinite(actual)) return std::numeric_limits<long double>::infinity();
  return std::fabs(static_cast<long double>(actual) - expected) / Ulp<T>(magnitude);
}

// The larger of two errors, NaN being the largest of all.
inline long double Worse(long double a, long double b) {
  if (std::isnan(a) || std::isnan(b)) return std::numeric_limits<long double>::infinity();
  return a > b ? a : b;
}

}  // namespace batchnorm

#endif  // BATCHNORM_TESTING_ULPS_H_
