#include "cpp/kernels/normalize.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "cpp/testing/elementwise.h"
#include "cpp/testing/every_target.h"

namespace batchnorm {
namespace {

EVERY_TARGET_SUITE(NormalizeTest);

template <typename T>
void Normalize(const T* x, T* y, const Runs& runs,
               const std::vector<NormalizeCoefficients<T>>& coefficients) {
  NormalizeRuns<T>(x, y, runs, coefficients.data(), StoresFor<T>(runs.Count()));
}
template <typename T>
void Normalize(const T* x, T* y, const Rows& rows,
               const std::vector<NormalizeCoefficients<T>>& coefficients) {
  NormalizeColumns<T>(x, y, rows, coefficients.data(), StoresFor<T>(rows.Count()));
}

template <typename T>
class NormalizeKernel {
 public:
  static constexpr size_t kInputs = 1;

  NormalizeKernel(size_t groups, double center) {
    Random random(groups);
    for (size_t g = 0; g < groups; ++g) {
      mean_.push_back(center + random.Normal());
      scale_.push_back(std::ldexp(random.Normal(), static_cast<int>(g % 20) - 10));
      bias_.push_back(random.Normal());
      coefficients_.emplace_back(mean_[g], scale_[g], bias_[g]);
    }
  }

  template <class Layout>
  void Run(const ElementwiseInputs<T>& inputs, T* y, const Layout& layout) const {
    Normalize(inputs[0], y, layout, coefficients_);
  }

  Expectation Expect(const ElementwiseInputs<T>& inputs, size_t i, size_t g) const {
    const long double scaled = (inputs[0][i] - static_cast<long double>(mean_[g])) * scale_[g];
    return {scaled + bias_[g], std::max<long double>(std::fabs(scaled), std::fabs(bias_[g]))};
  }

 private:
  std::vector<double> mean_;
  std::vector<double> scale_;
  std::vector<double> bias_;
  std::vector<NormalizeCoefficients<T>> coefficients_;
};

// Each of two subtractions, scale, bias, the product and the sum may be rounded; the worst measured
// is 3.48 ulps of the larger summand.
ELEMENTWISE_TESTS(NormalizeTest, NormalizeKernel, 3.5);

EVERY_TARGET_TEST(NormalizeTest, SmallIntegersAreExact) {
  ForEachLayout<T>([](const auto& layout) {
    const Runs runs = AsRuns(layout);
    Random random(3);
    const auto x = MakeInput<T>(runs, 1, [&](size_t) { return random.Bits() % 64; });
    std::vector<NormalizeCoefficients<T>> coefficients;
    for (size_t g = 0; g < runs.groups; ++g) coefficients.emplace_back(g % 50 + 0.5, 0.25, g % 3);
    PaddedArray<T> y(Extent(runs), 2);
    Normalize(x.data(), y.data(), layout, coefficients);
    for (size_t g = 0; g < runs.groups; ++g) {
      ForEachElement(runs, g, [&](size_t i) {
        ASSERT_EQ(y[i], (x[i] - static_cast<T>(g % 50 + 0.5)) / 4 + g % 3) << "element " << i;
      });
    }
  });
}

EVERY_TARGET_TEST(NormalizeTest, TheMeanItselfGivesBias) {
  for (const double wanted : {1e8, 0.1, 1e-30, 16777217.0, double{std::numeric_limits<T>::max()}}) {
    const T value = static_cast<T>(wanted);
    ForEachLayout<T>([value](const auto& layout) {
      const Runs runs = AsRuns(layout);
      const auto x = MakeInput<T>(runs, 3, [value](size_t) { return value; });
      std::vector<NormalizeCoefficients<T>> coefficients;
      for (size_t g = 0; g < runs.groups; ++g) coefficients.emplace_back(value, 316.2, 0.1 * g);
      PaddedArray<T> y(Extent(runs));
      Normalize(x.data(), y.data(), layout, coefficients);
      for (size_t g = 0; g < runs.groups; ++g) {
        ForEachElement(runs, g, [&](size_t i) { ASSERT_EQ(y[i], static_cast<T>(0.1 * g)); });
      }
    });
  }
}

// A value many times, in a run and in matrices of one column and of one row: in whole vectors and
// in the partial ones at the end.
template <typename T>
std::vector<T> NormalizedOnce(T x, double mean, double scale, double bias) {
  const std::vector<NormalizeCoefficients<T>> coefficients(41, {mean, scale, bias});
  std::vector<T> results;
  const std::vector<T> input(41, x);
  std::vector<T> y(41);
  Normalize(input.data(), y.data(), Runs{1, 0, 1, 0, 41}, coefficients);
  results.insert(results.end(), y.begin(), y.end());
  Normalize(input.data(), y.data(), Rows{41, 1}, coefficients);
  results.insert(results.end(), y.begin(), y.end());
  Normalize(input.data(), y.data(), Rows{1, 41}, coefficients);
  results.insert(results.end(), y.begin(), y.end());
  return results;
}

EVERY_TARGET_TEST(NormalizeTest, FollowsTheFormulaThroughInfinitiesAndNaN) {
  constexpr double kInf = std::numeric_limits<double>::infinity();
  constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
  for (const double x : {0.5, kInf, -kInf, kNaN}) {
    for (const double mean : {0.25, kInf, -kInf, kNaN}) {
      for (const double scale : {2.0, -2.0, 0.0, kInf, kNaN}) {
        for (const double bias : {1.0, kInf, kNaN}) {
          const T expected = static_cast<T>((x - mean) * scale + bias);
          for (const T y : NormalizedOnce(static_cast<T>(x), mean, scale, bias)) {
            ASSERT_TRUE(std::isnan(expected) ? std::isnan(y) : y == expected)
                << "(" << x << " - " << mean << ") * " << scale << " + " << bias << " is " << y;
          }
        }
      }
    }
  }
}

EVERY_TARGET_TEST(NormalizeTest, InfinitiesAndNaNStayInTheirElement) {
  ForEachLayout<T>([](const auto& layout) {
    const Runs runs = AsRuns(layout);
    const NormalizeKernel<T> kernel(runs.groups, 0.0);
    auto x = RandomInput<T>(runs, 1, Distribution::kNormal, 1);
    PaddedArray<T> clean(Extent(runs));
    kernel.Run({x.data()}, clean.data(), layout);
    const size_t last = x.size() - 1;
    for (const size_t place : {size_t{0}, last / 2, last}) {
      if (x.IsUntouched(place)) continue;
      for (const T value :
           {std::numeric_limits<T>::infinity(), std::numeric_limits<T>::quiet_NaN()}) {
        const T before = x[place];
        x[place] = value;
        PaddedArray<T> y(Extent(runs));
        kernel.Run({x.data()}, y.data(), layout);
        x[place] = before;
        EXPECT_FALSE(std::isfinite(y[place]));
        y[place] = clean[place];
        EXPECT_TRUE(SameBits(y.data(), clean.data(), y.size()));
      }
    }
  });
}

}  // namespace
}  // namespace batchnorm
