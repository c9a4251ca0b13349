#include "cpp/numerics/statistics.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace batchnorm {
namespace {

struct OneChannel {
  OneChannel(double m2, size_t count, double eps) : variance(m2) {
    const double weight = 3.0;
    const double bias = 2.0;
    const BatchStatistics statistics = {&mean, &variance, &invstd};
    coefficients = FinishChannel<double>(statistics, Affine<double>{&weight, &bias}, 0, count, eps);
  }

  double mean = 5.0;
  double variance;
  double invstd = -1.0;
  NormalizeCoefficients<double> coefficients;
};

TEST(StatisticsTest, VarianceIsTheBiasedOne) {
  const OneChannel channel(45.0, 5, 7.0);
  EXPECT_EQ(channel.mean, 5.0);
  EXPECT_EQ(channel.variance, 9.0);
  EXPECT_EQ(channel.invstd, 0.25);
  EXPECT_EQ(channel.coefficients.mean.high, 5.0);
  EXPECT_EQ(channel.coefficients.scale, 0.75);
  EXPECT_EQ(channel.coefficients.bias, 2.0);
}

TEST(StatisticsTest, NoVarianceAndNoEpsGiveNoScale) {
  EXPECT_EQ(OneChannel(0.0, 4, 0.0).invstd, 0.0);
  EXPECT_EQ(OneChannel(0.0, 4, 0.25).invstd, 2.0);
}

TEST(StatisticsTest, NaNStays) {
  const OneChannel channel(std::numeric_limits<double>::quiet_NaN(), 4, 1e-5);
  EXPECT_TRUE(std::isnan(channel.variance));
  EXPECT_TRUE(std::isnan(channel.invstd));
}

TEST(AffineTest, NullStandsForOneAndZero) {
  const Affine<float> none = {nullptr, nullptr};
  EXPECT_EQ(none.Weight(3), 1.0);
  EXPECT_EQ(none.Bias(3), 0.0);
  const float weight[] = {2.0f, 3.0f};
  const float bias[] = {4.0f, 5.0f};
  const Affine<float> both = {weight, bias};
  EXPECT_EQ(both.Weight(1), 3.0);
  EXPECT_EQ(both.Bias(1), 5.0);
}

}  // namespace
}  // namespace batchnorm
