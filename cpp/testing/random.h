#ifndef BATCHNORM_TESTING_RANDOM_H_
#define BATCHNORM_TESTING_RANDOM_H_

#include <cmath>
#include <cstddef>
#include <cstdint>

namespace batchnorm {

// The same numbers on every machine: splitmix64 (Steele, Lea & Flood 2014).
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}

  uint64_t Bits() {
    uint64_t z = state_ += 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
  }

  // In [0, 1).
  double Uniform() { return std::ldexp(static_cast<double>(Bits() >> 11), -53); }

  // Nearly normal: the sum of twelve uniform values has variance 1.
  double Normal() {
    uint64_t sum = 0;
    for (int i = 0; i < 6; ++i) {
      const uint64_t bits = Bits();
      sum += (bits >> 32) + (bits & 0xFFFFFFFF);
    }
    return std::ldexp(static_cast<double>(sum), -32) - 6.0;
  }

  // Normal with a scale anywhere in 2^-12..2^12, so that few values make most of the variance.
  double HeavyTailed() {
    // A statement of its own: compilers differ in the order in which they evaluate arguments.
    const int exponent = static_cast<int>(Bits() % 25) - 12;
    return std::ldexp(Normal(), exponent);
  }

 private:
  uint64_t state_;
};

enum class Distribution { kUniform, kNormal, kHeavyTailed, kFarFromZero };

constexpr Distribution kDistributions[] = {Distribution::kUniform, Distribution::kNormal,
                                           Distribution::kHeavyTailed, Distribution::kFarFromZero};

inline double Draw(Distribution distribution, Random& random) {
  switch (distribution) {
    case Distribution::kUniform:
      return random.Uniform();
    case Distribution::kNormal:
      return random.Normal();
    case Distribution::kHeavyTailed:
      return random.HeavyTailed();
    case Distribution::kFarFromZero:
      return 1e6 + random.Normal();
  }
  return 0.0;
}

}  // namespace batchnorm

#endif  // BATCHNORM_TESTING_RANDOM_H_
