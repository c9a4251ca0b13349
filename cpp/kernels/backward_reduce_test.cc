#include "cpp/kernels/backward_reduce.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "cpp/testing/cases.h"
#include "cpp/testing/every_target.h"
#include "cpp/testing/inputs.h"
#include "cpp/testing/same_bits.h"
#include "cpp/testing/ulps.h"

namespace batchnorm {
namespace {

EVERY_TARGET_SUITE(BackwardReduceTest);

template <typename T>
void Reduce(const T* dy, const T* x, const Runs& runs, const double* mean, double* sum,
            double* dot) {
  BackwardReduceRuns<T>(dy, x, runs, mean, sum, dot);
}
template <typename T>
void Reduce(const T* dy, const T* x, const Rows& rows, const double* mean, double* sum,
            double* dot) {
  BackwardReduceColumns<T>(dy, x, rows, mean, sum, dot);
}

struct Results {
  template <typename T, class Layout>
  Results(const PaddedArray<T>& dy, const PaddedArray<T>& x, const std::vector<double>& mean,
          const Layout& layout)
      : sum(mean.size()), dot(mean.size()) {
    Reduce(dy.data(), x.data(), layout, mean.data(), sum.data(), dot.data());
  }

  PaddedArray<double> sum;
  PaddedArray<double> dot;
};

// Means that are off the grid of the inputs.
std::vector<double> Means(size_t groups, double center) {
  Random random(groups);
  std::vector<double> mean(groups);
  for (double& value : mean) value = center + random.Normal() / 3;
  return mean;
}

// In ulps of the sums of absolute values; the worst measured are 12.2 and 21.8, where thousands of
// runs of one element share a lane.
EVERY_TARGET_TEST(BackwardReduceTest, IsWithinUlpsOfTheDefinition) {
  ForEachCase<T>([](const auto& layout, size_t misalignment, Distribution distribution) {
    const Runs runs = AsRuns(layout);
    const double center = distribution == Distribution::kFarFromZero ? 1e6 : 0.0;
    const auto mean = Means(runs.groups, center);
    const auto dy = RandomInput<T>(runs, misalignment, distribution, 1);
    const auto x = RandomInput<T>(runs, 3 - misalignment, distribution, 2);
    Results results(dy, x, mean, layout);
    long double sum_ulps = 0;
    long double dot_ulps = 0;
    for (size_t g = 0; g < runs.groups; ++g) {
      const ReferenceSums expected = SumsByDefinition(dy.data(), x.data(), runs, g, mean[g]);
      sum_ulps = std::max(sum_ulps, UlpsAt(expected.sum_magnitude, results.sum[g], expected.sum));
      dot_ulps = std::max(dot_ulps, UlpsAt(expected.dot_magnitude, results.dot[g], expected.dot));
    }
    EXPECT_LE(sum_ulps, 13);
    EXPECT_LE(dot_ulps, 22);
    EXPECT_TRUE(results.sum.PaddingIsUntouched() && results.dot.PaddingIsUntouched());
  });
}

// Sums of small integers are exact in any order.
EVERY_TARGET_TEST(BackwardReduceTest, SmallIntegersAreExact) {
  ForEachLayout<T>([](const auto& layout) {
    const Runs runs = AsRuns(layout);
    std::vector<double> mean(runs.groups);
    for (size_t g = 0; g < runs.groups; ++g) mean[g] = static_cast<double>(g % 5) - 2.5;
    Random random(9);
    const auto draw = [&](size_t) { return static_cast<double>(random.Bits() % 64) - 30; };
    for (size_t misalignment = 0; misalignment < 4; ++misalignment) {
      const auto dy = MakeInput<T>(runs, misalignment, draw);
      const auto x = MakeInput<T>(runs, 3 - misalignment, draw);
      const Results results(dy, x, mean, layout);
      for (size_t g = 0; g < runs.groups; ++g) {
        const ReferenceSums expected = SumsByDefinition(dy.data(), x.data(), runs, g, mean[g]);
        ASSERT_EQ(results.sum[g], expected.sum) << "group " << g;
        ASSERT_EQ(results.dot[g], expected.dot) << "group " << g;
      }
    }
  });
}

EVERY_TARGET_TEST(BackwardReduceTest, EmptyGroupsGiveZero) {
  const T* none = nullptr;
  const std::vector<double> mean = {1.0, 2.0, 3.0};
  const auto expect_zeros = [&](const auto& layout) {
    std::vector<double> sum(3, 7.0);
    std::vector<double> dot(3, 7.0);
    Reduce(none, none, layout, mean.data(), sum.data(), dot.data());
    EXPECT_EQ(sum, std::vector<double>(3, 0.0));
    EXPECT_EQ(dot, std::vector<double>(3, 0.0));
  };
  expect_zeros(Runs{3, 0, 0, 0, 5});
  expect_zeros(Runs{3, 0, 4, 0, 0});
  expect_zeros(Rows{0, 3});
  Reduce(none, none, Rows{30, 0}, nullptr, nullptr, nullptr);
}

// In group 1 alone: an infinite mean, an x and a dy that are not finite.
EVERY_TARGET_TEST(BackwardReduceTest, InfinitiesAndNaNStayInTheirGroup) {
  constexpr T kInf = std::numeric_limits<T>::infinity();
  constexpr T kNaN = std::numeric_limits<T>::quiet_NaN();
  ForEachLayout<T>([=](const auto& layout) {
    const Runs runs = AsRuns(layout);
    if (runs.groups < 2) return;
    const auto mean = Means(runs.groups, 0.0);
    const auto dy = RandomInput<T>(runs, 1, Distribution::kNormal, 1);
    const auto x = RandomInput<T>(runs, 1, Distribution::kNormal, 2);
    const Results clean(dy, x, mean, layout);
    const auto expect_confined = [&](const PaddedArray<T>& other_dy, const PaddedArray<T>& other_x,
                                     const std::vector<double>& other_mean) {
      const Results results(other_dy, other_x, other_mean, layout);
      EXPECT_FALSE(std::isfinite(results.dot[1]));
      for (size_t g = 0; g < runs.groups; ++g) {
        if (g == 1) continue;
        EXPECT_TRUE(SameBits(&results.sum[g], &clean.sum[g], 1)) << "group " << g;
        EXPECT_TRUE(SameBits(&results.dot[g], &clean.dot[g], 1)) << "group " << g;
      }
      return results.sum[1];
    };
    size_t last = 0;
    ForEachElement(runs, 1, [&](size_t i) { last = i; });
    for (const T value : {kInf, -kInf, kNaN}) {
      auto other_mean = mean;
      other_mean[1] = value;
      EXPECT_EQ(expect_confined(dy, x, other_mean), clean.sum[1]);
      auto other_x = x;
      other_x[last] = value;
      EXPECT_EQ(expect_confined(dy, other_x, mean), clean.sum[1]);
      auto other_dy = dy;
      other_dy[last] = value;
      const double sum = expect_confined(other_dy, x, mean);
      EXPECT_TRUE(std::isnan(value) ? std::isnan(sum) : sum == value) << sum;
    }
  });
}

// Not NaN, which is 0 * inf past the end of a run or a row.
EVERY_TARGET_TEST(BackwardReduceTest, AnInfiniteMeanGivesAnInfiniteDot) {
  constexpr double kInf = std::numeric_limits<double>::infinity();
  ForEachLayout<T>([=](const auto& layout) {
    const Runs runs = AsRuns(layout);
    const auto dy = MakeInput<T>(runs, 1, [](size_t) { return 0.5; });
    const auto x = RandomInput<T>(runs, 1, Distribution::kNormal, 2);
    const Results results(dy, x, std::vector<double>(runs.groups, kInf), layout);
    for (size_t g = 0; g < runs.groups; ++g) ASSERT_EQ(results.dot[g], -kInf);
  });
}

template <typename T>
void ExpectSameSumsOnTargets() {
  ForEachLayout<T>([](const auto& layout) {
    const Runs runs = AsRuns(layout);
    const auto mean = Means(runs.groups, 0.0);
    const auto dy = RandomInput<T>(runs, 1, Distribution::kNormal, 1);
    const auto x = RandomInput<T>(runs, 2, Distribution::kNormal, 2);
    ExpectSameBitsOnTargets([&] {
      const Results results(dy, x, mean, layout);
      std::vector<double> both(results.sum.data(), results.sum.data() + runs.groups);
      both.insert(both.end(), results.dot.data(), results.dot.data() + runs.groups);
      return both;
    });
  });
}

TEST(BackwardReduceOnTargetsTest, AgreeBitForBitF32) { ExpectSameSumsOnTargets<float>(); }
TEST(BackwardReduceOnTargetsTest, AgreeBitForBitF64) { ExpectSameSumsOnTargets<double>(); }

}  // namespace
}  // namespace batchnorm
