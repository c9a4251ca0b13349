#include "cpp/images/normalize_pixels.h"

#include <gtest/gtest.h>

#include <limits>
#include <utility>
#include <vector>

#include "cpp/testing/every_target.h"
#include "cpp/testing/images.h"
#include "cpp/testing/same_bits.h"

namespace batchnorm {
namespace {

EVERY_TARGET_SUITE(NormalizePixelsTest);

// Around the vectors of bytes of each target, and the blocks of pixels.
constexpr size_t kPixels[] = {1, 2, 15, 16, 17, 31, 33, 63, 64, 65, 200, 1023, 1024, 1025, 2100};

template <typename T>
std::vector<FloatChannel<T>> ChannelsFor(const T*, const T*, size_t count) {
  std::vector<FloatChannel<T>> channels;
  for (size_t c = 0; c < count; ++c) {
    channels.push_back({static_cast<T>(MeanOf(c)), static_cast<T>(StdOf(c))});
  }
  return channels;
}
template <typename T>
std::vector<ByteChannel<T>> ChannelsFor(const uint8_t*, const T*, size_t count) {
  std::vector<ByteChannel<T>> channels(count);
  for (size_t c = 0; c < count; ++c) {
    PrepareByteChannel(MeanOf(c), StdOf(c), kByteScale, &channels[c]);
  }
  return channels;
}
template <typename T>
std::vector<WordChannel<T>> ChannelsFor(const uint16_t*, const T*, size_t count) {
  std::vector<WordChannel<T>> channels(count);
  for (size_t c = 0; c < count; ++c) {
    PrepareWordChannel(MeanOf(c), StdOf(c), kWordScale, &channels[c]);
  }
  return channels;
}

PixelLayout LayoutOf(Layout layout, size_t channels, size_t pixels) {
  return layout == Layout::kChannelsLast ? PixelLayout{channels, 1} : PixelLayout{1, pixels};
}

template <typename X, typename T>
void Normalize(const ImageCase& image, const X* x, T* y, Stores stores) {
  const Shape& shape = image.shape;
  const auto channels = ChannelsFor(x, y, shape.c);
  NormalizePixels(x, LayoutOf(image.from, image.x_channels, shape.s), y,
                  LayoutOf(image.to, shape.c, shape.s), shape.s, shape.c, {channels.data(), 1},
                  stores);
}

// One image of each size, in all layouts, without and with alpha.
template <class Test>
void ForEachImage(const Test& test) {
  for (const size_t pixels : kPixels) {
    for (const size_t channels : {1, 2, 3, 4, 5}) {
      for (const size_t alpha : {0, 1}) {
        for (const Layout from : kLayouts) {
          for (const Layout to : kLayouts) {
            const ImageCase image = {{1, channels, pixels}, channels + alpha, from, to};
            SCOPED_TRACE(::testing::Message() << image);
            test(image);
          }
        }
      }
    }
  }
}

template <typename X, typename T>
void ExpectTheBitsOfTheDefinition() {
  size_t misalignment = 0;
  ForEachImage([&](const ImageCase& image) {
    misalignment = (misalignment + 1) % 8;
    PaddedArray<X> x(image.XCount(), misalignment);
    FillImage(x, image.XCount());
    for (const Stores stores : {Stores::kCached, Stores::kStreaming}) {
      PaddedArray<T> y(image.shape.Count(), (3 * misalignment + 1) % 8);
      Normalize(image, x.data(), y.data(), stores);
      ExpectNormalized(image, x.data(), y.data());
      EXPECT_TRUE(y.PaddingIsUntouched());
    }
  });
}

TEST_P(NormalizePixelsTest, BytesHaveTheBitsOfTheDefinitionF32) {
  ExpectTheBitsOfTheDefinition<uint8_t, float>();
}
TEST_P(NormalizePixelsTest, BytesHaveTheBitsOfTheDefinitionF64) {
  ExpectTheBitsOfTheDefinition<uint8_t, double>();
}
TEST_P(NormalizePixelsTest, WordsHaveTheBitsOfTheDefinitionF32) {
  ExpectTheBitsOfTheDefinition<uint16_t, float>();
}
TEST_P(NormalizePixelsTest, WordsHaveTheBitsOfTheDefinitionF64) {
  ExpectTheBitsOfTheDefinition<uint16_t, double>();
}
EVERY_TARGET_TEST(NormalizePixelsTest, FloatsHaveTheBitsOfTheDefinition) {
  ExpectTheBitsOfTheDefinition<T, T>();
}

EVERY_TARGET_TEST(NormalizePixelsTest, FloatsGiveTheSameBitsInPlace) {
  ForEachImage([](const ImageCase& image) {
    if (image.from != image.to || image.x_channels != image.shape.c) return;
    PaddedArray<T> x(image.XCount(), 1);
    FillImage(x, image.XCount());
    for (const Stores stores : {Stores::kCached, Stores::kStreaming}) {
      PaddedArray<T> y = x;
      Normalize(image, y.data(), y.data(), stores);
      ExpectNormalized(image, x.data(), y.data());
    }
  });
}

// The published constants of data sets go the fast way, where there is one.
TEST_P(NormalizePixelsTest, FactorsStandForTheDivisionsOfKnownDataSets) {
  const std::vector<std::pair<double, double>> known = {
      {0.485, 0.229},          {0.456, 0.224},           {0.406, 0.225},   {0.48145466, 0.26862954},
      {0.4578275, 0.26130258}, {0.40821073, 0.27577711}, {0.1307, 0.3081}, {0.4914, 0.2470},
      {0.4822, 0.2435},        {0.4465, 0.2616},         {0.5, 0.5},       {0.0, 1.0}};
  for (const auto& [mean, std] : known) {
    ByteChannel<float> channel;
    PrepareByteChannel(mean, std, kByteScale, &channel);
    EXPECT_EQ(channel.has_factors, TargetFuses()) << mean << ", " << std;
  }
}

// Every byte with ordinary, random and extreme constants: factors are used only where they give the
// bits of the divisions.
TEST_P(NormalizePixelsTest, EveryByteIsTheDefinitionWhateverTheConstants) {
  using Limits = std::numeric_limits<float>;
  std::vector<std::pair<double, double>> constants = {{0.5, -0.3},
                                                      {0.1, 1e-38},
                                                      {0.1, 1e-45},
                                                      {1e30, 1e-30},
                                                      {0.0, Limits::max()},
                                                      {0.3, Limits::max()},
                                                      {1e-40, 1e-40},
                                                      {-0.0, -1.0},
                                                      {1.0, 3.0},
                                                      {0.2, 1.0 + 0x1p-23},
                                                      {0.2, 1.0 - 0x1p-24},
                                                      {Limits::max(), 0.5},
                                                      {128.0 / 255.0, 1e-7},
                                                      {0.0, Limits::denorm_min()}};
  Random random(5);
  for (int i = 0; i < 300; ++i) constants.push_back({random.Uniform(), random.Normal()});
  PaddedArray<uint8_t> x(256);
  for (size_t v = 0; v < 256; ++v) x[v] = static_cast<uint8_t>(v);
  for (const auto& [mean, std] : constants) {
    SCOPED_TRACE(::testing::Message() << "mean " << mean << ", std " << std);
    ByteChannel<float> channel;
    PrepareByteChannel(mean, std, kByteScale, &channel);
    float y[256];
    NormalizePixels(x.data(), {1, 256}, y, {1, 256}, 256, 1, {&channel, 0}, Stores::kCached);
    for (size_t v = 0; v < 256; ++v) {
      const float expected = NormalizedByDefinition<float>(x[v], mean, std);
      ASSERT_TRUE(IsBitForBit(y[v], expected)) << "byte " << v;
    }
  }
}

// A byte times any scale is rounded once: t is the float next to the exact product.
TEST_P(NormalizePixelsTest, AnyScaleIsRoundedOnce) {
  uint8_t x[256];
  for (size_t v = 0; v < 256; ++v) x[v] = static_cast<uint8_t>(v);
  for (const double scale : {1.0, 2.0, 1.0 / 127.5, 1.0 / 128, 1.0 / 256, 0.1, 1e-3, 3.0, 1e30}) {
    SCOPED_TRACE(scale);
    ByteChannel<float> channel;
    PrepareByteChannel(0.0, 1.0, scale, &channel);
    float y[256];
    NormalizePixels(x, {1, 256}, y, {1, 256}, 256, 1, {&channel, 0}, Stores::kCached);
    for (size_t v = 0; v < 256; ++v) {
      const long double product = static_cast<long double>(v) * scale;
      EXPECT_EQ(y[v], static_cast<float>(product)) << v;
    }
  }
}

// All 65,536 values, with scales that have factors and such that have none: the quotient is the one
// rounded once, then each operation is.
template <typename T>
void ExpectEveryWordIsTheDefinition() {
  PaddedArray<uint16_t> x(65536);
  for (size_t v = 0; v < x.size(); ++v) x[v] = static_cast<uint16_t>(v);
  PaddedArray<T> y(x.size());
  for (const double divisor :
       {65535.0, 65536.0, 4095.0, 1023.0, 255.0, 3.0, 1.0, 65537.0, 0.5, 327.675, 1e-30, 1e30}) {
    for (const auto& [mean, std] : {std::pair{0.485, 0.229}, {0.0, 1.0}, {1e-3, -3e-5}}) {
      SCOPED_TRACE(::testing::Message() << "divisor " << divisor << ", mean " << mean);
      WordChannel<T> channel;
      PrepareWordChannel(mean, std, 1.0 / divisor, &channel);
      NormalizePixels(x.data(), {1, x.size()}, y.data(), {1, x.size()}, x.size(), 1, {&channel, 0},
                      Stores::kCached);
      for (size_t v = 0; v < x.size(); ++v) {
        const T quotient = static_cast<T>(static_cast<double>(v) / (1.0 / (1.0 / divisor)));
        ASSERT_TRUE(IsBitForBit(y[v], NormalizedByDefinition<T>(quotient, mean, std))) << v;
      }
    }
  }
}
EVERY_TARGET_TEST(NormalizePixelsTest, EveryWordIsTheDefinitionWhateverTheScale) {
  ExpectEveryWordIsTheDefinition<T>();
}

EVERY_TARGET_TEST(NormalizePixelsTest, OneChannelForAll) {
  for (const Layout from : kLayouts) {
    for (const Layout to : kLayouts) {
      const FloatChannel<T> channel = {T{1}, T{4}};
      PaddedArray<T> x(3 * 70, 1);
      for (size_t i = 0; i < x.size(); ++i) x[i] = static_cast<T>(i);
      PaddedArray<T> y(x.size());
      NormalizePixels(x.data(), LayoutOf(from, 3, 70), y.data(), LayoutOf(to, 3, 70), 70, 3,
                      {&channel, 0}, Stores::kCached);
      const Shape shape = {1, 3, 70};
      for (size_t p = 0; p < 70; ++p) {
        for (size_t c = 0; c < 3; ++c) {
          ASSERT_EQ(y[ElementAt(shape, 3, to, 0, p, c)],
                    (x[ElementAt(shape, 3, from, 0, p, c)] - 1) / 4);
        }
      }
    }
  }
}

}  // namespace
}  // namespace batchnorm
