#ifndef BATCHNORM_FUZZ_KERNELS_DEFINITION_H_
#define BATCHNORM_FUZZ_KERNELS_DEFINITION_H_

#include <cmath>
#include <cstddef>
#include <limits>
#include <type_traits>

#include "fuzz/kernels/check.h"

// What the passes give by definition, with the tolerances that their roundings make.
namespace batchnorm {

// Statistics are sums in float64 over up to 2^20 values, in vectors, blocks and chunks: some
// hundred roundings one after the other, each of 2^-53.
constexpr long double kSumTolerance = 0x1p-43L;
// Below what float64 holds with all its digits.
constexpr long double kTiny = 1e-300L;

// Of a call of more elements than this one in some is checked, and no sum.
constexpr size_t kCheckedElements = 8192;
inline bool IsSmall(size_t elements) { return elements <= kCheckedElements; }
inline size_t StepOf(size_t elements) { return elements / kCheckedElements + 1; }

struct MomentsOfSet {
  // ForEach(f) calls f(x) for each value of the set.
  template <class ForEach>
  explicit MomentsOfSet(const ForEach& for_each) {
    for_each([&](long double x) {
      ++count;
      mean += x;
      magnitude = std::isnan(x) ? x : std::fmax(magnitude, std::fabs(x));
      finite = finite && std::isfinite(x);
    });
    if (count > 0) mean /= count;
    for_each([&](long double x) { m2 += (x - mean) * (x - mean); });
  }

  long double count = 0;
  long double mean = 0;
  long double m2 = 0;
  long double magnitude = 0;
  bool finite = true;
};

// Where a square of the set's values would leave float64, statistics may be infinite.
inline bool IsWithinFloat64(const MomentsOfSet& set) {
  return set.finite && set.magnitude < 1e150L;
}

inline void CheckMoments(const MomentsOfSet& set, double mean, double m2) {
  if (!IsWithinFloat64(set)) return;
  Check(std::isfinite(mean) && std::isfinite(m2), "finite values gave a statistic that is not");
  Check(m2 >= 0, "a sum of squares is negative");
  const long double off = kSumTolerance * set.magnitude;
  CheckNear(mean, set.mean, off + kTiny, "mean");
  // Deviations from a mean that is off by as much; their sum is at most sqrt(count * m2).
  const long double from_mean = 2 * off * std::sqrt(set.count * set.m2) + set.count * off * off;
  CheckNear(m2, set.m2, 64 * kSumTolerance * set.m2 + from_mean + kTiny, "m2");
}

// One element of a forward pass.
template <typename T>
struct ForwardElement {
  long double x;
  long double mean;
  long double scale;
  long double bias;
  long double residual;
  Fused fused;

  // y = activation((x - mean) * scale + bias + residual), where nothing on the way overflows and
  // `scale` is a normal number of T. The mean is carried in twice the digits of T.
  void Check(T y) const {
    const long double deviation = x - mean;
    const long double product = deviation * scale;
    const long double size = std::fabs(product) + std::fabs(bias) + std::fabs(residual);
    const long double least = std::numeric_limits<T>::min();
    if (!(Fits<T>(deviation) && Fits<T>(size) && Fits<T>(scale) && Fits<T>(mean))) return;
    if (scale != 0 && std::fabs(scale) < least / kRounding<T>) return;
    const long double off_mean = kRounding<T> * kRounding<T> * std::fabs(mean) + least;
    long double tolerance = 8 * (kRounding<T> * size + std::fabs(scale) * off_mean + least);
    long double z = product + bias + residual;
    if (fused.activation == Activation::kRelu) z = std::fmax(z, 0.0L);
    if (fused.activation == Activation::kLeakyRelu) {
      const long double slope = static_cast<T>(fused.negative_slope);
      // Either branch may have been taken near 0.
      tolerance *= 2 + std::fabs(slope);
      if (z <= 0) z *= slope;
      if (!Fits<T>(std::fabs(z) + tolerance)) return;
    }
    if (!IsNear(y, z, tolerance)) {
      fprintf(stderr, "x %Lg, mean %Lg, scale %Lg, bias %Lg, residual %Lg\n", x, mean, scale, bias,
              residual);
    }
    CheckNear(y, z, tolerance, "output");
  }
};

// One element of the gradient of an input.
template <typename T>
struct GradientElement {
  long double dy;
  long double deviation;
  long double mean;
  long double grad_mean;
  long double slope;
  long double scale;

  // dx = (dy - grad_mean - deviation * slope) * scale, as above; `off` is how far dx may be off
  // besides, since what it is made of was.
  void Check(T dx, long double off = 0) const {
    const long double least = std::numeric_limits<T>::min();
    const long double moved = std::fabs(deviation) + kRounding<T> * std::fabs(mean);
    const long double size = std::fabs(dy) + std::fabs(grad_mean) + moved * std::fabs(slope);
    const bool fits = Fits<T>(size) && Fits<T>(size * scale) && Fits<T>(deviation) &&
                      Fits<T>(slope) && Fits<T>(scale) && Fits<T>(mean);
    if (!fits || (scale != 0 && std::fabs(scale) < least / kRounding<T>)) return;
    // Some ten roundings one after the other.
    const long double tolerance =
        16 * ((kRounding<T> * size + least * (1 + moved)) * std::fabs(scale) + least) + off;
    CheckNear(dx, (dy - grad_mean - deviation * slope) * scale, tolerance, "gradient of the input");
  }
};

// A sum of products and of their sizes.
struct Sum {
  void Add(long double value) {
    sum += value;
    magnitude += std::fabs(value);
  }
  // A deviation beyond float64 is infinite there, and NaN times a gradient of 0.
  void AddProduct(long double gradient, long double deviation) {
    Add(gradient * deviation);
    if (!Fits<double>(deviation)) magnitude = std::numeric_limits<long double>::infinity();
  }
  void Check(double actual, long double factor, const char* what) const {
    if (!(magnitude < 1e150L) || !(std::fabs(factor) < 1e150L)) return;
    const long double tolerance = 64 * kSumTolerance * magnitude * std::fabs(factor) + kTiny;
    CheckNear(actual, sum * factor, tolerance, what);
  }

  long double sum = 0;
  long double magnitude = 0;
};

}  // namespace batchnorm

#endif  // BATCHNORM_FUZZ_KERNELS_DEFINITION_H_
