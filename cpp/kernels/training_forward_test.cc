#include "cpp/kernels/training_forward.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "cpp/kernels/moments.h"
#include "cpp/kernels/normalize.h"
#include "cpp/numerics/coefficients.h"
#include "cpp/testing/cases.h"
#include "cpp/testing/channel_arrays.h"
#include "cpp/testing/every_target.h"
#include "cpp/testing/inputs.h"
#include "cpp/testing/large.h"
#include "cpp/testing/same_bits.h"

namespace batchnorm {
namespace {

EVERY_TARGET_SUITE(TrainingForwardTest);

// The moments of all groups, then all of them normalized.
template <typename T>
void InTwoSteps(const T* x, T* y, const Runs& runs, const Affine<T>& affine, double eps,
                const BatchStatistics& statistics) {
  MomentsOfRuns(x, runs, statistics.mean, statistics.variance);
  std::vector<NormalizeCoefficients<T>> coefficients;
  for (size_t g = 0; g < runs.groups; ++g) {
    coefficients.push_back(FinishChannel<T>(statistics, affine, g, runs.runs * runs.length, eps));
  }
  NormalizeRuns<T>(x, y, runs, coefficients.data(), StoresFor<T>(runs.Count()));
}

template <typename T>
void ExpectBitsOfTwoSteps(const Runs& runs, const PaddedArray<T>& x, PaddedArray<T>& y,
                          const Affine<T>& affine) {
  Statistics expected_statistics(runs.groups);
  PaddedArray<T> expected(Extent(runs));
  InTwoSteps<T>(x.data(), expected.data(), runs, affine, 1e-5, expected_statistics);

  Statistics statistics(runs.groups);
  TrainingForwardRuns<T, T>(x.data(), y.data(), runs, affine, 1e-5, statistics,
                            StoresFor<T>(runs.Count()));
  EXPECT_TRUE(SameBits(y.data(), expected.data(), y.size()));
  EXPECT_EQ(statistics.All(), expected_statistics.All());
  EXPECT_TRUE(OnlyElementsWritten(runs, y));
  EXPECT_TRUE(statistics.PaddingIsUntouched());

  PaddedArray<T> in_place = x;
  Statistics statistics_in_place(runs.groups);
  TrainingForwardRuns<T, T>(in_place.data(), in_place.data(), runs, affine, 1e-5,
                            statistics_in_place, StoresFor<T>(runs.Count()));
  EXPECT_TRUE(SameBits(in_place.data(), expected.data(), expected.size()));
  EXPECT_EQ(statistics_in_place.All(), expected_statistics.All());
  EXPECT_TRUE(in_place.PaddingIsUntouched());
}

EVERY_TARGET_TEST(TrainingForwardTest, HasTheBitsOfTwoStepsAndInPlace) {
  ForEachCase(TestedRuns<T>(), [](const Runs& runs, size_t misalignment,
                                  Distribution distribution) {
    const auto x = RandomInput<T>(runs, misalignment, distribution, runs.Count());
    const RandomAffine<T> affine(runs.groups);
    const Affine<T> affines[] = {
        {nullptr, nullptr}, {affine.weight.data(), nullptr}, {nullptr, affine.bias.data()}, affine};
    PaddedArray<T> y(Extent(runs), 3 - misalignment);
    ExpectBitsOfTwoSteps(runs, x, y, affines[misalignment]);
  });
}

EVERY_TARGET_TEST(TrainingForwardTest, HasTheBitsOfTwoStepsPastTheCache) {
  ForEachLargeLayout<T>([](const auto& layout) {
    const Runs runs = AsRuns(layout);
    // Columns are for another kernel.
    if (runs.length == 1 && runs.groups != 1) return;
    const auto x = RandomInput<T>(runs, 1, Distribution::kNormal, 4);
    PaddedArray<T> y(Extent(runs), 3);
    ExpectBitsOfTwoSteps<T>(runs, x, y, RandomAffine<T>(runs.groups));
  });
}

// Deviations of 1 with eps 3 give invstd 1/2.
EVERY_TARGET_TEST(TrainingForwardTest, ExactDataAreExact) {
  for (const Runs& runs : TestedRuns<T>()) {
    if (runs.length % 2 != 0) continue;
    SCOPED_TRACE(::testing::Message() << runs);
    const auto mean = [](size_t g) { return 0.25 * static_cast<double>(1 << g); };
    double sign = 1;
    const auto x = MakeInput<T>(runs, 1, [&](size_t g) { return mean(g) + (sign = -sign); });
    std::vector<T> weight(runs.groups);
    std::vector<T> bias(runs.groups);
    for (size_t g = 0; g < runs.groups; ++g) {
      weight[g] = static_cast<T>(g + 1);
      bias[g] = static_cast<T>(g) - 2;
    }
    PaddedArray<T> y(Extent(runs), 2);
    Statistics statistics(runs.groups);
    TrainingForwardRuns<T, T>(x.data(), y.data(), runs, {weight.data(), bias.data()}, 3.0,
                              statistics, StoresFor<T>(runs.Count()));
    for (size_t g = 0; g < runs.groups; ++g) {
      EXPECT_EQ(statistics.mean[g], mean(g));
      EXPECT_EQ(statistics.variance[g], 1.0);
      EXPECT_EQ(statistics.invstd[g], 0.5);
      ForEachElement(runs, g, [&](size_t i) {
        ASSERT_EQ(y[i], (x[i] - static_cast<T>(mean(g))) / 2 * weight[g] + bias[g]);
      });
    }
  }
}

// Both with eps and without, where invstd is 0.
EVERY_TARGET_TEST(TrainingForwardTest, AConstantGroupGivesBias) {
  for (const double eps : {1e-5, 1e-12, 0.0}) {
    for (const double wanted : {1e8, 0.1, 1e-30, 16777217.0}) {
      const T value = static_cast<T>(wanted);
      for (const Runs& runs : TestedRuns<T>()) {
        const auto x = MakeInput<T>(runs, 1, [value](size_t) { return value; });
        const RandomAffine<T> affine(runs.groups);
        PaddedArray<T> y(Extent(runs));
        Statistics statistics(runs.groups);
        TrainingForwardRuns<T, T>(x.data(), y.data(), runs, affine, eps, statistics,
                                  StoresFor<T>(runs.Count()));
        for (size_t g = 0; g < runs.groups; ++g) {
          ForEachElement(runs, g, [&](size_t i) { ASSERT_EQ(y[i], affine.bias[g]); });
        }
      }
    }
  }
}

template <typename T>
void ExpectSameForwardOnTargets() {
  for (const Runs& runs : TestedRuns<T>()) {
    const auto x = RandomInput<T>(runs, 1, Distribution::kNormal, 5);
    const RandomAffine<T> affine(runs.groups);
    ExpectSameBitsOnTargets([&] {
      Statistics statistics(runs.groups);
      std::vector<T> y(Extent(runs));
      TrainingForwardRuns<T, T>(x.data(), y.data(), runs, affine, 1e-5, statistics,
                                StoresFor<T>(runs.Count()));
      std::vector<double> all = statistics.All();
      all.insert(all.end(), y.begin(), y.end());
      return all;
    });
  }
}

TEST(TrainingForwardOnTargetsTest, AgreeBitForBitF32) { ExpectSameForwardOnTargets<float>(); }
TEST(TrainingForwardOnTargetsTest, AgreeBitForBitF64) { ExpectSameForwardOnTargets<double>(); }

}  // namespace
}  // namespace batchnorm
