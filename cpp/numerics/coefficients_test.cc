#include "cpp/numerics/coefficients.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "cpp/testing/random.h"

namespace batchnorm {
namespace {

// Two float32 hold 48 bits of the 53.
TEST(SplitTest, TwoFloatsKeepADouble) {
  Random random(1);
  for (int i = 0; i < 1000; ++i) {
    const double value = random.HeavyTailed();
    const Split<float> split(value);
    const double kept = static_cast<double>(split.high) + static_cast<double>(split.low);
    EXPECT_LE(std::fabs(kept - value), std::ldexp(std::fabs(value), -48));
  }
}

TEST(SplitTest, ADoubleNeedsNoSecondOne) {
  const Split<double> split(0.1);
  EXPECT_EQ(split.high, 0.1);
  EXPECT_EQ(split.low, 0.0);
}

// inf - inf must not become NaN through the second part.
TEST(SplitTest, WhatIsNotFiniteHasNoSecondPart) {
  constexpr double kInf = std::numeric_limits<double>::infinity();
  EXPECT_EQ(Split<float>(kInf).high, std::numeric_limits<float>::infinity());
  EXPECT_EQ(Split<float>(kInf).low, 0.0f);
  EXPECT_EQ(Split<float>(-kInf).low, 0.0f);
  EXPECT_EQ(Split<float>(1e300).high, std::numeric_limits<float>::infinity());
  EXPECT_EQ(Split<float>(1e300).low, 0.0f);
  const Split<float> nan(std::numeric_limits<double>::quiet_NaN());
  EXPECT_TRUE(std::isnan(nan.high));
  EXPECT_EQ(nan.low, 0.0f);
}

TEST(FiniteScaleTest, OnlyAnInfiniteScaleIsInfinite) {
  constexpr double kInf = std::numeric_limits<double>::infinity();
  constexpr float kMax = std::numeric_limits<float>::max();
  EXPECT_EQ(FiniteScale<float>(1e40), kMax);
  EXPECT_EQ(FiniteScale<float>(-1e40), -kMax);
  EXPECT_EQ(FiniteScale<float>(0.5), 0.5f);
  EXPECT_EQ(FiniteScale<float>(kInf), std::numeric_limits<float>::infinity());
  EXPECT_TRUE(std::isnan(FiniteScale<float>(std::numeric_limits<double>::quiet_NaN())));
  EXPECT_EQ(FiniteScale<double>(1e300), 1e300);
}

}  // namespace
}  // namespace batchnorm
