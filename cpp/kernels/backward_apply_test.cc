#include "cpp/kernels/backward_apply.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "cpp/testing/elementwise.h"
#include "cpp/testing/every_target.h"

namespace batchnorm {
namespace {

EVERY_TARGET_SUITE(BackwardApplyTest);

template <typename T>
void Apply(const T* dy, const T* x, T* dx, const Runs& runs,
           const std::vector<BackwardCoefficients<T>>& coefficients) {
  BackwardApplyRuns<T>(dy, x, dx, runs, coefficients.data(), StoresFor<T>(runs.Count()));
}
template <typename T>
void Apply(const T* dy, const T* x, T* dx, const Rows& rows,
           const std::vector<BackwardCoefficients<T>>& coefficients) {
  BackwardApplyColumns<T>(dy, x, dx, rows, coefficients.data(), StoresFor<T>(rows.Count()));
}

// inputs are dy and x.
template <typename T>
class BackwardApplyKernel {
 public:
  static constexpr size_t kInputs = 2;

  BackwardApplyKernel(size_t groups, double center) {
    Random random(groups);
    for (size_t g = 0; g < groups; ++g) {
      mean_.push_back(center + random.Normal());
      grad_mean_.push_back(center + random.Normal());
      slope_.push_back(random.Normal());
      scale_.push_back(std::ldexp(random.Normal(), static_cast<int>(g % 20) - 10));
      coefficients_.emplace_back(mean_[g], grad_mean_[g], slope_[g], scale_[g]);
    }
  }

  template <class Layout>
  void Run(const ElementwiseInputs<T>& inputs, T* y, const Layout& layout) const {
    Apply(inputs[0], inputs[1], y, layout, coefficients_);
  }

  Expectation Expect(const ElementwiseInputs<T>& inputs, size_t i, size_t g) const {
    const long double centered = inputs[0][i] - static_cast<long double>(grad_mean_[g]);
    const long double part = (inputs[1][i] - static_cast<long double>(mean_[g])) * slope_[g];
    return {(centered - part) * scale_[g],
            std::max(std::fabs(centered), std::fabs(part)) * std::fabs(scale_[g])};
  }

 private:
  std::vector<double> mean_;
  std::vector<double> grad_mean_;
  std::vector<double> slope_;
  std::vector<double> scale_;
  std::vector<BackwardCoefficients<T>> coefficients_;
};

// Each of four subtractions, slope, its product, the difference, scale and its product may be
// rounded; the worst measured is 6.6 ulps of the larger term.
ELEMENTWISE_TESTS(BackwardApplyTest, BackwardApplyKernel, 7);

EVERY_TARGET_TEST(BackwardApplyTest, SmallIntegersAreExact) {
  ForEachLayout<T>([](const auto& layout) {
    const Runs runs = AsRuns(layout);
    Random random(3);
    const auto draw = [&](size_t) { return random.Bits() % 64; };
    const auto dy = MakeInput<T>(runs, 1, draw);
    const auto x = MakeInput<T>(runs, 2, draw);
    std::vector<BackwardCoefficients<T>> coefficients;
    for (size_t g = 0; g < runs.groups; ++g) {
      coefficients.emplace_back(g % 50 + 0.5, g % 3, 0.25, g % 2 == 0 ? 2 : -0.5);
    }
    PaddedArray<T> dx(Extent(runs), 3);
    Apply(dy.data(), x.data(), dx.data(), layout, coefficients);
    for (size_t g = 0; g < runs.groups; ++g) {
      ForEachElement(runs, g, [&](size_t i) {
        const double part = (x[i] - (g % 50 + 0.5)) / 4;
        ASSERT_EQ(dx[i], (dy[i] - g % 3 - part) * (g % 2 == 0 ? 2 : -0.5)) << "element " << i;
      });
    }
  });
}

// A slope of 0, as for an x that does not vary: what is left is dy about its mean.
EVERY_TARGET_TEST(BackwardApplyTest, TheMeanOfTheGradientItselfGivesZero) {
  for (const double wanted : {1e8, 0.1, 1e-30, 16777217.0}) {
    const T value = static_cast<T>(wanted);
    ForEachLayout<T>([value](const auto& layout) {
      const Runs runs = AsRuns(layout);
      const auto dy = MakeInput<T>(runs, 3, [value](size_t) { return value; });
      const auto x = RandomInput<T>(runs, 0, Distribution::kNormal, 1);
      const std::vector<BackwardCoefficients<T>> coefficients(runs.groups, {0.1, value, 0, 316.2});
      PaddedArray<T> dx(Extent(runs));
      Apply(dy.data(), x.data(), dx.data(), layout, coefficients);
      for (size_t g = 0; g < runs.groups; ++g) {
        ForEachElement(runs, g, [&](size_t i) { ASSERT_EQ(dx[i], 0); });
      }
    });
  }
}

}  // namespace
}  // namespace batchnorm
