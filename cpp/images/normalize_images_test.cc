#include "cpp/images/normalize_images.h"

#include <gtest/gtest.h>

#include <vector>

#include "cpp/layout/split.h"
#include "cpp/testing/every_target.h"
#include "cpp/testing/images.h"
#include "cpp/threads/thread_pool.h"

namespace batchnorm {
namespace {

class NormalizeImagesTest : public EveryTarget {
 protected:
  void TearDown() override {
    SetNumThreads(1);
    EveryTarget::TearDown();
  }
};
INSTANTIATE_EVERY_TARGET(NormalizeImagesTest);

template <typename X, typename T>
void Normalize(const ImageCase& image, const X* x, T* y) {
  std::vector<double> mean;
  std::vector<double> std;
  for (size_t c = 0; c < image.shape.c; ++c) {
    mean.push_back(MeanOf(c));
    std.push_back(StdOf(c));
  }
  const ImageScaling scaling = {mean.data(), std.data(), image.shape.c, kScaleOf<X>};
  EXPECT_TRUE(NormalizeImages(x, image.x_channels, image.from, y, image.shape, image.to, scaling));
}

template <typename X, typename T>
void ExpectTheBitsOfTheDefinition(const Shape& shape, size_t x_channels) {
  for (const Layout from : kLayouts) {
    for (const Layout to : kLayouts) {
      const ImageCase image = {shape, x_channels, from, to};
      SCOPED_TRACE(::testing::Message() << image);
      PaddedArray<X> x(image.XCount(), 1);
      FillImage(x, 3);
      PaddedArray<T> y(shape.Count(), 3);
      Normalize(image, x.data(), y.data());
      ExpectNormalized(image, x.data(), y.data());
      EXPECT_TRUE(y.PaddingIsUntouched());
    }
  }
}

TEST_P(NormalizeImagesTest, BatchesAreTheDefinition) {
  for (const Shape& shape : {Shape{3, 3, 100}, Shape{5, 1, 33}, Shape{7, 3, 1}, Shape{40, 4, 2},
                             Shape{2, 2, 1500}, Shape{3, 6, 70}}) {
    for (const size_t alpha : {0, 1}) {
      ExpectTheBitsOfTheDefinition<uint8_t, float>(shape, shape.c + alpha);
      ExpectTheBitsOfTheDefinition<uint8_t, double>(shape, shape.c + alpha);
      ExpectTheBitsOfTheDefinition<uint16_t, float>(shape, shape.c + alpha);
      ExpectTheBitsOfTheDefinition<uint16_t, double>(shape, shape.c + alpha);
      ExpectTheBitsOfTheDefinition<float, float>(shape, shape.c + alpha);
      ExpectTheBitsOfTheDefinition<double, double>(shape, shape.c + alpha);
    }
  }
}

// Parts that end within images; outputs that go past the cache.
TEST_P(NormalizeImagesTest, AnyNumberOfThreadsGivesTheDefinition) {
  for (const Shape& shape : {Shape{1, 3, 50007}, Shape{30, 3, 2001}, Shape{1, 3, 200003}}) {
    ASSERT_GE(shape.Count() * sizeof(float), 2 * kTaskBytes);
    for (const size_t threads : {1, 2, 5}) {
      SCOPED_TRACE(::testing::Message() << threads << " threads");
      SetNumThreads(threads);
      ExpectTheBitsOfTheDefinition<uint8_t, float>(shape, 4);
      ExpectTheBitsOfTheDefinition<uint16_t, float>(shape, 4);
    }
  }
}

EVERY_TARGET_TEST(NormalizeImagesTest, OneScalingServesAllChannels) {
  const double mean = 0.25;
  const double std = 0.5;
  for (const Layout from : kLayouts) {
    for (const Layout to : kLayouts) {
      const Shape shape = {2, 3, 70};
      PaddedArray<T> x(shape.Count(), 1);
      for (size_t i = 0; i < x.size(); ++i) x[i] = static_cast<T>(i);
      PaddedArray<T> y(x.size());
      EXPECT_TRUE(NormalizeImages(x.data(), 3, from, y.data(), shape, to, {&mean, &std, 1, 1.0}));
      for (size_t i = 0; i < 2; ++i) {
        for (size_t p = 0; p < 70; ++p) {
          for (size_t c = 0; c < 3; ++c) {
            ASSERT_EQ(y[ElementAt(shape, 3, to, i, p, c)],
                      (x[ElementAt(shape, 3, from, i, p, c)] - T{0.25}) * 2);
          }
        }
      }
    }
  }
}

EVERY_TARGET_TEST(NormalizeImagesTest, NothingIsWrittenOfNothing) {
  for (const Shape& shape : {Shape{0, 3, 5}, Shape{2, 3, 0}, Shape{2, 0, 5}}) {
    PaddedArray<T> y(10);
    Normalize<T, T>({shape, shape.c, Layout::kChannelsLast, Layout::kChannelsFirst}, nullptr,
                    y.data());
    for (size_t i = 0; i < y.size(); ++i) EXPECT_TRUE(y.IsUntouched(i));
  }
}

}  // namespace
}  // namespace batchnorm
