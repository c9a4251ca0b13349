#ifndef BATCHNORM_NUMERICS_COEFFICIENTS_H_
#define BATCHNORM_NUMERICS_COEFFICIENTS_H_

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

#include "hwy/base.h"

namespace batchnorm {

// All of this is inlined, into code of each target: a call from AVX to SSE code waits for every
// instruction before it.

// A float64 value as two of the element type: x - high - low loses no digits of it.
template <typename T>
struct Split {
  Split() = default;
  HWY_INLINE explicit Split(double value) : high(static_cast<T>(value)) {
    const double rest = value - static_cast<double>(high);
    low = std::isfinite(rest) ? static_cast<T>(rest) : T{0};
  }

  T high;
  T low;
};

// A finite scale stays finite in T, so that what lies on the mean comes out as bias, not as 0 *
// inf.
template <typename T>
HWY_INLINE T FiniteScale(double scale) {
  constexpr double kMax = static_cast<double>(std::numeric_limits<T>::max());
  return static_cast<T>(std::isfinite(scale) ? std::clamp(scale, -kMax, kMax) : scale);
}

// What one channel needs for y = (x - mean) * scale + bias.
template <typename T>
struct NormalizeCoefficients {
  NormalizeCoefficients() = default;
  HWY_INLINE NormalizeCoefficients(double mean, double scale, double bias)
      : mean(mean), scale(FiniteScale<T>(scale)), bias(static_cast<T>(bias)) {}

  Split<T> mean;
  T scale;
  T bias;
};

// What one channel needs for dx = (dy * weight - grad_mean - (x - mean) * slope) * scale. The
// weight is 1, which changes no bit, unless one that other channels do not have stands before their
// common grad_mean.
template <typename T>
struct BackwardCoefficients {
  BackwardCoefficients() = default;
  HWY_INLINE BackwardCoefficients(double mean, double grad_mean, double slope, double scale)
      : mean(static_cast<T>(mean)),
        grad_mean(static_cast<T>(grad_mean)),
        rest(RestOf(mean, grad_mean, slope)),
        slope(static_cast<T>(slope)),
        scale(FiniteScale<T>(scale)),
        weight(1) {}

  HWY_INLINE BackwardCoefficients WithWeight(double channel_weight) const {
    BackwardCoefficients with = *this;
    with.weight = static_cast<T>(channel_weight);
    return with;
  }

  T mean;
  T grad_mean;
  // What T has no room for of grad_mean - mean * slope.
  T rest;
  T slope;
  T scale;
  T weight;

 private:
  HWY_INLINE static T RestOf(double mean, double grad_mean, double slope) {
    const double rest = static_cast<double>(Split<T>(grad_mean).low) -
                        static_cast<double>(Split<T>(mean).low) * slope;
    return std::isfinite(rest) ? static_cast<T>(rest) : T{0};
  }
};

}  // namespace batchnorm

#endif  // BATCHNORM_NUMERICS_COEFFICIENTS_H_
