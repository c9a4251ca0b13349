#ifndef BATCHNORM_TESTING_IMAGES_H_
#define BATCHNORM_TESTING_IMAGES_H_

#include <gtest/gtest.h>
#include <string.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <ostream>
#include <type_traits>

#include "cpp/layout/shape.h"
#include "cpp/testing/padded_array.h"
#include "cpp/testing/random.h"
#include "cpp/testing/shapes.h"

namespace batchnorm {

// Images to normalize: `shape` is that of the output, the input may have more channels.
struct ImageCase {
  size_t XCount() const { return shape.n * x_channels * shape.s; }

  Shape shape;
  size_t x_channels;
  Layout from;
  Layout to;
};

inline std::ostream& operator<<(std::ostream& out, const ImageCase& image) {
  const auto name = [](Layout layout) { return layout == Layout::kChannelsLast ? "HWC" : "CHW"; };
  return out << image.shape.n << " images of " << image.shape.s << " pixels, " << image.x_channels
             << " channels of which " << image.shape.c << " are taken, " << name(image.from)
             << " to " << name(image.to);
}

// Where channel c of pixel p of image i is, of `channels` in all.
inline size_t ElementAt(const Shape& shape, size_t channels, Layout layout, size_t i, size_t p,
                        size_t c) {
  return layout == Layout::kChannelsLast ? (i * shape.s + p) * channels + c
                                         : (i * channels + c) * shape.s + p;
}

// What a channel is normalized with; some whose reciprocals are rounded up, and down.
inline double MeanOf(size_t c) { return 0.485 - 0.03 * static_cast<double>(c); }
inline double StdOf(size_t c) { return 0.229 - 0.005 * static_cast<double>(c); }
constexpr double kByteScale = 1.0 / 255.0;
constexpr double kWordScale = 1.0 / 65535.0;
// That of elements of X; floats are not scaled.
template <typename X>
constexpr double kScaleOf = std::is_same_v<X, uint16_t> ? kWordScale : kByteScale;

// (x - mean) / std as PyTorch computes it in T, bytes divided by 255 before, two-byte values by
// 65535.
template <typename T>
T NormalizedByDefinition(T x, double mean, double std) {
  const T deviation = x - static_cast<T>(mean);
  return deviation / static_cast<T>(std);
}
template <typename T>
T NormalizedByDefinition(uint8_t x, double mean, double std) {
  return NormalizedByDefinition(static_cast<T>(x) / T{255}, mean, std);
}
template <typename T>
T NormalizedByDefinition(uint16_t x, double mean, double std) {
  return NormalizedByDefinition(static_cast<T>(x) / T{65535}, mean, std);
}

// Random bytes, or floats of which some are special.
inline void FillImage(PaddedArray<uint8_t>& x, uint64_t seed) {
  Random random(seed);
  for (size_t i = 0; i < x.size(); ++i) x[i] = static_cast<uint8_t>(random.Bits());
}
inline void FillImage(PaddedArray<uint16_t>& x, uint64_t seed) {
  Random random(seed);
  for (size_t i = 0; i < x.size(); ++i) x[i] = static_cast<uint16_t>(random.Bits());
}
template <typename T>
void FillImage(PaddedArray<T>& x, uint64_t seed) {
  using Limits = std::numeric_limits<T>;
  constexpr T kSpecial[] = {
      Limits::infinity(), -Limits::infinity(), T{0}, -T{0}, Limits::denorm_min(),
      Limits::max(),      Limits::quiet_NaN()};
  Random random(seed);
  for (size_t i = 0; i < x.size(); ++i) {
    x[i] = random.Bits() % 16 == 0 ? kSpecial[random.Bits() % 7] : static_cast<T>(random.Normal());
  }
}

// Whether the bits are those expected; any NaN is as good as another.
template <typename T>
::testing::AssertionResult IsBitForBit(T actual, T expected) {
  if (std::isnan(expected) ? std::isnan(actual) : memcmp(&actual, &expected, sizeof(T)) == 0) {
    return ::testing::AssertionSuccess();
  }
  return ::testing::AssertionFailure() << actual << " where " << expected << " was expected";
}

template <typename X, typename T>
void ExpectNormalized(const ImageCase& image, const X* x, const T* y) {
  const Shape& shape = image.shape;
  for (size_t i = 0; i < shape.n; ++i) {
    for (size_t p = 0; p < shape.s; ++p) {
      for (size_t c = 0; c < shape.c; ++c) {
        const X value = x[ElementAt(shape, image.x_channels, image.from, i, p, c)];
        const T expected = NormalizedByDefinition<T>(value, MeanOf(c), StdOf(c));
        const T actual = y[ElementAt(shape, shape.c, image.to, i, p, c)];
        ASSERT_TRUE(IsBitForBit(actual, expected))
            << "image " << i << ", pixel " << p << ", channel " << c;
      }
    }
  }
}

}  // namespace batchnorm

#endif  // BATCHNORM_TESTING_IMAGES_H_
