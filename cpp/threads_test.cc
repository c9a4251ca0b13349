#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

#include "cpp/batch_norm.h"
#include "cpp/layout/split.h"
#include "cpp/testing/batch_norm_calls.h"
#include "cpp/testing/channel_arrays.h"
#include "cpp/testing/every_target.h"
#include "cpp/testing/fused_calls.h"
#include "cpp/testing/inputs.h"
#include "cpp/testing/same_bits.h"
#include "cpp/testing/sliced.h"
#include "cpp/testing/small_tasks.h"
#include "cpp/threads/thread_pool.h"

// The same bits for every number of threads, where there is enough to share.
namespace batchnorm {
namespace {

class ThreadsTest : public EveryTarget {
 protected:
  void TearDown() override {
    SetNumThreads(1);
    EveryTarget::TearDown();
  }
};
INSTANTIATE_EVERY_TARGET(ThreadsTest);

// Few long channels, many channels, short runs, wide and narrow columns; sizes that no part
// divides.
constexpr Shape kShapes[] = {{3, 2, 50001},  {2, 100, 1001}, {17, 200, 49}, {1, 3, 140007},
                             {1, 1, 400001}, {1200, 257, 1}, {40001, 7, 1}, {40, 5001, 1},
                             {2623, 5, 20},  {1301, 60, 7},  {70001, 2, 3}};

// Random arguments of the passes over one input.
template <typename T>
struct Arguments {
  Arguments(const Shape& shape, Layout layout)
      : shape(shape),
        layout(layout),
        x(RandomInput<T>(AsRuns(shape, layout), 1, Distribution::kNormal, 1)),
        dy(RandomInput<T>(AsRuns(shape, layout), 1, Distribution::kNormal, 2)),
        affine(shape.c),
        running(shape.c) {}

  Shape shape;
  Layout layout;
  PaddedArray<T> x;
  PaddedArray<T> dy;
  RandomAffine<T> affine;
  RandomRunning<T> running;
};

// Everything that the passes give.
template <typename T>
struct Results {
  explicit Results(const Arguments<T>& in)
      : y(in.x.size(), 3),
        dx(in.x.size(), 2),
        eval_y(in.x.size(), 1),
        eval_dx(in.x.size()),
        fused_y(in.x.size(), 3),
        fused_dx(in.x.size(), 2),
        fused_residual(in.x.size(), 1),
        mask(NewMask(in.x.size())),
        mean(in.shape.c),
        m2(in.shape.c),
        statistics(in.shape.c),
        gradients(in.shape.c),
        eval_gradients(in.shape.c),
        fused_gradients(in.shape.c) {
    const auto& [shape, layout, x, dy, affine, running] = in;
    const Affine<T> weight_and_bias = affine;
    EXPECT_TRUE(BatchNormMoments(x.data(), shape, layout, mean.data(), m2.data()));
    EXPECT_TRUE(BatchNormTrain(x.data(), Output<T>(y.data()), shape, layout, weight_and_bias, kEps,
                               statistics));
    const ForwardState<T> state = StateOf(statistics, affine.weight);
    Backward<T>(dy.data(), x.data(), dx.data(), shape, layout, state, true, gradients);
    Eval<T>(x.data(), eval_y.data(), shape, layout, affine, running);
    Backward<T>(dy.data(), x.data(), eval_dx.data(), shape, layout, state, false, eval_gradients);
    constexpr Fused kFused = {Activation::kRelu, 0, true};
    EXPECT_TRUE(BatchNormTrain(x.data(),
                               FusedOutputOf(fused_y.data(), kFused, dy.data(), mask.data()), shape,
                               layout, weight_and_bias, kEps, statistics));
    EXPECT_TRUE(
        BatchNormBackward(FusedGradientOf(dy.data(), kFused, fused_residual.data(), mask.data()),
                          x.data(), fused_dx.data(), shape, layout, state, true, fused_gradients));
  }

  void ExpectSame(const Results& other) {
    ExpectSame(y, other.y);
    ExpectSame(dx, other.dx);
    ExpectSame(eval_y, other.eval_y);
    ExpectSame(eval_dx, other.eval_dx);
    ExpectSame(fused_y, other.fused_y);
    ExpectSame(fused_dx, other.fused_dx);
    ExpectSame(fused_residual, other.fused_residual);
    EXPECT_EQ(mask, other.mask);
    EXPECT_EQ(fused_gradients.All(), other.fused_gradients.All());
    ExpectSame(mean, other.mean);
    ExpectSame(m2, other.m2);
    EXPECT_EQ(statistics.All(), other.statistics.All());
    EXPECT_EQ(gradients.All(), other.gradients.All());
    EXPECT_EQ(eval_gradients.All(), other.eval_gradients.All());
  }

  template <typename E>
  void ExpectSame(PaddedArray<E>& mine, const PaddedArray<E>& other) {
    EXPECT_TRUE(SameBits(mine.data(), other.data(), mine.size()));
    EXPECT_TRUE(mine.PaddingIsUntouched());
  }

  PaddedArray<T> y;
  PaddedArray<T> dx;
  PaddedArray<T> eval_y;
  PaddedArray<T> eval_dx;
  PaddedArray<T> fused_y;
  PaddedArray<T> fused_dx;
  PaddedArray<T> fused_residual;
  std::vector<uint8_t> mask;
  PaddedArray<double> mean;
  PaddedArray<double> m2;
  Statistics statistics;
  Gradients gradients;
  Gradients eval_gradients;
  Gradients fused_gradients;
};

EVERY_TARGET_TEST(ThreadsTest, AnyNumberGivesTheSameBits) {
  for (const Shape& shape : kShapes) {
    ASSERT_GE(shape.Count() * sizeof(T), 2 * kTaskBytes);
    for (const Layout layout : kLayouts) {
      SCOPED_TRACE(::testing::Message() << shape << " layout " << static_cast<int>(layout));
      const Arguments<T> arguments(shape, layout);
      SetNumThreads(1);
      const Results<T> alone(arguments);
      for (const size_t threads : {2, 3, 7, 16}) {
        SCOPED_TRACE(::testing::Message() << threads << " threads");
        SetNumThreads(threads);
        Results<T>(arguments).ExpectSame(alone);
      }
    }
  }
}

// As many tasks as can be in the wrong order, and those that other threads do a few at a time.
EVERY_TARGET_TEST(ThreadsTest, AnyExecutorGivesTheSameBits) {
  for (const Shape& shape : kShapes) {
    for (const Layout layout : kLayouts) {
      SCOPED_TRACE(::testing::Message() << shape << " layout " << static_cast<int>(layout));
      const Arguments<T> arguments(shape, layout);
      const Results<T> alone(arguments);
      {
        SmallTasks executor;
        const ExecutorScope scope(&executor);
        Results<T>(arguments).ExpectSame(alone);
      }
      RunSliced(2, [&] { Results<T>(arguments).ExpectSame(alone); });
    }
  }
}

template <typename X>
std::vector<double> MomentsOf(const PaddedArray<X>& x, const Shape& shape, Layout layout) {
  std::vector<double> moments(2 * shape.c);
  EXPECT_TRUE(BatchNormMoments(x.data(), shape, layout, &moments[0], &moments[shape.c]));
  return moments;
}

template <typename X>
void ExpectAnyNumberGivesTheSameMoments() {
  for (const Shape& shape : {Shape{3, 2, 300001}, Shape{17, 800, 49}, Shape{1200, 1057, 1},
                             Shape{300001, 7, 1}, Shape{1, 1, 1200001}}) {
    ASSERT_GE(shape.Count(), 2 * kTaskBytes);
    for (const Layout layout : kLayouts) {
      SCOPED_TRACE(::testing::Message() << shape << " layout " << static_cast<int>(layout));
      const auto x = RandomInput<X>(AsRuns(shape, layout), 1, Distribution::kUniform, shape.c);
      SetNumThreads(1);
      const std::vector<double> alone = MomentsOf(x, shape, layout);
      for (const size_t threads : {2, 7}) {
        SetNumThreads(threads);
        EXPECT_EQ(MomentsOf(x, shape, layout), alone) << threads << " threads";
      }
      {
        SmallTasks executor;
        const ExecutorScope scope(&executor);
        EXPECT_EQ(MomentsOf(x, shape, layout), alone) << "small tasks";
      }
    }
  }
}

TEST_P(ThreadsTest, AnyNumberGivesTheSameMomentsOfBytes) {
  ExpectAnyNumberGivesTheSameMoments<uint8_t>();
}
TEST_P(ThreadsTest, AnyNumberGivesTheSameMomentsOfWords) {
  ExpectAnyNumberGivesTheSameMoments<uint16_t>();
}

}  // namespace
}  // namespace batchnorm
