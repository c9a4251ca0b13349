#include "cpp/kernels/group_forward.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "cpp/kernels/moments.h"
#include "cpp/kernels/normalize.h"
#include "cpp/testing/channel_arrays.h"
#include "cpp/testing/every_target.h"
#include "cpp/testing/inputs.h"
#include "cpp/testing/same_bits.h"
#include "cpp/testing/tested_sets.h"
#include "cpp/testing/ulps.h"

namespace batchnorm {
namespace {

EVERY_TARGET_SUITE(GroupForwardTest);

// The statistics are those of the moments of each set as a run.
template <typename T>
void ExpectStatistics(const PaddedArray<T>& x, const Sets& sets, Statistics& statistics) {
  Statistics expected(sets.count);
  const Runs runs = {sets.count, sets.Size(), 1, 0, sets.Size()};
  MomentsOfRuns(x.data(), runs, expected.mean.data(), expected.variance.data());
  for (size_t set = 0; set < sets.count; ++set) FinishStatistics(expected, set, sets.Size(), 1e-5);
  EXPECT_EQ(statistics.All(), expected.All());
  EXPECT_TRUE(statistics.PaddingIsUntouched());
}

// Each channel of each set then is normalized as a run of its own.
EVERY_TARGET_TEST(GroupForwardTest, RunsHaveTheBitsOfTwoStepsAndInPlace) {
  ForEachSets<T>([](const Sets& sets, size_t misalignment, Distribution distribution) {
    const size_t size = sets.count * sets.Size();
    const auto x = RandomInput<T>({1, 0, 1, 0, size}, misalignment, distribution, 1);
    const RandomAffine<T> affine(sets.period * sets.channels);
    PaddedArray<T> y(size, 3 - misalignment);
    Statistics statistics(sets.count);
    GroupForwardRuns<T, T>(x.data(), y.data(), sets, {0, sets.count}, affine, 1e-5, statistics,
                           Stores::kCached);
    ExpectStatistics(x, sets, statistics);

    std::vector<NormalizeCoefficients<T>> coefficients;
    for (size_t r = 0; r < sets.count * sets.channels; ++r) {
      const size_t set = r / sets.channels;
      const size_t channel = r % (sets.period * sets.channels);
      coefficients.emplace_back(statistics.mean[set],
                                statistics.invstd[set] * affine.weight[channel],
                                affine.bias[channel]);
    }
    PaddedArray<T> expected(size);
    const Runs runs = {coefficients.size(), sets.length, 1, 0, sets.length};
    NormalizeRuns<T>(x.data(), Output<T>(expected.data()), runs, coefficients.data(),
                     Stores::kCached);
    EXPECT_TRUE(SameBits(y.data(), expected.data(), size));
    EXPECT_TRUE(y.PaddingIsUntouched());

    PaddedArray<T> in_place = x;
    GroupForwardRuns<T, T>(in_place.data(), in_place.data(), sets, {0, sets.count}, affine, 1e-5,
                           statistics, Stores::kCached);
    EXPECT_TRUE(SameBits(in_place.data(), expected.data(), size));
  });
}

// In ulps of T at the larger summand, with a bias and without; the worst measured is 3.37.
EVERY_TARGET_TEST(GroupForwardTest, ElementsAreAsTheDefinitionAndInPlace) {
  ForEachSets<T>([](const Sets& sets, size_t misalignment, Distribution distribution) {
    const size_t size = sets.count * sets.Size();
    const size_t elements = sets.period * sets.Size();
    const auto x = RandomInput<T>({1, 0, 1, 0, size}, misalignment, distribution, 1);
    const RandomAffine<T> affine(elements);
    for (const T* bias : {static_cast<const T*>(nullptr), affine.bias.data()}) {
      const ElementAffine<T> weights = {affine.weight.data(), bias};
      PaddedArray<T> y(size, 3 - misalignment);
      Statistics statistics(sets.count);
      GroupForwardElements<T>(x.data(), y.data(), sets, {0, sets.count}, weights, 1e-5, statistics,
                              Stores::kCached);
      ExpectStatistics(x, sets, statistics);
      EXPECT_TRUE(y.PaddingIsUntouched());
      long double error = 0;
      for (size_t i = 0; i < size; ++i) {
        const size_t set = i / sets.Size();
        const size_t e = i % elements;
        const long double scale =
            statistics.invstd[set] * static_cast<long double>(weights.weight[e]);
        const long double scaled = (x[i] - static_cast<long double>(statistics.mean[set])) * scale;
        const long double b = bias == nullptr ? 0 : bias[e];
        const long double summand = std::max(std::fabs(scaled), std::fabs(b));
        error = Worse(error, UlpsAt(summand, y[i], scaled + b));
      }
      EXPECT_LE(error, 3.4);

      PaddedArray<T> in_place = x;
      GroupForwardElements<T>(in_place.data(), in_place.data(), sets, {0, sets.count}, weights,
                              1e-5, statistics, Stores::kCached);
      EXPECT_TRUE(SameBits(in_place.data(), y.data(), size));
    }
  });
}

// Nothing outside of the range is read or written, and its bits do not depend on where it begins.
EVERY_TARGET_TEST(GroupForwardTest, ARangeHasTheBitsOfTheWhole) {
  ForEachSets<T>([](const Sets& sets, size_t misalignment, Distribution distribution) {
    const size_t size = sets.count * sets.Size();
    auto x = RandomInput<T>({1, 0, 1, 0, size}, misalignment, distribution, 1);
    const RandomAffine<T> affine(sets.period * sets.Size());
    const ElementAffine<T> weights = {affine.weight.data(), affine.bias.data()};
    PaddedArray<T> whole[] = {PaddedArray<T>(size), PaddedArray<T>(size)};
    Statistics all(sets.count);
    GroupForwardRuns<T, T>(x.data(), whole[0].data(), sets, {0, sets.count}, affine, 1e-5, all,
                           Stores::kCached);
    GroupForwardElements<T>(x.data(), whole[1].data(), sets, {0, sets.count}, weights, 1e-5, all,
                            Stores::kCached);
    const SetRange range = {sets.count / 3, sets.count - sets.count / 4};
    const auto expect_range = [&](const PaddedArray<T>& expected, const auto& forward) {
      PaddedArray<T> y(size);
      Statistics statistics(sets.count);
      forward(y.data(), statistics);
      for (size_t i = 0; i < size; ++i) {
        const size_t set = i / sets.Size();
        if (set >= range.begin && set < range.end) {
          ASSERT_TRUE(SameBits(&y[i], &expected[i], 1));
        } else {
          ASSERT_TRUE(y.IsUntouched(i));
          ASSERT_TRUE(statistics.mean.IsUntouched(set));
        }
      }
    };
    expect_range(whole[0], [&](T* y, const BatchStatistics& statistics) {
      GroupForwardRuns<T, T>(x.data(), y, sets, range, affine, 1e-5, statistics, Stores::kCached);
    });
    expect_range(whole[1], [&](T* y, const BatchStatistics& statistics) {
      GroupForwardElements<T>(x.data(), y, sets, range, weights, 1e-5, statistics, Stores::kCached);
    });
  });
}

}  // namespace
}  // namespace batchnorm
