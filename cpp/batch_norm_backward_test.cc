#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
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

EVERY_TARGET_SUITE(BatchNormBackwardTest);

// The worst measured are 5.91 ulps of T at the channel's largest term of dx, and 4.26 and 3.60 of
// float64 at the sums of absolute values.
template <typename T>
void ExpectGradientsByDefinition(const Shape& shape, Layout layout, Distribution distribution,
                                 bool training) {
  const Runs runs = AsRuns(shape, layout);
  const auto x = RandomInput<T>(runs, 3, distribution, 1);
  const auto dy = RandomInput<T>(runs, 1, distribution, 2);
  const auto weight = RandomChannels<T>(shape.c, Distribution::kNormal, 3);
  const Trained<T> trained(x, shape, layout, NoAffine<T>());
  const Statistics& statistics = trained.statistics;
  PaddedArray<T> dx(x.size(), 2);
  Gradients gradients(shape.c);
  Backward<T>(dy.data(), x.data(), dx.data(), shape, layout, StateOf(statistics, weight), training,
              gradients);
  long double dx_ulps = 0;
  long double weight_ulps = 0;
  long double bias_ulps = 0;
  const long double count = static_cast<long double>(shape.n * shape.s);
  for (size_t c = 0; c < shape.c; ++c) {
    const long double mean = statistics.mean[c];
    const long double invstd = statistics.invstd[c];
    const long double scale = invstd * weight[c];
    const ReferenceSums sums = SumsByDefinition(dy.data(), x.data(), runs, c, mean);
    bias_ulps = std::max(bias_ulps, UlpsAt(sums.sum_magnitude, gradients.bias[c], sums.sum));
    weight_ulps = std::max(
        weight_ulps, UlpsAt(sums.dot_magnitude * invstd, gradients.weight[c], sums.dot * invstd));
    const long double grad_mean = training ? sums.sum / count : 0;
    const long double slope = training ? sums.dot * invstd * invstd / count : 0;
    long double largest = 0;
    long double error = 0;
    ForEachElement(runs, c, [&](size_t i) {
      const long double centered = dy[i] - grad_mean;
      const long double part = (x[i] - mean) * slope;
      largest = std::max({largest, std::fabs(centered * scale), std::fabs(part * scale)});
      error = Worse(error, std::fabs(dx[i] - (centered - part) * scale));
    });
    // With one value, or with two, the terms cancel to the rounding of the sums.
    dx_ulps = Worse(dx_ulps, error / (Ulp<T>(largest) +
                                      Ulp<double>(sums.sum_magnitude / count) * std::fabs(scale)));
  }
  EXPECT_LE(dx_ulps, 6);
  EXPECT_LE(weight_ulps, 4.3);
  EXPECT_LE(bias_ulps, 3.6);
  EXPECT_TRUE(OnlyElementsWritten(runs, dx));
  EXPECT_TRUE(gradients.PaddingIsUntouched());
}

EVERY_TARGET_TEST(BatchNormBackwardTest, BackwardIsAsTheDefinition) {
  ForEachShape([](const Shape& shape, Layout layout) {
    for (const Distribution distribution : kDistributions) {
      for (const bool training : {true, false}) {
        ExpectGradientsByDefinition<T>(shape, layout, distribution, training);
      }
    }
  });
}

// A gradient far from zero keeps the digits of what varies in it: within 6 ulps of the largest
// |dx|.
EVERY_TARGET_TEST(BatchNormBackwardTest, ALargeMeanGradientKeepsTheDigits) {
  for (const Shape& shape : kLongShapes) {
    for (const Layout layout : kLayouts) {
      SCOPED_TRACE(::testing::Message() << shape);
      const Runs runs = AsRuns(shape, layout);
      const auto x = RandomInput<T>(runs, 1, Distribution::kNormal, 1);
      const auto dy = RandomInput<T>(runs, 1, Distribution::kFarFromZero, 2);
      const Trained<T> trained(x, shape, layout, NoAffine<T>());
      PaddedArray<T> dx(x.size());
      Gradients gradients(shape.c);
      Backward<T>(dy.data(), x.data(), dx.data(), shape, layout,
                  {nullptr, trained.statistics.mean.data(), trained.statistics.invstd.data()}, true,
                  gradients);
      const long double count = static_cast<long double>(shape.n * shape.s);
      long double largest = 0;
      long double error = 0;
      for (size_t c = 0; c < shape.c; ++c) {
        const long double mean = trained.statistics.mean[c];
        const long double invstd = trained.statistics.invstd[c];
        const ReferenceSums sums = SumsByDefinition(dy.data(), x.data(), runs, c, mean);
        const long double slope = sums.dot * invstd * invstd / count;
        ForEachElement(runs, c, [&](size_t i) {
          const long double expected = (dy[i] - sums.sum / count - (x[i] - mean) * slope) * invstd;
          largest = Worse(largest, std::fabs(expected));
          error = Worse(error, std::fabs(dx[i] - expected));
        });
      }
      EXPECT_LE(error / (Ulp<T>(largest) + Ulp<double>(1e6)), 5.3);
    }
  }
}

// 1/2 and deviations from it that come in pairs, so that every sum is exact.
EVERY_TARGET_TEST(BatchNormBackwardTest, AConstantGradientGivesZero) {
  ForEachShape([](const Shape& shape, Layout layout) {
    const Runs runs = AsRuns(shape, layout);
    PaddedArray<T> x(runs.Count());
    Random random(2);
    for (size_t c = 0; c < shape.c; ++c) {
      const size_t count = shape.n * shape.s;
      size_t left = count;
      double deviation = 0;
      ForEachElement(runs, c, [&](size_t i) {
        // An odd one out is the mean.
        deviation = (count - left) % 2 == 1 ? -deviation : left == 1 ? 0 : random.Bits() % 16;
        x[i] = static_cast<T>(0.5 + deviation);
        --left;
      });
    }
    const std::vector<double> mean(shape.c, 0.5);
    const std::vector<double> invstd(shape.c, 0.3);
    for (const double gradient : {1.0, -0.375, 1e6}) {
      const auto dy = MakeInput<T>(runs, 3, [&](size_t) { return gradient; });
      PaddedArray<T> dx(x.size());
      Gradients gradients(shape.c);
      Backward<T>(dy.data(), x.data(), dx.data(), shape, layout,
                  {nullptr, mean.data(), invstd.data()}, true, gradients);
      for (size_t c = 0; c < shape.c; ++c) {
        EXPECT_EQ(gradients.bias[c], gradient * static_cast<double>(shape.n * shape.s));
        EXPECT_EQ(gradients.weight[c], 0.0);
      }
      for (size_t i = 0; i < dx.size(); ++i) ASSERT_EQ(dx[i], 0) << "element " << i;
    }
  });
}

// x of a channel with one value that is not finite, and what backward makes of it.
template <typename T, class Expect>
void WithBrokenInput(bool training, const Expect& expect) {
  ForEachShape([&](const Shape& shape, Layout layout) {
    const Runs runs = AsRuns(shape, layout);
    const size_t channel = shape.c / 2;
    const auto dy = RandomInput<T>(runs, 1, Distribution::kNormal, 1);
    auto x = RandomInput<T>(runs, 1, Distribution::kNormal, 2);
    const auto weight = RandomChannels<T>(shape.c, Distribution::kNormal, 3);
    const auto run = [&] {
      const Trained<T> trained(x, shape, layout, NoAffine<T>());
      // In evaluation the statistics are none of this batch.
      const std::vector<double> mean(shape.c, 0.25);
      const std::vector<double> invstd(shape.c, 2.0);
      const ForwardState<T> state =
          training ? StateOf(trained.statistics, weight)
                   : ForwardState<T>{weight.data(), mean.data(), invstd.data()};
      auto result = std::make_pair(PaddedArray<T>(x.size()), Gradients(shape.c));
      Backward<T>(dy.data(), x.data(), result.first.data(), shape, layout, state, training,
                  result.second);
      return result;
    };
    const auto clean = run();
    size_t last = 0;
    ForEachElement(runs, channel, [&](size_t i) { last = i; });
    for (const T value :
         {std::numeric_limits<T>::infinity(), std::numeric_limits<T>::quiet_NaN()}) {
      x[last] = value;
      const auto broken = run();
      for (size_t c = 0; c < shape.c; ++c) {
        EXPECT_TRUE(SameBits(&broken.second.bias[c], &clean.second.bias[c], 1));
        if (c == channel) {
          EXPECT_FALSE(std::isfinite(broken.second.weight[c]));
        } else {
          EXPECT_TRUE(SameBits(&broken.second.weight[c], &clean.second.weight[c], 1));
        }
        ForEachElement(runs, c,
                       [&](size_t i) { expect(broken.first[i], clean.first[i], c == channel); });
      }
    }
  });
}

EVERY_TARGET_TEST(BatchNormBackwardTest, InfinitiesAndNaNFillTheirChannelInTraining) {
  WithBrokenInput<T>(true, [](T broken, T clean, bool in_channel) {
    if (in_channel) {
      EXPECT_TRUE(std::isnan(broken));
    } else {
      EXPECT_TRUE(SameBits(&broken, &clean, 1));
    }
  });
}

EVERY_TARGET_TEST(BatchNormBackwardTest, EvaluationTakesNoNoticeOfX) {
  WithBrokenInput<T>(false,
                     [](T broken, T clean, bool) { EXPECT_TRUE(SameBits(&broken, &clean, 1)); });
}

// invstd is 0 then.
// The parameters' gradients are left as they are.
EVERY_TARGET_TEST(BatchNormBackwardTest, EvaluationNeedsNoX) {
  ForEachShape([](const Shape& shape, Layout layout) {
    const Runs runs = AsRuns(shape, layout);
    const auto x = RandomInput<T>(runs, 3, Distribution::kNormal, 1);
    const auto dy = RandomInput<T>(runs, 1, Distribution::kNormal, 2);
    const auto weight = RandomChannels<T>(shape.c, Distribution::kNormal, 3);
    const Trained<T> trained(x, shape, layout, NoAffine<T>());
    const ForwardState<T> state = StateOf(trained.statistics, weight);
    PaddedArray<T> expected(x.size());
    Gradients gradients(shape.c);
    Backward<T>(dy.data(), x.data(), expected.data(), shape, layout, state, false, gradients);
    const std::vector<double> before(shape.c, 7.0);
    std::vector<double> weight_gradient = before;
    std::vector<double> bias_gradient = before;
    PaddedArray<T> dx(x.size(), 2);
    Backward<T>(dy.data(), nullptr, dx.data(), shape, layout, state, false,
                {weight_gradient.data(), bias_gradient.data()});
    EXPECT_TRUE(SameBits(dx.data(), expected.data(), dx.size()));
    EXPECT_EQ(weight_gradient, before);
    EXPECT_EQ(bias_gradient, before);
    EXPECT_TRUE(OnlyElementsWritten(runs, dx));
  });
}

EVERY_TARGET_TEST(BatchNormBackwardTest, AConstantChannelWithoutEpsGivesZero) {
  ForEachShape([](const Shape& shape, Layout layout) {
    const Runs runs = AsRuns(shape, layout);
    const auto x = MakeInput<T>(runs, 1, [](size_t) { return 0.1; });
    const auto dy = RandomInput<T>(runs, 1, Distribution::kNormal, 1);
    const Trained<T> trained(x, shape, layout, NoAffine<T>(), 0.0);
    PaddedArray<T> dx(x.size());
    Gradients gradients(shape.c);
    Backward<T>(dy.data(), x.data(), dx.data(), shape, layout,
                {nullptr, trained.statistics.mean.data(), trained.statistics.invstd.data()}, true,
                gradients);
    for (size_t i = 0; i < dx.size(); ++i) ASSERT_EQ(dx[i], 0) << "element " << i;
    for (size_t c = 0; c < shape.c; ++c) EXPECT_EQ(gradients.weight[c], 0.0);
  });
}

}  // namespace
}  // namespace batchnorm
