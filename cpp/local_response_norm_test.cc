#include "cpp/local_response_norm.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "cpp/testing/every_target.h"
#include "cpp/testing/local_response_calls.h"
#include "cpp/testing/same_bits.h"

namespace batchnorm {
namespace {

EVERY_TARGET_SUITE(LocalResponseNormTest);

// Powers by roots and by the C library; windows of an even and an odd size, of one channel, and
// beyond all channels.
template <class Body>
void ForEachCase(const Body& body) {
  std::vector<Shape> shapes = {{2, 7, 300}, {1, 100, 70}, {40, 3, 2}, {3, 1, 50}, {150, 5, 1}};
  for (const size_t s : SizesAroundVectors()) shapes.push_back({2, 6, s});
  for (const size_t c : SizesAroundVectors()) shapes.push_back({2, c, 5});
  const double betas[] = {0.75, 0.5, 1.0, 0.6, -2.0};
  size_t turn = 0;
  for (const Shape& shape : shapes) {
    for (const Layout layout : kLayouts) {
      for (const size_t size : {1, 2, 5, 8, 31, 1000}) {
        const double beta = betas[turn++ % 5];
        const ResponseCase c = {shape, layout, {size, 0.5, beta, turn % 3 == 0 ? 2.0 : 1.0}};
        SCOPED_TRACE(::testing::Message() << c);
        body(c, kDistributions[turn % 4]);
      }
    }
  }
}

EVERY_TARGET_TEST(LocalResponseNormTest, IsWithinUlpsOfTheDefinition) {
  ForEachCase([](const ResponseCase& c, Distribution distribution) {
    const auto x = RandomResponses<T>(c.shape, distribution, 1);
    const auto dy = RandomResponses<T>(c.shape, Distribution::kNormal, 2);
    ExpectNearTheDefinition(dy, x, c);
  });
}

// Windows of sums of squares that are powers of 16: each root is exact.
EVERY_TARGET_TEST(LocalResponseNormTest, ExactDataAreExact) {
  for (const Layout layout : kLayouts) {
    for (const double beta : {0.75, 0.5, 1.0}) {
      const ResponseCase c = {{2, 9, 37}, layout, {4, 4.0, beta, 0.0}};
      PaddedArray<T> x(c.shape.Count(), 1);
      for (size_t i = 0; i < x.size(); ++i) x[i] = i % 2 == 0 ? T{8} : T{-8};
      const Responses<T> actual(x, x, c);
      for (size_t n = 0; n < 2; ++n) {
        for (size_t s = 0; s < 37; ++s) {
          // Four channels of 64 are 256; the window is whole for these alone.
          for (size_t k = 2; k + 1 < 9; ++k) {
            const size_t i = c.At(n, k, s);
            ASSERT_EQ(actual.y[i], x[i] / static_cast<T>(std::pow(256.0, beta)));
          }
        }
      }
    }
  }
}

EVERY_TARGET_TEST(LocalResponseNormTest, GivesTheSameBitsInPlace) {
  ForEachCase([](const ResponseCase& c, Distribution distribution) {
    const auto x = RandomResponses<T>(c.shape, distribution, 1);
    const auto dy = RandomResponses<T>(c.shape, Distribution::kNormal, 2);
    const Responses<T> expected(dy, x, c);
    PaddedArray<T> y = x;
    EXPECT_TRUE(LocalResponseForward(y.data(), y.data(), c.shape, c.layout, c.options));
    EXPECT_TRUE(SameBits(y.data(), expected.y.data(), y.size()));
    for (PaddedArray<T> dx : {dy, x}) {
      const bool is_dy = SameBits(dx.data(), dy.data(), dx.size());
      EXPECT_TRUE(LocalResponseBackward(is_dy ? dx.data() : dy.data(), is_dy ? x.data() : dx.data(),
                                        dx.data(), c.shape, c.layout, c.options));
      EXPECT_TRUE(SameBits(dx.data(), expected.dx.data(), dx.size()));
      EXPECT_TRUE(dx.PaddingIsUntouched());
    }
  });
}

// What lies at other positions, and how all of it is aligned, changes no bit.
EVERY_TARGET_TEST(LocalResponseNormTest, APositionGivesTheSameBitsAnywhere) {
  const ResponseOptions options = {5, 0.5, 0.75, 1.0};
  const size_t channels = 11;
  const size_t positions = 200;
  const ResponseCase first = {{1, channels, positions}, Layout::kChannelsFirst, options};
  const ResponseCase last = {{1, channels, positions}, Layout::kChannelsLast, options};
  const ResponseCase alone = {{1, channels, 1}, Layout::kChannelsLast, options};
  const auto x = RandomResponses<T>(first.shape, Distribution::kNormal, 1);
  const auto dy = RandomResponses<T>(first.shape, Distribution::kNormal, 2);
  PaddedArray<T> x_last(x.size());
  PaddedArray<T> dy_last(x.size());
  for (size_t s = 0; s < positions; ++s) {
    for (size_t c = 0; c < channels; ++c) {
      x_last[last.At(0, c, s)] = x[first.At(0, c, s)];
      dy_last[last.At(0, c, s)] = dy[first.At(0, c, s)];
    }
  }
  const Responses<T> of_first(dy, x, first);
  const Responses<T> of_last(dy_last, x_last, last);
  for (size_t s = 0; s < positions; ++s) {
    PaddedArray<T> own_x(channels, s % 7);
    PaddedArray<T> own_dy(channels, s % 5);
    for (size_t c = 0; c < channels; ++c) {
      own_x[c] = x[first.At(0, c, s)];
      own_dy[c] = dy[first.At(0, c, s)];
    }
    const Responses<T> own(own_dy, own_x, alone, s % 3);
    for (size_t c = 0; c < channels; ++c) {
      ASSERT_TRUE(SameBits(&own.y[c], &of_first.y[first.At(0, c, s)], 1));
      ASSERT_TRUE(SameBits(&own.y[c], &of_last.y[last.At(0, c, s)], 1));
      ASSERT_TRUE(SameBits(&own.dx[c], &of_first.dx[first.At(0, c, s)], 1));
      ASSERT_TRUE(SameBits(&own.dx[c], &of_last.dx[last.At(0, c, s)], 1));
    }
  }
}

EVERY_TARGET_TEST(LocalResponseNormTest, NothingIsWrittenOfNothing) {
  for (const Shape& shape : {Shape{0, 3, 5}, Shape{2, 0, 5}, Shape{2, 3, 0}}) {
    for (const Layout layout : kLayouts) {
      PaddedArray<T> y(10);
      const ResponseOptions options = {3, 1.0, 0.75, 1.0};
      EXPECT_TRUE(LocalResponseForward<T>(nullptr, y.data(), shape, layout, options));
      EXPECT_TRUE(LocalResponseBackward<T>(nullptr, nullptr, y.data(), shape, layout, options));
      for (size_t i = 0; i < y.size(); ++i) EXPECT_TRUE(y.IsUntouched(i));
    }
  }
}

TEST(LocalResponseNormOnTargets, AgreeBitForBit) {
  ForEachCase([](const ResponseCase& c, Distribution distribution) {
    const auto x = RandomResponses<float>(c.shape, distribution, 1);
    const auto dy = RandomResponses<float>(c.shape, Distribution::kNormal, 2);
    ExpectSameBitsOnTargets([&] {
      const Responses<float> actual(dy, x, c);
      std::vector<float> all(actual.y.data(), actual.y.data() + x.size());
      all.insert(all.end(), actual.dx.data(), actual.dx.data() + x.size());
      return all;
    });
  });
}

}  // namespace
}  // namespace batchnorm
