#include "cpp/numerics/chan.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "cpp/testing/random.h"
#include "cpp/testing/reference.h"
#include "cpp/testing/ulps.h"

namespace batchnorm {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kMax = std::numeric_limits<double>::max();

// What a merge of sets of count_a and count_b elements makes of their means.
double MergedMean(size_t count_a, size_t count_b, double mean_a, double mean_b) {
  double m2 = 0.0;
  ChanMerge(ChanWeights(count_a, count_b), mean_b, 0.0, &mean_a, &m2);
  return mean_a;
}

TEST(ChanTest, MergesByHand) {
  // {1, 3} and {5, 7, 9, 11}.
  double mean = 2.0;
  double m2 = 2.0;
  ChanMerge(ChanWeights(2, 4), 8.0, 20.0, &mean, &m2);
  EXPECT_DOUBLE_EQ(mean, 6.0);
  EXPECT_DOUBLE_EQ(m2, 70.0);
}

TEST(ChanTest, EqualMeansStayAsTheyAre) {
  for (const double mean : {0.1, 1e8, 16777217.0, kMax, -kMax, 0.0}) {
    for (const size_t count_b : {1, 2, 3, 1000}) {
      double merged = mean;
      double m2 = 3.0;
      ChanMerge(ChanWeights(7, count_b), mean, 4.0, &merged, &m2);
      EXPECT_EQ(merged, mean);
      EXPECT_EQ(m2, 7.0);
    }
  }
}

// In ulps of the largest |x| and of M2; the worst measured are 0.52 and 1.14.
TEST(ChanTest, MergesToTheMomentsOfTheUnion) {
  Random random(1);
  long double mean_ulps = 0;
  long double m2_ulps = 0;
  for (size_t count_a = 1; count_a < 40; count_a += 3) {
    for (size_t count_b = 1; count_b < 40; count_b += 3) {
      std::vector<double> x(count_a + count_b);
      for (double& value : x) value = random.Normal();
      const auto of = [&](size_t begin, size_t count) {
        return MomentsByDefinition(x.data() + begin, Runs{1, 0, 1, 0, count}, 0);
      };
      const ReferenceMoments a = of(0, count_a);
      const ReferenceMoments b = of(count_a, count_b);
      double mean = static_cast<double>(a.mean);
      double m2 = static_cast<double>(a.m2);
      ChanMerge(ChanWeights(count_a, count_b), static_cast<double>(b.mean),
                static_cast<double>(b.m2), &mean, &m2);
      const ReferenceMoments both = of(0, x.size());
      mean_ulps = std::max(mean_ulps, UlpsAt(both.magnitude, mean, both.mean));
      m2_ulps = std::max(m2_ulps, UlpsAt(both.m2, m2, both.m2));
    }
  }
  EXPECT_LE(mean_ulps, 0.6);
  EXPECT_LE(m2_ulps, 1.2);
}

TEST(ChanTest, InfiniteMeansAddUp) {
  for (const size_t count_a : {1, 3, 4096}) {
    for (const size_t count_b : {1, 3, 4096}) {
      EXPECT_EQ(MergedMean(count_a, count_b, kInf, 1.0), kInf);
      EXPECT_EQ(MergedMean(count_a, count_b, 1.0, kInf), kInf);
      EXPECT_EQ(MergedMean(count_a, count_b, 0.0, -kInf), -kInf);
      EXPECT_EQ(MergedMean(count_a, count_b, kInf, kInf), kInf);
      EXPECT_EQ(MergedMean(count_a, count_b, -kInf, -kInf), -kInf);
      EXPECT_TRUE(std::isnan(MergedMean(count_a, count_b, kInf, -kInf)));
      EXPECT_TRUE(std::isnan(MergedMean(count_a, count_b, kNaN, 1.0)));
      EXPECT_TRUE(std::isnan(MergedMean(count_a, count_b, 1.0, kNaN)));
    }
  }
}

// Where the difference of the means is beyond float64, their mean is not.
TEST(ChanTest, FarApartMeansStayFinite) {
  EXPECT_EQ(MergedMean(1, 1, kMax, -kMax), 0.0);
  EXPECT_DOUBLE_EQ(MergedMean(3, 1, kMax, -kMax), kMax / 2);
}

// Counts beyond 2^32, and one element that joins very many.
TEST(ChanTest, LargeCountsKeepTheirWeights) {
  const size_t many = size_t{1} << 40;
  EXPECT_DOUBLE_EQ(MergedMean(many, many, 1.0, 2.0), 1.5);
  EXPECT_DOUBLE_EQ(MergedMean(many - 1, 1, 0.0, std::ldexp(1.0, 40)), 1.0);
}

}  // namespace
}  // namespace batchnorm
