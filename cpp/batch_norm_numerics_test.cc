#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <vector>

#include "cpp/batch_norm.h"
#include "cpp/testing/batch_norm_calls.h"
#include "cpp/testing/channel_arrays.h"
#include "cpp/testing/every_target.h"
#include "cpp/testing/inputs.h"
#include "cpp/testing/reference.h"
#include "cpp/testing/same_bits.h"
#include "cpp/testing/ulps.h"

namespace batchnorm {
namespace {

EVERY_TARGET_SUITE(BatchNormNumericsTest);

// How far y is from (x - mean) * scale + bias in each channel, in units of its two sources: an ulp
// of T at the channel's largest summand, and what an ulp of float64 in the mean moves.
template <typename T, class Coefficients>
long double WorstOutput(const PaddedArray<T>& x, const PaddedArray<T>& y, const Runs& runs,
                        const Coefficients& coefficients) {
  long double worst = 0;
  for (size_t c = 0; c < runs.groups; ++c) {
    const auto [mean, scale, bias] = coefficients(c);
    long double error = 0;
    long double summand = std::fabs(bias);
    long double largest_x = 0;
    ForEachElement(runs, c, [&, mean = mean, scale = scale, bias = bias](size_t i) {
      const long double scaled = (x[i] - mean) * scale;
      summand = std::max(summand, std::fabs(scaled));
      largest_x = std::max<long double>(largest_x, std::fabs(x[i]));
      error = Worse(error, std::fabs(y[i] - (scaled + bias)));
    });
    worst = Worse(worst, error / (Ulp<T>(summand) + Ulp<double>(largest_x) * std::fabs(scale)));
  }
  return worst;
}

struct Line {
  long double mean;
  long double scale;
  long double bias;
};

// The worst measured is 4.45.
EVERY_TARGET_TEST(BatchNormNumericsTest, TrainsAsTheDefinition) {
  ForEachShape([](const Shape& shape, Layout layout) {
    const Runs runs = AsRuns(shape, layout);
    for (const Distribution distribution : kDistributions) {
      const auto x = RandomInput<T>(runs, 3, distribution, 1);
      const RandomAffine<T> affine(shape.c);
      Trained<T> trained(x, shape, layout, affine);
      EXPECT_LE(WorstOutput(x, trained.y, runs,
                            [&](size_t c) -> Line {
                              const ReferenceMoments moments =
                                  MomentsByDefinition(x.data(), runs, c);
                              const long double variance = moments.m2 / (shape.n * shape.s);
                              return {moments.mean, affine.weight[c] / std::sqrt(variance + kEps),
                                      affine.bias[c]};
                            }),
                4.5);
      EXPECT_TRUE(OnlyElementsWritten(runs, trained.y));
      EXPECT_TRUE(trained.statistics.PaddingIsUntouched());
    }
  });
}

// The worst measured is 2.60.
EVERY_TARGET_TEST(BatchNormNumericsTest, EvaluatesAsTheDefinition) {
  ForEachShape([](const Shape& shape, Layout layout) {
    const Runs runs = AsRuns(shape, layout);
    for (const Distribution distribution : kDistributions) {
      const auto x = RandomInput<T>(runs, 3, distribution, 1);
      const RandomRunning<T> running(shape.c, distribution);
      const RandomAffine<T> affine(shape.c);
      PaddedArray<T> y(x.size(), 2);
      Eval<T>(x.data(), y.data(), shape, layout, affine, running);
      EXPECT_LE(WorstOutput(x, y, runs,
                            [&](size_t c) -> Line {
                              const long double invstd =
                                  1 / std::sqrt(running.var[c] + static_cast<long double>(kEps));
                              return {running.mean[c], affine.weight[c] * invstd, affine.bias[c]};
                            }),
                2.7);
      EXPECT_TRUE(OnlyElementsWritten(runs, y));
    }
  });
}

// Values of offset + normal, the largest |y| by definition, and the ulps of T at it that y is off.
template <typename T>
long double UlpsOfLargestOutput(const Shape& shape, Layout layout, double offset, double size) {
  const Runs runs = AsRuns(shape, layout);
  Random random(6);
  const auto x = MakeInput<T>(runs, 1, [&](size_t) { return offset + size * random.Normal(); });
  const Trained<T> trained(x, shape, layout, NoAffine<T>());
  long double error = 0;
  long double largest = 0;
  for (size_t c = 0; c < shape.c; ++c) {
    const ReferenceMoments moments = MomentsByDefinition(x.data(), runs, c);
    const long double variance = moments.m2 / (shape.n * shape.s);
    EXPECT_TRUE(std::isfinite(trained.statistics.variance[c]));
    ForEachElement(runs, c, [&](size_t i) {
      const long double y = (x[i] - moments.mean) / std::sqrt(variance + kEps);
      largest = std::max(largest, std::fabs(y));
      error = Worse(error, std::fabs(trained.y[i] - y));
    });
  }
  return error / Ulp<T>(largest);
}

// Promised are 4 ulps of the largest |y|; the worst measured is 1.54.
TEST_P(BatchNormNumericsTest, AnOffsetOf1e6KeepsTheDigitsF32) {
  for (const Shape& shape : kLongShapes) {
    for (const Layout layout : kLayouts) {
      EXPECT_LE(UlpsOfLargestOutput<float>(shape, layout, 1e6, 1.0), 1.6) << shape;
    }
  }
}

// The worst measured is 2.95.
EVERY_TARGET_TEST(BatchNormNumericsTest, ValuesOf1e30ComeOutRight) {
  for (const Shape& shape : kLongShapes) {
    for (const Layout layout : kLayouts) {
      EXPECT_LE(UlpsOfLargestOutput<T>(shape, layout, 0.0, 1e30), 3) << shape;
      EXPECT_LE(UlpsOfLargestOutput<T>(shape, layout, 1e30, 1e30), 3) << shape;
    }
  }
}

EVERY_TARGET_TEST(BatchNormNumericsTest, AConstantChannelGivesBias) {
  using Limits = std::numeric_limits<T>;
  for (const double wanted :
       {1e8, 0.1, 1e-30, 16777217.0, -1e8, double{Limits::max()}, double{Limits::denorm_min()}}) {
    const T value = static_cast<T>(wanted);
    ForEachShape([value](const Shape& shape, Layout layout) {
      const Runs runs = AsRuns(shape, layout);
      const auto x = MakeInput<T>(runs, 1, [value](size_t) { return value; });
      const RandomAffine<T> affine(shape.c);
      for (const double eps : {kEps, 0.0, 1e-100}) {
        const Trained<T> trained(x, shape, layout, affine, eps);
        for (size_t c = 0; c < shape.c; ++c) {
          EXPECT_EQ(trained.statistics.mean[c], static_cast<double>(value));
          EXPECT_EQ(trained.statistics.variance[c], 0.0);
          ForEachElement(runs, c, [&](size_t i) { ASSERT_EQ(trained.y[i], affine.bias[c]); });
        }
      }
    });
  }
}

// A channel with one value that is not finite, in its first element or in its last.
template <typename T>
void ExpectChannelFilled(const Shape& shape, Layout layout) {
  constexpr T kInf = std::numeric_limits<T>::infinity();
  constexpr T kNaN = std::numeric_limits<T>::quiet_NaN();
  const Runs runs = AsRuns(shape, layout);
  const size_t channel = shape.c / 2;
  auto x = RandomInput<T>(runs, 1, Distribution::kNormal, 1);
  const RandomAffine<T> affine(shape.c);
  const Trained<T> clean(x, shape, layout, affine);
  std::vector<size_t> elements;
  ForEachElement(runs, channel, [&](size_t i) { elements.push_back(i); });
  for (const size_t place : {elements.front(), elements.back()}) {
    const T before = x[place];
    for (const T value : {kInf, -kInf, kNaN}) {
      x[place] = value;
      const Trained<T> trained(x, shape, layout, affine);
      const double mean = trained.statistics.mean[channel];
      EXPECT_TRUE(std::isnan(value) ? std::isnan(mean) : mean == value) << mean;
      EXPECT_TRUE(std::isnan(trained.statistics.variance[channel]));
      for (const size_t i : elements) ASSERT_TRUE(std::isnan(trained.y[i]));
      for (size_t c = 0; c < shape.c; ++c) {
        if (c == channel) continue;
        ForEachElement(runs, c,
                       [&](size_t i) { ASSERT_TRUE(SameBits(&trained.y[i], &clean.y[i], 1)); });
        EXPECT_TRUE(SameBits(&trained.statistics.mean[c], &clean.statistics.mean[c], 1));
        EXPECT_TRUE(SameBits(&trained.statistics.variance[c], &clean.statistics.variance[c], 1));
      }
    }
    x[place] = before;
  }
}

EVERY_TARGET_TEST(BatchNormNumericsTest, InfinitiesAndNaNFillTheirChannelInTraining) {
  ForEachShape(ExpectChannelFilled<T>);
  for (const Shape& shape : kLongShapes) {
    for (const Layout layout : kLayouts) {
      SCOPED_TRACE(::testing::Message() << shape);
      ExpectChannelFilled<T>(shape, layout);
    }
  }
}

// What PyTorch gives in evaluation, each channel a case of its own.
EVERY_TARGET_TEST(BatchNormNumericsTest, EvaluatesInfinitiesAndNaNAsPyTorch) {
  constexpr T kInf = std::numeric_limits<T>::infinity();
  constexpr T kNaN = std::numeric_limits<T>::quiet_NaN();
  struct Case {
    T x, mean, var, weight, y;
  };
  const Case cases[] = {
      {1, kInf, 1, 2, -kInf},   {1, kInf, 1, -2, kInf},   {1, kInf, 1, 0, kNaN},
      {1, -kInf, 1, 2, kInf},   {1, -kInf, 1, -2, -kInf}, {1, kNaN, 1, 2, kNaN},
      {1, 0, kInf, 2, 5},       {1, 0, kNaN, 2, kNaN},    {1, 0, -1, 2, kNaN},
      {kInf, 0, 1, 2, kInf},    {kInf, 0, 1, -2, -kInf},  {kInf, 0, 1, 0, kNaN},
      {kInf, kInf, 1, 2, kNaN}, {kNaN, 0, 1, 2, kNaN},    {kInf, 0, kInf, 2, kNaN},
      {1, 0, 1, kNaN, kNaN},
  };
  std::vector<T> mean, var, weight, bias;
  for (const Case& c : cases) {
    mean.push_back(c.mean);
    var.push_back(c.var);
    weight.push_back(c.weight);
    bias.push_back(5);
  }
  for (const size_t n : {1, 20}) {
    for (const size_t s : {1, 7}) {
      for (const Layout layout : kLayouts) {
        const Shape shape = {n, std::size(cases), s};
        const Runs runs = AsRuns(shape, layout);
        const auto x = MakeInput<T>(runs, 1, [&](size_t c) { return cases[c].x; });
        PaddedArray<T> y(x.size());
        Eval<T>(x.data(), y.data(), shape, layout, {weight.data(), bias.data()},
                {mean.data(), var.data()});
        for (size_t c = 0; c < shape.c; ++c) {
          ForEachElement(runs, c, [&](size_t i) {
            ASSERT_TRUE(std::isnan(cases[c].y) ? std::isnan(y[i]) : y[i] == cases[c].y)
                << "case " << c << " gives " << y[i];
          });
        }
      }
    }
  }
}

}  // namespace
}  // namespace batchnorm
