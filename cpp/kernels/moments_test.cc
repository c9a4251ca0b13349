#include "cpp/kernels/moments.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <type_traits>
#include <vector>

#include "cpp/layout/fold.h"
#include "cpp/testing/cases.h"
#include "cpp/testing/every_target.h"
#include "cpp/testing/inputs.h"
#include "cpp/testing/reference.h"
#include "cpp/testing/same_bits.h"
#include "cpp/testing/shapes.h"
#include "cpp/testing/ulps.h"

namespace batchnorm {
namespace {

EVERY_TARGET_SUITE(MomentsTest);

template <typename T>
void Moments(const T* x, const Runs& runs, double* mean, double* m2) {
  MomentsOfRuns(x, runs, mean, m2);
}
template <typename T>
void Moments(const T* x, const Rows& rows, double* mean, double* m2) {
  MomentsOfColumns(x, rows, mean, m2);
}

struct Results {
  template <typename T, class Layout>
  Results(const T* x, const Layout& layout)
      : mean(AsRuns(layout).groups), m2(AsRuns(layout).groups) {
    Moments(x, layout, mean.data(), m2.data());
  }

  PaddedArray<double> mean;
  PaddedArray<double> m2;
};

// The worst measured is 7.8 ulps of the largest |x|: 2051 runs of one element share a lane.
constexpr long double kMeanUlps = 8;
// The worst measured is 14.2, with 4099 runs of one element.
constexpr long double kM2Ulps = 15;
// A block holds twice as many words as floats, and their squares add up to more than float64 keeps
// exact, as those of bytes do not: the worst measured is 69.9, in a lane of 1024.
constexpr long double kM2UlpsOfWords = 70;
// Merging blocks squares the difference of two means, which are rounded at 1e6 here: the worst
// measured is 3.8e5, where E[x^2] - E[x]^2 would lose 1e12.
constexpr long double kM2UlpsFarFromZero = 400000;

template <typename T, class Layout>
void ExpectMomentsByDefinition(const PaddedArray<T>& x, const Layout& layout,
                               long double m2_bound) {
  const Runs runs = AsRuns(layout);
  Results results(x.data(), layout);
  long double mean_ulps = 0;
  long double m2_ulps = 0;
  for (size_t g = 0; g < runs.groups; ++g) {
    const ReferenceMoments expected = MomentsByDefinition(x.data(), runs, g);
    mean_ulps = std::max(mean_ulps, UlpsAt(expected.magnitude, results.mean[g], expected.mean));
    m2_ulps = std::max(m2_ulps, UlpsAt(expected.m2, results.m2[g], expected.m2));
  }
  EXPECT_LE(mean_ulps, kMeanUlps);
  EXPECT_LE(m2_ulps, m2_bound);
  EXPECT_TRUE(results.mean.PaddingIsUntouched() && results.m2.PaddingIsUntouched());
}

template <typename T, class Layout>
void ExpectRandomMomentsByDefinition(const std::vector<Layout>& layouts) {
  ForEachCase(layouts, [](const Layout& layout, size_t misalignment, Distribution distribution) {
    const Runs runs = AsRuns(layout);
    const auto x = RandomInput<T>(runs, misalignment, distribution, runs.Count());
    const bool far = distribution == Distribution::kFarFromZero && !std::is_integral_v<T>;
    const long double near = std::is_same_v<T, uint16_t> ? kM2UlpsOfWords : kM2Ulps;
    ExpectMomentsByDefinition(x, layout, far ? kM2UlpsFarFromZero : near);
  });
}

EVERY_INPUT_TEST(MomentsTest, RunsAreWithinUlpsOfTheDefinition) {
  ExpectRandomMomentsByDefinition<T>(TestedRuns<T>());
}

EVERY_INPUT_TEST(MomentsTest, ColumnsAreWithinUlpsOfTheDefinition) {
  ExpectRandomMomentsByDefinition<T>(TestedRows<T>());
}

EVERY_TARGET_TEST(MomentsTest, ValuesOf1e30StayFinite) {
  ForEachLayout<T>([](const auto& layout) {
    Random random(30);
    const auto x = MakeInput<T>(AsRuns(layout), 1, [&](size_t) { return 1e30 * random.Normal(); });
    ExpectMomentsByDefinition(x, layout, kM2Ulps);
  });
}

template <typename T>
void ExpectConstantGroupsAreExact(T value) {
  const double expected = static_cast<double>(value);
  SCOPED_TRACE(expected);
  ForEachLayout<T>([=](const auto& layout) {
    const Runs runs = AsRuns(layout);
    Results results(MakeInput<T>(runs, 3, [value](size_t) { return value; }).data(), layout);
    for (size_t g = 0; g < runs.groups; ++g) {
      ASSERT_EQ(results.mean[g], expected);
      ASSERT_EQ(results.m2[g], 0.0);
    }
  });
}

EVERY_TARGET_TEST(MomentsTest, ConstantGroupsAreExact) {
  using Limits = std::numeric_limits<T>;
  for (const double wanted : {1e8, 0.1, 1e-30, 16777217.0, -3.0, 0.0, double{Limits::max()},
                              double{Limits::lowest()}, double{Limits::denorm_min()}}) {
    ExpectConstantGroupsAreExact(static_cast<T>(wanted));
  }
}

TEST_P(MomentsTest, ConstantBytesAreExact) {
  for (const uint8_t value : {0, 1, 127, 255}) ExpectConstantGroupsAreExact(value);
}
TEST_P(MomentsTest, ConstantWordsAreExact) {
  for (const uint16_t value : {0, 1, 40000, 65535}) ExpectConstantGroupsAreExact(value);
}

// Deviations of a few bits, so that their sums and those of their squares are exact.
double SmallDeviation(Random& random) { return static_cast<double>(random.Bits() % 16) / 8; }

double ExactMean(size_t g) { return 0.25 * static_cast<double>(1 << g % 7); }

// Fills pairs of elements so that x[a] + x[b] = 2 * mean, and demands equality.
template <typename T, class Layout, class ForEachPair>
void ExpectExactMoments(const Layout& layout, size_t misalignment,
                        const ForEachPair& for_each_pair) {
  const Runs runs = AsRuns(layout);
  Random random(runs.Count());
  auto x = MakeInput<T>(runs, misalignment, [](size_t g) { return ExactMean(g); });
  std::vector<double> m2(runs.groups, 0.0);
  for_each_pair([&](size_t g, size_t a, size_t b) {
    const double deviation = SmallDeviation(random);
    x[a] = static_cast<T>(ExactMean(g) + deviation);
    x[b] = static_cast<T>(ExactMean(g) - deviation);
    m2[g] += 2 * deviation * deviation;
  });
  Results results(x.data(), layout);
  for (size_t g = 0; g < runs.groups; ++g) {
    ASSERT_EQ(results.mean[g], ExactMean(g)) << "group " << g;
    ASSERT_EQ(results.m2[g], m2[g]) << "group " << g;
  }
}

// Neighbours in a run: blocks end between pairs.
EVERY_TARGET_TEST(MomentsTest, ExactRunsAreExact) {
  for (const Runs& runs : TestedRuns<T>()) {
    SCOPED_TRACE(::testing::Message() << runs);
    for (size_t misalignment = 0; misalignment < 4; ++misalignment) {
      ExpectExactMoments<T>(runs, misalignment, [&](const auto& pair) {
        for (size_t g = 0; g < runs.groups; ++g) {
          for (size_t r = 0; r < runs.runs; ++r) {
            const size_t first = g * runs.group_stride + r * runs.run_stride;
            // A run of odd length ends with an element that is the mean.
            for (size_t i = 0; i + 1 < runs.length; i += 2) pair(g, first + i, first + i + 1);
          }
        }
      });
    }
  }
}

// Neighbours in a column of the folded matrix; what the fold leaves over is the mean.
EVERY_TARGET_TEST(MomentsTest, ExactColumnsAreExact) {
  // Blocks have an even number of rows where the columns are a power of two.
  std::vector<Rows> layouts = {{1024, 1}, {20011, 1}, {4001, 2},   {4000, 4},
                               {700, 64}, {300, 128}, {1000, 256}, {50, 1024}};
  // Up to 16 rows make one block.
  for (const size_t columns : {3, 5, 16, 33, 100, 255, 257, 511, 512, 513, 1100}) {
    for (const size_t rows : {2, 8, 15}) layouts.push_back({rows, columns});
  }
  for (const Rows& rows : layouts) {
    SCOPED_TRACE(::testing::Message() << rows);
    const Fold fold(rows);
    for (size_t misalignment = 0; misalignment < 4; ++misalignment) {
      ExpectExactMoments<T>(rows, misalignment, [&](const auto& pair) {
        for (size_t r = 0; r + 1 < fold.wide.rows; r += 2) {
          for (size_t j = 0; j < fold.wide.columns; ++j) {
            const size_t element = r * fold.wide.columns + j;
            pair(j % rows.columns, element, element + fold.wide.columns);
          }
        }
      });
    }
  }
}

EVERY_INPUT_TEST(MomentsTest, AlignmentDoesNotChangeTheBits) {
  ForEachLayout<T>([](const auto& layout) {
    const Runs runs = AsRuns(layout);
    const auto results = [&](size_t misalignment) {
      return Results(RandomInput<T>(runs, misalignment, Distribution::kNormal, 7).data(), layout);
    };
    const Results aligned = results(0);
    for (const size_t misalignment : {1, 2, 3}) {
      const Results other = results(misalignment);
      EXPECT_TRUE(SameBits(aligned.mean.data(), other.mean.data(), runs.groups));
      EXPECT_TRUE(SameBits(aligned.m2.data(), other.m2.data(), runs.groups));
    }
  });
}

// Layouts of several blocks and of several chunks, of short runs side by side, of a fold with rows
// left over, and of several strips.
template <typename T, class Test>
void ForEachLongLayout(const Test& test) {
  test(ChannelsFirstRuns({3, 2, 2 * kBlockBytes / sizeof(T) + 5}));
  test(ChannelsFirstRuns({1, 2, kChunkBytes / sizeof(T) + 5}));
  test(ChannelsFirstRuns({300, 5, 33}));
  test(Rows{4003, 5});
  test(Rows{40, 1100});
}

// Gives elements of group 1 values that are not finite, and expects their sum as its mean, NaN as
// its M2, and the results of the other groups as they were.
template <typename T, class Layout>
void ExpectConfined(const Layout& layout, PaddedArray<T>& x, const Results& clean,
                    const std::vector<std::pair<size_t, T>>& values) {
  T sum = 0;
  std::vector<T> before;
  for (const auto& [element, value] : values) {
    sum += value;
    before.push_back(x[element]);
    x[element] = value;
  }
  const Results results(x.data(), layout);
  for (size_t i = 0; i < values.size(); ++i) x[values[i].first] = before[i];

  EXPECT_TRUE(std::isnan(sum) ? std::isnan(results.mean[1]) : results.mean[1] == sum)
      << results.mean[1] << " where the elements sum to " << sum;
  EXPECT_TRUE(std::isnan(results.m2[1])) << results.m2[1];
  for (size_t g = 0; g < AsRuns(layout).groups; ++g) {
    if (g == 1) continue;
    EXPECT_TRUE(SameBits(&results.mean[g], &clean.mean[g], 1));
    EXPECT_TRUE(SameBits(&results.m2[g], &clean.m2[g], 1));
  }
}

EVERY_TARGET_TEST(MomentsTest, InfinitiesAndNaNStayInTheirGroup) {
  constexpr T kInf = std::numeric_limits<T>::infinity();
  constexpr T kNaN = std::numeric_limits<T>::quiet_NaN();
  ForEachLongLayout<T>([=](const auto& layout) {
    const Runs runs = AsRuns(layout);
    auto x = RandomInput<T>(runs, 1, Distribution::kNormal, 11);
    const Results clean(x.data(), layout);
    std::vector<size_t> elements;
    ForEachElement(runs, 1, [&](size_t i) { elements.push_back(i); });
    const size_t count = elements.size();
    // The first and the last: in several blocks, and in the rows that a fold leaves over.
    const std::vector<size_t> places = {elements[0],         elements[1],
                                        elements[count / 3], elements[count / 2],
                                        elements[count - 2], elements[count - 1]};
    for (const size_t a : places) {
      SCOPED_TRACE(::testing::Message() << runs << ", element " << a);
      for (const T value : {kInf, -kInf, kNaN}) ExpectConfined<T>(layout, x, clean, {{a, value}});
      for (const size_t b : places) {
        if (b == a) continue;
        SCOPED_TRACE(::testing::Message() << "and element " << b);
        ExpectConfined<T>(layout, x, clean, {{a, kInf}, {b, kInf}});
        ExpectConfined<T>(layout, x, clean, {{a, -kInf}, {b, -kInf}});
        ExpectConfined<T>(layout, x, clean, {{a, kInf}, {b, -kInf}});
        ExpectConfined<T>(layout, x, clean, {{a, kInf}, {b, kNaN}});
      }
    }
    std::vector<std::pair<size_t, T>> all;
    for (const size_t i : elements) all.push_back({i, kInf});
    ExpectConfined<T>(layout, x, clean, all);
  });
}

EVERY_INPUT_TEST(MomentsTest, EmptyGroupsGiveZero) {
  const T* none = nullptr;
  for (const Runs& runs : {Runs{3, 0, 0, 0, 5}, Runs{3, 0, 4, 0, 0}}) {
    const Results results(none, runs);
    for (size_t g = 0; g < 3; ++g) {
      EXPECT_EQ(results.mean[g], 0.0);
      EXPECT_EQ(results.m2[g], 0.0);
    }
  }
  const Results results(none, Rows{0, 3});
  for (size_t c = 0; c < 3; ++c) {
    EXPECT_EQ(results.mean[c], 0.0);
    EXPECT_EQ(results.m2[c], 0.0);
  }
  EXPECT_TRUE(Results(none, Rows{3, 0}).mean.PaddingIsUntouched());
}

template <typename T>
void ExpectSameMomentsOnTargets() {
  ForEachLayout<T>([](const auto& layout) {
    const auto x = RandomInput<T>(AsRuns(layout), 1, Distribution::kNormal, 5);
    ExpectSameBitsOnTargets([&] {
      Results results(x.data(), layout);
      std::vector<double> both(results.mean.data(), results.mean.data() + results.mean.size());
      both.insert(both.end(), results.m2.data(), results.m2.data() + results.m2.size());
      return both;
    });
  });
}

TEST(MomentsOnTargetsTest, AgreeBitForBitU8) { ExpectSameMomentsOnTargets<uint8_t>(); }
TEST(MomentsOnTargetsTest, AgreeBitForBitU16) { ExpectSameMomentsOnTargets<uint16_t>(); }
TEST(MomentsOnTargetsTest, AgreeBitForBitF32) { ExpectSameMomentsOnTargets<float>(); }
TEST(MomentsOnTargetsTest, AgreeBitForBitF64) { ExpectSameMomentsOnTargets<double>(); }

// 1e8 values on a grid of 2^-10 around 1000, whose moments follow exactly from integers.
class HundredMillionTest : public EveryTarget {
 protected:
  static constexpr size_t kCount = 100000000;

  static void SetUpTestSuite() {
    x_ = new std::vector<float>(kCount);
    Random random(8);
    int64_t sum = 0;
    int64_t sum_of_squares = 0;
    for (float& value : *x_) {
      const int64_t k = static_cast<int64_t>(random.Bits() % 8192) - 4000;
      sum += k;
      sum_of_squares += k * k;
      value = 1000.0f + static_cast<float>(k) * 0x1p-10f;
    }
    const long double count = kCount;
    mean_ = 1000.0L + sum / count * 0x1p-10L;
    m2_ = (sum_of_squares - sum / count * sum) * 0x1p-20L;
  }
  static void TearDownTestSuite() { delete x_; }

  template <class Layout>
  static void ExpectDigits(const Layout& layout) {
    const Results results(x_->data(), layout);
    // 24415 merges of blocks, each rounded: 23.1 and 30.2 measured in the run, 1.1 and 0.9 in the
    // column. A float32 sum would have stopped growing after 2^24 values.
    EXPECT_LE(UlpsAt(mean_, results.mean[0], mean_), 24);
    EXPECT_LE(UlpsAt(m2_, results.m2[0], m2_), 31);
  }

  static std::vector<float>* x_;
  static long double mean_;
  static long double m2_;
};

std::vector<float>* HundredMillionTest::x_;
long double HundredMillionTest::mean_;
long double HundredMillionTest::m2_;

TEST_P(HundredMillionTest, OneRunKeepsItsDigits) { ExpectDigits(Runs{1, 0, 1, 0, kCount}); }

TEST_P(HundredMillionTest, OneColumnKeepsItsDigits) { ExpectDigits(Rows{kCount, 1}); }

INSTANTIATE_TEST_SUITE_P(Target, HundredMillionTest, ::testing::ValuesIn(AvailableTargets()),
                         [](const ::testing::TestParamInfo<std::string>& i) { return i.param; });

}  // namespace
}  // namespace batchnorm
