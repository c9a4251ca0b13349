#ifndef BATCHNORM_COEFFICIENTS_H_
#define BATCHNORM_COEFFICIENTS_H_

#include <cmath>
#include <cstddef>

namespace batchnorm {

// A float64 value as two of the element type: x - high - low loses no digits of it.
template <typename T>
struct Split {
  Split() = default;
  explicit Split(double value) : high(static_cast<T>(value)) {
    const double rest = value - static_cast<double>(high);
    low = std::isfinite(rest) ? static_cast<T>(rest) : T{0};
  }

  T high;
  T low;
};

// What one channel needs for y = (x - mean) * scale + bias.
template <typename T>
struct NormalizeCoefficients {
  NormalizeCoefficients() = default;
  NormalizeCoefficients(double mean, double scale, double bias)
      : mean(mean), scale(static_cast<T>(scale)), bias(static_cast<T>(bias)) {}

  Split<T> mean;
  T scale;
  T bias;
};

// What one channel needs for dx = (dy - grad_mean - (x - mean) * slope) * scale.
template <typename T>
struct BackwardCoefficients {
  BackwardCoefficients() = default;
  BackwardCoefficients(double mean, double grad_mean, double slope, double scale)
      : mean(mean),
        grad_mean(grad_mean),
        slope(static_cast<T>(slope)),
        scale(static_cast<T>(scale)) {}

  Split<T> mean;
  Split<T> grad_mean;
  T slope;
  T scale;
};

}  // namespace batchnorm

#endif  // BATCHNORM_COEFFICIENTS_H_
