#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "cpp/testing/every_target.h"
#include "cpp/testing/local_response_calls.h"

namespace batchnorm {
namespace {

EVERY_TARGET_SUITE(LocalResponseNormNumericsTest);

// A sum that slides along the channels would still hold what is left of the large one.
EVERY_TARGET_TEST(LocalResponseNormNumericsTest, ALargeChannelLeavesNothingBehind) {
  for (const Layout layout : kLayouts) {
    for (const size_t size : {3, 8, 20}) {
      const ResponseCase c = {{2, 64, 21}, layout, {size, 1.0, 0.75, 1.0}};
      PaddedArray<T> x = RandomResponses<T>(c.shape, Distribution::kUniform, 1);
      for (size_t s = 0; s < 21; ++s) x[c.At(0, 5, s)] = T{1e15};
      const auto dy = RandomResponses<T>(c.shape, Distribution::kNormal, 2);
      ExpectNearTheDefinition(dy, x, c);
    }
  }
}

// Squares that float32 has no room for.
EVERY_TARGET_TEST(LocalResponseNormNumericsTest, ValuesOf1e30ComeOutRight) {
  for (const Layout layout : kLayouts) {
    for (const double beta : {0.75, 0.5, 1.0, 0.3}) {
      for (const double scale : {1e30, 1e-30}) {
        const ResponseCase c = {{2, 10, 33}, layout, {5, 1.0, beta, 0.0}};
        PaddedArray<T> x = RandomResponses<T>(c.shape, Distribution::kNormal, 1);
        for (size_t i = 0; i < x.size(); ++i) x[i] *= static_cast<T>(scale);
        const auto dy = RandomResponses<T>(c.shape, Distribution::kNormal, 2);
        // Products of dx leave float32, but not what it is compared with.
        const Responses<T> actual(dy, x, c);
        for (size_t n = 0; n < 2; ++n) {
          for (size_t s = 0; s < 33; ++s) {
            const ReferenceResponses<T> expected(dy, x, c, n, s);
            for (size_t k = 0; k < 10; ++k) {
              const long double y = expected.y[k];
              EXPECT_LE(UlpsAt(y, actual.y[c.At(n, k, s)], y), UlpsAllowed<T>(beta));
            }
          }
        }
      }
    }
  }
}

// Roots scale what is near the ends of float64's range.
TEST_P(LocalResponseNormNumericsTest, SumsAtTheEndsOfTheRangeAreRight) {
  for (const double beta : {0.75, 0.5, 1.0, 0.7}) {
    for (const double k : {1e-320, 1e-300, 1e-200, 1e-181, 1e-180, 1e180, 1e181, 1e200, 1e308}) {
      const ResponseCase c = {{1, 1, 9}, Layout::kChannelsFirst, {1, 0.0, beta, k}};
      PaddedArray<double> x(9);
      for (size_t i = 0; i < 9; ++i) x[i] = static_cast<double>(i + 1);
      const Responses<double> actual(x, x, c);
      for (size_t i = 0; i < 9; ++i) {
        const long double y = static_cast<long double>(x[i]) /
                              std::pow(static_cast<long double>(k), static_cast<long double>(beta));
        if (y > std::numeric_limits<double>::max()) continue;
        EXPECT_LE(UlpsAt(y, actual.y[i], y), 3.0L) << "beta " << beta << ", k " << k;
      }
    }
  }
}

// As PyTorch has them: what is not finite stays within its windows.
EVERY_TARGET_TEST(LocalResponseNormNumericsTest, WhatIsNotFiniteStaysInItsWindows) {
  for (const Layout layout : kLayouts) {
    for (const double beta : {0.75, 0.5, 1.0, 0.6}) {
      for (const T bad :
           {std::numeric_limits<T>::infinity(), std::numeric_limits<T>::quiet_NaN()}) {
        const ResponseCase c = {{1, 9, 20}, layout, {3, 1.0, beta, 1.0}};
        PaddedArray<T> x = RandomResponses<T>(c.shape, Distribution::kUniform, 1);
        for (size_t i = 0; i < x.size(); ++i) x[i] += 1;
        const auto before = Responses<T>(x, x, c);
        PaddedArray<T> with = x;
        with[c.At(0, 4, 7)] = bad;
        const auto after = Responses<T>(x, with, c);
        for (size_t k = 0; k < 9; ++k) {
          for (size_t s = 0; s < 20; ++s) {
            const size_t i = c.At(0, k, s);
            const bool is_near = s == 7 && k >= 3 && k <= 5;
            if (!is_near) {
              EXPECT_EQ(after.y[i], before.y[i]);
            } else if (k == 4 || std::isnan(bad)) {
              EXPECT_TRUE(std::isnan(after.y[i]));
            } else {
              EXPECT_EQ(after.y[i], T{0});
            }
          }
        }
      }
    }
  }
}

// Nothing over nothing is NaN, over a negative sum too, unless the power has a value there.
EVERY_TARGET_TEST(LocalResponseNormNumericsTest, SumsWithoutAPowerGiveNaN) {
  const auto y_of = [](double x_value, double k, double beta) {
    const ResponseCase c = {{1, 1, 5}, Layout::kChannelsFirst, {1, 0.0, beta, k}};
    PaddedArray<T> x(5);
    for (size_t i = 0; i < 5; ++i) x[i] = static_cast<T>(x_value);
    return Responses<T>(x, x, c).y[4];
  };
  for (const double beta : {0.75, 0.5, 0.6}) {
    EXPECT_TRUE(std::isnan(y_of(0.0, 0.0, beta)));
    EXPECT_TRUE(std::isnan(y_of(1.0, -1.0, beta)));
    EXPECT_EQ(y_of(1.0, 0.0, beta), std::numeric_limits<T>::infinity());
  }
  EXPECT_EQ(y_of(1.0, -2.0, 1.0), T{-0.5});
  EXPECT_EQ(y_of(1.0, -2.0, 0.0), T{1});
}

}  // namespace
}  // namespace batchnorm
