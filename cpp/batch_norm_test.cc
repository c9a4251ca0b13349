#include "cpp/batch_norm.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "cpp/testing/batch_norm_calls.h"
#include "cpp/testing/channel_arrays.h"
#include "cpp/testing/every_target.h"
#include "cpp/testing/inputs.h"
#include "cpp/testing/reference.h"
#include "cpp/testing/same_bits.h"
#include "cpp/testing/ulps.h"

namespace batchnorm {
namespace {

EVERY_TARGET_SUITE(BatchNormTest);

// Statistics are those that BatchNormMoments gives, whatever the path.
EVERY_TARGET_TEST(BatchNormTest, WritesTheStatisticsOfTheBatch) {
  ForEachShape([](const Shape& shape, Layout layout) {
    const auto x = RandomInput<T>(AsRuns(shape, layout), 1, Distribution::kNormal, 1);
    const Trained<T> trained(x, shape, layout, NoAffine<T>());
    PaddedArray<double> mean(shape.c);
    PaddedArray<double> m2(shape.c);
    BatchNormMoments(x.data(), shape, layout, mean.data(), m2.data());
    const double count = static_cast<double>(shape.n * shape.s);
    for (size_t c = 0; c < shape.c; ++c) {
      EXPECT_EQ(trained.statistics.mean[c], mean[c]);
      EXPECT_EQ(trained.statistics.variance[c], m2[c] / count);
      EXPECT_EQ(trained.statistics.invstd[c], 1 / std::sqrt(m2[c] / count + kEps));
    }
  });
}

// Where both layouts mean the same memory.
EVERY_TARGET_TEST(BatchNormTest, OneChannelOrOneElementIsTheSameInBothLayouts) {
  for (const Shape& shape :
       {Shape{200, 1, 37}, Shape{1, 1, 9000}, Shape{90, 7, 1}, Shape{9, 300, 1}}) {
    SCOPED_TRACE(::testing::Message() << shape);
    const Runs runs = AsRuns(shape, Layout::kChannelsFirst);
    const auto x = RandomInput<T>(runs, 1, Distribution::kNormal, 1);
    const auto dy = RandomInput<T>(runs, 1, Distribution::kNormal, 2);
    const RandomAffine<T> affine(shape.c);
    const Trained<T> first(x, shape, Layout::kChannelsFirst, affine);
    const Trained<T> last(x, shape, Layout::kChannelsLast, affine);
    EXPECT_TRUE(SameBits(first.y.data(), last.y.data(), x.size()));
    EXPECT_EQ(first.statistics.All(), last.statistics.All());

    const RandomRunning<T> running(shape.c);
    PaddedArray<T> y[] = {PaddedArray<T>(x.size()), PaddedArray<T>(x.size())};
    PaddedArray<T> dx[] = {PaddedArray<T>(x.size()), PaddedArray<T>(x.size())};
    Gradients gradients[] = {Gradients(shape.c), Gradients(shape.c)};
    for (const bool training : {true, false}) {
      for (const size_t l : {0, 1}) {
        Eval<T>(x.data(), y[l].data(), shape, kLayouts[l], affine, running);
        Backward<T>(dy.data(), x.data(), dx[l].data(), shape, kLayouts[l],
                    StateOf(first.statistics, affine.weight), training, gradients[l]);
      }
      EXPECT_TRUE(SameBits(y[0].data(), y[1].data(), x.size()));
      EXPECT_TRUE(SameBits(dx[0].data(), dx[1].data(), x.size()));
      EXPECT_EQ(gradients[0].All(), gradients[1].All());
    }
  }
}

// Elements of a channel come in the same order from both layouts.
template <typename T>
std::vector<T> ByChannel(const PaddedArray<T>& values, const Shape& shape, Layout layout) {
  std::vector<T> all;
  for (size_t c = 0; c < shape.c; ++c) {
    ForEachElement(AsRuns(shape, layout), c, [&](size_t i) { all.push_back(values[i]); });
  }
  return all;
}

// In ulps of the largest |y|, and of the mean where that is far away; the worst measured is 2.01.
EVERY_TARGET_TEST(BatchNormTest, BothLayoutsComeOutAlike) {
  for (const Shape& shape : kLongShapes) {
    for (const double offset : {0.0, 1e6}) {
      std::vector<T> outputs[2];
      for (const Layout layout : kLayouts) {
        Random random(6);
        const auto x = MakeInput<T>(AsRuns(shape, layout), 1,
                                    [&](size_t) { return offset + random.Normal(); });
        const Trained<T> trained(x, shape, layout, NoAffine<T>());
        outputs[layout == Layout::kChannelsLast] = ByChannel(trained.y, shape, layout);
      }
      long double difference = 0;
      long double largest = 0;
      for (size_t i = 0; i < outputs[0].size(); ++i) {
        largest = Worse(largest, std::fabs(outputs[0][i]));
        difference = Worse(difference, std::fabs(outputs[0][i] - outputs[1][i]));
      }
      const long double unit = Ulp<T>(largest) + Ulp<double>(offset + largest);
      EXPECT_LE(difference / unit, 2.1) << shape << " " << offset;
    }
  }
}

// y may be x, and dx may be dy or x.
EVERY_TARGET_TEST(BatchNormTest, GivesTheSameBitsInPlace) {
  ForEachShape([](const Shape& shape, Layout layout) {
    const auto x = RandomInput<T>(AsRuns(shape, layout), 3, Distribution::kNormal, 1);
    const auto dy = RandomInput<T>(AsRuns(shape, layout), 2, Distribution::kNormal, 2);
    const RandomAffine<T> affine(shape.c);
    const RandomRunning<T> running(shape.c);

    const Trained<T> trained(x, shape, layout, affine);
    PaddedArray<T> over_x = x;
    const Trained<T> trained_in_place(&over_x, shape, layout, affine);
    EXPECT_TRUE(SameBits(over_x.data(), trained.y.data(), x.size()));
    EXPECT_EQ(trained_in_place.statistics.All(), trained.statistics.All());

    PaddedArray<T> y(x.size());
    Eval<T>(x.data(), y.data(), shape, layout, affine, running);
    PaddedArray<T> eval_over_x = x;
    Eval<T>(eval_over_x.data(), eval_over_x.data(), shape, layout, affine, running);
    EXPECT_TRUE(SameBits(eval_over_x.data(), y.data(), x.size()));

    const ForwardState<T> state = StateOf(trained.statistics, affine.weight);
    for (const bool training : {true, false}) {
      PaddedArray<T> dx(x.size());
      Gradients gradients(shape.c);
      Backward<T>(dy.data(), x.data(), dx.data(), shape, layout, state, training, gradients);
      PaddedArray<T> dx_over_x = x;
      Gradients gradients_over_x(shape.c);
      Backward<T>(dy.data(), dx_over_x.data(), dx_over_x.data(), shape, layout, state, training,
                  gradients_over_x);
      EXPECT_TRUE(SameBits(dx_over_x.data(), dx.data(), x.size()));
      EXPECT_EQ(gradients_over_x.All(), gradients.All());
      PaddedArray<T> dx_over_dy = dy;
      Gradients gradients_over_dy(shape.c);
      Backward<T>(dx_over_dy.data(), x.data(), dx_over_dy.data(), shape, layout, state, training,
                  gradients_over_dy);
      EXPECT_TRUE(SameBits(dx_over_dy.data(), dx.data(), x.size()));
      EXPECT_EQ(gradients_over_dy.All(), gradients.All());
    }
  });
}

EVERY_TARGET_TEST(BatchNormTest, EmptyShapesWriteNoElements) {
  for (const Shape& shape : {Shape{0, 3, 5}, Shape{2, 0, 5}, Shape{2, 3, 0}, Shape{0, 1, 7},
                             Shape{0, 3, 1}, Shape{2, 0, 1}, Shape{0, 0, 0}}) {
    for (const Layout layout : kLayouts) {
      SCOPED_TRACE(::testing::Message() << shape);
      const RandomAffine<T> affine(3);
      const RandomRunning<T> running(3);
      PaddedArray<T> y(30);
      Trained<T> trained(&y, shape, layout, affine);
      EXPECT_TRUE(trained.statistics.PaddingIsUntouched());
      for (size_t c = 0; c < shape.c; ++c) EXPECT_TRUE(trained.statistics.mean.IsUntouched(c));
      Eval<T>(y.data(), y.data(), shape, layout, affine, running);
      for (const bool training : {true, false}) {
        Gradients gradients(shape.c);
        Backward<T>(y.data(), y.data(), y.data(), shape, layout,
                    StateOf(trained.statistics, affine.weight), training, gradients);
        EXPECT_EQ(gradients.All(), std::vector<double>(2 * shape.c, 0.0));
        EXPECT_TRUE(gradients.PaddingIsUntouched());
      }
      std::vector<double> mean(shape.c, 7.0);
      std::vector<double> m2(shape.c, 7.0);
      BatchNormMoments(y.data(), shape, layout, mean.data(), m2.data());
      EXPECT_EQ(mean, std::vector<double>(shape.c, 0.0));
      EXPECT_EQ(m2, std::vector<double>(shape.c, 0.0));
      for (size_t i = 0; i < y.size(); ++i) EXPECT_TRUE(y.IsUntouched(i));
    }
  }
}

template <typename T>
void ExpectSameStepsOnTargets() {
  ForEachShape([](const Shape& shape, Layout layout) {
    const auto x = RandomInput<T>(AsRuns(shape, layout), 1, Distribution::kNormal, 1);
    const auto dy = RandomInput<T>(AsRuns(shape, layout), 2, Distribution::kNormal, 2);
    const RandomAffine<T> affine(shape.c);
    const RandomRunning<T> running(shape.c);
    ExpectSameBitsOnTargets([&] {
      const Trained<T> trained(x, shape, layout, affine);
      std::vector<double> all = trained.statistics.All();
      const auto append = [&](const PaddedArray<T>& values) {
        all.insert(all.end(), values.data(), values.data() + values.size());
      };
      append(trained.y);
      PaddedArray<T> y(x.size());
      Eval<T>(x.data(), y.data(), shape, layout, affine, running);
      append(y);
      for (const bool training : {true, false}) {
        Gradients gradients(shape.c);
        Backward<T>(dy.data(), x.data(), y.data(), shape, layout,
                    StateOf(trained.statistics, affine.weight), training, gradients);
        append(y);
        const std::vector<double> of_parameters = gradients.All();
        all.insert(all.end(), of_parameters.begin(), of_parameters.end());
      }
      return all;
    });
  });
}

TEST(BatchNormOnTargetsTest, AgreeBitForBitF32) { ExpectSameStepsOnTargets<float>(); }
TEST(BatchNormOnTargetsTest, AgreeBitForBitF64) { ExpectSameStepsOnTargets<double>(); }

}  // namespace
}  // namespace batchnorm
