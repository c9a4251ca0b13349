#include "cpp/numerics/fusion.h"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

#include "cpp/batch_norm.h"
#include "cpp/simd/streaming.h"
#include "cpp/testing/batch_norm_calls.h"
#include "cpp/testing/channel_arrays.h"
#include "cpp/testing/every_target.h"
#include "cpp/testing/fused_calls.h"
#include "cpp/testing/inputs.h"
#include "cpp/testing/same_bits.h"

// Fused passes have the bits of the plain ones with the activation and the sum before or after.
namespace batchnorm {
namespace {

EVERY_TARGET_SUITE(FusionTest);

template <typename T>
struct Arguments {
  Arguments(const Shape& shape, Layout layout)
      : shape(shape),
        layout(layout),
        x(Random(1)),
        dy(Random(2)),
        residual(Random(3)),
        affine(shape.c),
        running(shape.c) {}

  PaddedArray<T> Random(size_t seed) const {
    return RandomInput<T>(AsRuns(shape, layout), seed % 3, Distribution::kNormal, seed);
  }

  bool Forward(const Output<T>& y, bool training, Statistics& statistics) const {
    if (training) return BatchNormTrain(x.data(), y, shape, layout, Weights(), kEps, statistics);
    const RunningStatistics<T> statistics_used = running;
    return BatchNormEval(x.data(), y, shape, layout, Weights(), statistics_used, kEps);
  }

  Affine<T> Weights() const { return affine; }

  Shape shape;
  Layout layout;
  PaddedArray<T> x;
  PaddedArray<T> dy;
  PaddedArray<T> residual;
  RandomAffine<T> affine;
  RandomRunning<T> running;
};

bool MaskBit(const std::vector<uint8_t>& mask, size_t i) {
  return (mask[i / 8] >> (i % 8) & 1) != 0;
}

template <typename T>
void ExpectFusedForward(const Arguments<T>& in, const Fused& fused, bool training,
                        size_t misalignment, std::vector<uint8_t>& mask) {
  const size_t size = in.x.size();
  Statistics plain_statistics(in.shape.c);
  PaddedArray<T> expected(size);
  ASSERT_TRUE(in.Forward(Output<T>(expected.data()), training, plain_statistics));
  std::vector<bool> passes(size);
  for (size_t i = 0; i < size; ++i) {
    const T z = fused.has_residual ? expected[i] + in.residual[i] : expected[i];
    passes[i] = Passes(fused, z);
    expected[i] = Activated(fused, z);
  }

  PaddedArray<T> y(size, misalignment);
  Statistics statistics(in.shape.c);
  ASSERT_TRUE(in.Forward(FusedOutputOf(y.data(), fused, in.residual.data(), mask.data()), training,
                         statistics));
  EXPECT_TRUE(SameBits(y.data(), expected.data(), size));
  EXPECT_TRUE(y.PaddingIsUntouched());
  if (training) EXPECT_EQ(statistics.All(), plain_statistics.All());
  if (fused.activation != Activation::kNone) {
    for (size_t i = 0; i < size; ++i) {
      ASSERT_EQ(MaskBit(mask, i), passes[i]) << "element " << i;
    }
  }

  // Without a mask, and over the residual itself.
  PaddedArray<T> over = in.residual;
  ASSERT_TRUE(
      in.Forward(FusedOutputOf<T>(over.data(), fused, over.data(), nullptr), training, statistics));
  EXPECT_TRUE(SameBits(over.data(), expected.data(), size));
}

template <typename T>
void ExpectFusedBackward(const Arguments<T>& in, const Fused& fused, bool training,
                         size_t misalignment, const std::vector<uint8_t>& mask) {
  const size_t size = in.x.size();
  PaddedArray<T> before(size);
  for (size_t i = 0; i < size; ++i) {
    before[i] = GradientBefore(fused, in.dy[i], MaskBit(mask, i));
  }
  Statistics statistics(in.shape.c);
  PaddedArray<T> y(size);
  ASSERT_TRUE(in.Forward(Output<T>(y.data()), true, statistics));
  const ForwardState<T> state = StateOf(statistics, in.affine.weight);
  Gradients expected_gradients(in.shape.c);
  PaddedArray<T> expected(size);
  Backward(before.data(), in.x.data(), expected.data(), in.shape, in.layout, state, training,
           expected_gradients);

  Gradients gradients(in.shape.c);
  PaddedArray<T> dx(size, misalignment);
  PaddedArray<T> residual(size, 3 - misalignment);
  ASSERT_TRUE(BatchNormBackward(FusedGradientOf(in.dy.data(), fused, residual.data(), mask.data()),
                                in.x.data(), dx.data(), in.shape, in.layout, state, training,
                                gradients));
  EXPECT_TRUE(SameBits(dx.data(), expected.data(), size));
  EXPECT_TRUE(dx.PaddingIsUntouched());
  EXPECT_EQ(gradients.All(), expected_gradients.All());
  if (fused.has_residual) EXPECT_TRUE(SameBits(residual.data(), before.data(), size));
  EXPECT_TRUE(residual.PaddingIsUntouched());

  // Either gradient may take the place of dy.
  for (const bool residual_in_place : {false, true}) {
    PaddedArray<T> dy = in.dy;
    PaddedArray<T> other(size);
    T* const to = residual_in_place ? other.data() : dy.data();
    T* const residual_to = residual_in_place ? dy.data() : other.data();
    ASSERT_TRUE(BatchNormBackward(FusedGradientOf<T>(dy.data(), fused, residual_to, mask.data()),
                                  in.x.data(), to, in.shape, in.layout, state, training,
                                  gradients));
    EXPECT_TRUE(SameBits(to, expected.data(), size));
    EXPECT_EQ(gradients.All(), expected_gradients.All());
    if (fused.has_residual) EXPECT_TRUE(SameBits(residual_to, before.data(), size));
  }
}

template <typename T>
void ExpectFused(const Arguments<T>& arguments, const Fused& fused, bool training,
                 size_t misalignment) {
  SCOPED_TRACE(::testing::Message() << fused << (training ? ", training" : ", running statistics"));
  std::vector<uint8_t> mask = NewMask(arguments.shape.Count());
  ExpectFusedForward(arguments, fused, training, misalignment, mask);
  ExpectFusedBackward(arguments, fused, training, misalignment, mask);
}

EVERY_TARGET_TEST(FusionTest, HasTheBitsOfSeparateSteps) {
  ForEachShape([](const Shape& shape, Layout layout) {
    const Arguments<T> arguments(shape, layout);
    size_t misalignment = 0;
    for (const Fused& fused : kEveryFused) {
      for (const bool training : {false, true}) {
        ExpectFused(arguments, fused, training, misalignment++ % 4);
      }
    }
  });
}

// Runs and rows that end within a byte of the mask, past the cache; each in some of the ways.
EVERY_TARGET_TEST(FusionTest, HasTheBitsOfSeparateStepsPastTheCache) {
  constexpr size_t kLimit = kStreamBytes / sizeof(T);
  size_t way = 0;
  for (const Shape& shape : {Shape{kLimit / 999 + 1, 3, 333}, Shape{kLimit / (5 * 49) + 1, 5, 49},
                             Shape{kLimit / 33 + 1, 33, 1}}) {
    ASSERT_TRUE((StoresFor<T>(shape.Count()) == Stores::kStreaming));
    for (const Layout layout : kLayouts) {
      SCOPED_TRACE(::testing::Message() << shape << " layout " << static_cast<int>(layout));
      const Arguments<T> arguments(shape, layout);
      ExpectFused(arguments, kEveryFused[way % 5], way % 2 == 0, way % 4);
      ++way;
    }
  }
}

// PyTorch's answers: relu keeps NaN and lets its gradient pass, leaky relu scales that; the borders
// are negative.
EVERY_TARGET_TEST(FusionTest, FollowsPyTorchThroughInfinitiesAndNaN) {
  constexpr T kInf = std::numeric_limits<T>::infinity();
  constexpr T kNaN = std::numeric_limits<T>::quiet_NaN();
  const std::vector<T> z = {kNaN, kInf, -kInf, 0, -T{0}, 2, -2};
  const std::vector<T> relu = {kNaN, kInf, 0, 0, 0, 2, 0};
  const std::vector<T> leaky = {kNaN, kInf, -kInf, 0, -T{0}, 2, -1};
  const std::vector<bool> relu_passes = {true, true, false, false, false, true, false};
  const std::vector<bool> leaky_passes = {false, true, false, false, false, true, false};
  const std::vector<T> mean(1, 0);
  const std::vector<T> var(1, 1);
  for (const Activation activation : {Activation::kRelu, Activation::kLeakyRelu}) {
    const bool is_relu = activation == Activation::kRelu;
    std::vector<T> y(z.size());
    std::vector<uint8_t> mask = NewMask(z.size());
    const RunningStatistics<T> running = {mean.data(), var.data()};
    ASSERT_TRUE(BatchNormEval(
        z.data(), FusedOutputOf<T>(y.data(), {activation, 0.5, false}, nullptr, mask.data()),
        {z.size(), 1, 1}, Layout::kChannelsFirst, NoAffine<T>(), running, 0.0));
    const std::vector<T>& expected = is_relu ? relu : leaky;
    for (size_t i = 0; i < z.size(); ++i) {
      EXPECT_TRUE(expected[i] != expected[i] ? y[i] != y[i] : y[i] == expected[i])
          << "of " << z[i] << " is " << y[i];
      EXPECT_EQ(MaskBit(mask, i), (is_relu ? relu_passes : leaky_passes)[i]) << "of " << z[i];
    }
  }
}

// What must not come through is 0, not infinity * 0.
EVERY_TARGET_TEST(FusionTest, AGradientThatDoesNotPassIsZero) {
  constexpr T kInf = std::numeric_limits<T>::infinity();
  const std::vector<T> dy = {kInf, -kInf, std::numeric_limits<T>::quiet_NaN(), 1};
  const std::vector<T> x(4, 1);
  const std::vector<uint8_t> mask(BytesOfBits(4), 0);
  const std::vector<double> mean(1, 0);
  const std::vector<double> invstd(1, 1);
  std::vector<T> dx(4);
  std::vector<T> residual(4);
  Gradients gradients(1);
  const ForwardState<T> state = {nullptr, mean.data(), invstd.data()};
  ASSERT_TRUE(BatchNormBackward(
      FusedGradientOf<T>(dy.data(), {Activation::kRelu, 0, true}, residual.data(), mask.data()),
      x.data(), dx.data(), {4, 1, 1}, Layout::kChannelsFirst, state, false, gradients));
  EXPECT_EQ(dx, std::vector<T>(4, 0));
  EXPECT_EQ(residual, std::vector<T>(4, 0));
  EXPECT_EQ(gradients.All(), std::vector<double>(2, 0));
}

}  // namespace
}  // namespace batchnorm
