#include "cpp/kernels/extrema.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "cpp/testing/cases.h"
#include "cpp/testing/every_target.h"
#include "cpp/testing/inputs.h"
#include "cpp/testing/reference.h"
#include "cpp/testing/shapes.h"

namespace batchnorm {
namespace {

EVERY_TARGET_SUITE(ExtremaTest);

template <typename T>
void ExtremaOf(const T* x, const Runs& runs, Extrema* extrema) {
  ExtremaOfRuns(x, runs, extrema);
}
template <typename T>
void ExtremaOf(const T* x, const Rows& rows, Extrema* extrema) {
  ExtremaOfColumns(x, rows, extrema);
}

template <typename T, class Layout>
std::vector<Extrema> ExtremaOf(const PaddedArray<T>& x, const Layout& layout) {
  std::vector<Extrema> extrema(AsRuns(layout).groups, Extrema{1, 2});
  ExtremaOf(x.data(), layout, extrema.data());
  return extrema;
}

// By comparing one element after the other.
template <typename T>
Extrema ExtremaByDefinition(const PaddedArray<T>& x, const Runs& runs, size_t g) {
  constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
  Extrema all;
  bool nan = false;
  ForEachElement(runs, g, [&](size_t i) {
    const double value = static_cast<double>(x[i]);
    nan = nan || std::isnan(value);
    if (value < all.min) all.min = value;
    if (value > all.max) all.max = value;
  });
  return nan ? Extrema{kNaN, kNaN} : all;
}

void ExpectSame(double actual, double expected) {
  if (std::isnan(expected)) {
    ASSERT_TRUE(std::isnan(actual)) << actual;
  } else {
    ASSERT_EQ(actual, expected);
    ASSERT_FALSE(actual == 0.0 && std::signbit(actual)) << "-0";
  }
}

template <typename T, class Layout>
void ExpectByDefinition(const PaddedArray<T>& x, const Layout& layout) {
  const Runs runs = AsRuns(layout);
  const std::vector<Extrema> extrema = ExtremaOf(x, layout);
  for (size_t g = 0; g < runs.groups; ++g) {
    SCOPED_TRACE(::testing::Message() << "group " << g);
    const Extrema expected = ExtremaByDefinition(x, runs, g);
    ExpectSame(extrema[g].min, expected.min);
    ExpectSame(extrema[g].max, expected.max);
  }
}

EVERY_INPUT_TEST(ExtremaTest, AreTheDefinition) {
  ForEachCase<T>([](const auto& layout, size_t misalignment, Distribution distribution) {
    const Runs runs = AsRuns(layout);
    ExpectByDefinition(RandomInput<T>(runs, misalignment, distribution, runs.Count()), layout);
  });
}

// All above 0, or all below: what lies around the elements, or stands for none, must not win.
EVERY_INPUT_TEST(ExtremaTest, ComeFromTheElementsAlone) {
  for (const int value : {7, -7}) {
    if (value < 0 && !std::numeric_limits<T>::is_signed) continue;
    ForEachLayout<T>([value](const auto& layout) {
      ExpectByDefinition(MakeInput<T>(AsRuns(layout), 1, [value](size_t) { return value; }),
                         layout);
    });
  }
}

// An extreme element at each place of a group.
EVERY_INPUT_TEST(ExtremaTest, AreFoundAnywhere) {
  for (const Runs& runs : {Runs{2, 150, 1, 0, 150}, Runs{3, 20, 9, 100, 17}}) {
    auto x = MakeInput<T>(runs, 1, [](size_t) { return 100; });
    for (const int value : {3, 200}) {
      ForEachElement(runs, 1, [&](size_t i) {
        x[i] = static_cast<T>(value);
        ExpectByDefinition(x, runs);
        x[i] = static_cast<T>(100);
      });
    }
  }
}

EVERY_TARGET_TEST(ExtremaTest, NaNAnywhereIsBoth) {
  for (const T other : {std::numeric_limits<T>::infinity(), -std::numeric_limits<T>::infinity()}) {
    ForEachLayout<T>([other](const auto& layout) {
      const Runs runs = AsRuns(layout);
      if (runs.groups < 2) return;
      std::vector<size_t> elements;
      ForEachElement(runs, 1, [&](size_t i) { elements.push_back(i); });
      const size_t count = elements.size();
      auto x = RandomInput<T>(runs, 2, Distribution::kNormal, 3);
      for (const size_t i : {size_t{0}, count / 3, count / 2, count - 1}) {
        T& one = x[elements[i]];
        T& another = x[elements[count - 1 - i]];
        const T before[] = {one, another};
        another = other;
        one = std::numeric_limits<T>::quiet_NaN();
        ExpectByDefinition(x, layout);
        one = before[0];
        another = before[1];
      }
    });
  }
}

EVERY_TARGET_TEST(ExtremaTest, ZeroHasNoSign) {
  ForEachLayout<T>([](const auto& layout) {
    bool negative = false;
    ExpectByDefinition(MakeInput<T>(AsRuns(layout), 1,
                                    [&](size_t) { return (negative = !negative) ? -T{0} : T{0}; }),
                       layout);
  });
}

EVERY_TARGET_TEST(ExtremaTest, InfinitiesAreElementsToo) {
  constexpr T kInf = std::numeric_limits<T>::infinity();
  for (const T value : {kInf, -kInf, std::numeric_limits<T>::max(),
                        std::numeric_limits<T>::lowest(), std::numeric_limits<T>::denorm_min()}) {
    ForEachLayout<T>([value](const auto& layout) {
      ExpectByDefinition(MakeInput<T>(AsRuns(layout), 1, [value](size_t) { return value; }),
                         layout);
    });
  }
}

EVERY_INPUT_TEST(ExtremaTest, NothingGivesInfinities) {
  const PaddedArray<T> none(0);
  ExpectByDefinition(none, Runs{3, 0, 0, 0, 5});
  ExpectByDefinition(none, Runs{3, 0, 4, 0, 0});
  ExpectByDefinition(none, Rows{0, 3});
  ExpectByDefinition(none, Rows{3, 0});
}

}  // namespace
}  // namespace batchnorm
