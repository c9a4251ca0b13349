#include "cpp/kernels/training_backward.h"

#include <gtest/gtest.h>

#include <vector>

#include "cpp/kernels/backward_apply.h"
#include "cpp/kernels/backward_reduce.h"
#include "cpp/testing/cases.h"
#include "cpp/testing/channel_arrays.h"
#include "cpp/testing/every_target.h"
#include "cpp/testing/inputs.h"
#include "cpp/testing/large.h"
#include "cpp/testing/same_bits.h"

namespace batchnorm {
namespace {

EVERY_TARGET_SUITE(TrainingBackwardTest);

// Random values for all that the forward pass leaves behind.
template <typename T>
struct Forward {
  explicit Forward(size_t groups)
      : weight(RandomChannels<T>(groups, Distribution::kNormal, 1)),
        mean(RandomChannels<double>(groups, Distribution::kNormal, 2)),
        invstd(RandomChannels<double>(groups, Distribution::kUniform, 3)) {}

  ForwardState<T> State() const { return {weight.data(), mean.data(), invstd.data()}; }

  PaddedArray<T> weight;
  PaddedArray<double> mean;
  PaddedArray<double> invstd;
};

// The sums over all groups, then dx of all of them.
template <typename T>
void InTwoSteps(const T* dy, const T* x, T* dx, const Runs& runs, const ForwardState<T>& state,
                const ParameterGradients& gradients) {
  BackwardReduceRuns<T>(dy, x, runs, state.mean, gradients.bias, gradients.weight);
  std::vector<BackwardCoefficients<T>> coefficients;
  for (size_t g = 0; g < runs.groups; ++g) {
    coefficients.push_back(FinishChannel<T>(gradients, state, g, runs.runs * runs.length));
  }
  BackwardApplyRuns<T>(dy, x, dx, runs, coefficients.data(), StoresFor<T>(runs.Count()));
}

template <typename T>
void ExpectBitsOfTwoSteps(const Runs& runs, const PaddedArray<T>& dy, const PaddedArray<T>& x,
                          size_t dx_misalignment, const ForwardState<T>& state) {
  Gradients expected_gradients(runs.groups);
  PaddedArray<T> expected(Extent(runs));
  InTwoSteps<T>(dy.data(), x.data(), expected.data(), runs, state, expected_gradients);

  const auto expect = [&](const T* dy_data, const T* x_data, PaddedArray<T>& dx) {
    Gradients gradients(runs.groups);
    TrainingBackwardRuns<T, T>(dy_data, x_data, dx.data(), runs, state, gradients,
                               StoresFor<T>(runs.Count()));
    EXPECT_TRUE(SameBits(dx.data(), expected.data(), dx.size()));
    EXPECT_EQ(gradients.All(), expected_gradients.All());
    EXPECT_TRUE(OnlyElementsWritten(runs, dx));
    EXPECT_TRUE(gradients.PaddingIsUntouched());
  };
  PaddedArray<T> dx(Extent(runs), dx_misalignment);
  expect(dy.data(), x.data(), dx);
  PaddedArray<T> dx_over_dy = dy;
  expect(dx_over_dy.data(), x.data(), dx_over_dy);
  PaddedArray<T> dx_over_x = x;
  expect(dy.data(), dx_over_x.data(), dx_over_x);
}

EVERY_TARGET_TEST(TrainingBackwardTest, HasTheBitsOfTwoStepsAndInPlace) {
  ForEachCase(TestedRuns<T>(),
              [](const Runs& runs, size_t misalignment, Distribution distribution) {
                const auto dy = RandomInput<T>(runs, misalignment, distribution, 1);
                const auto x = RandomInput<T>(runs, (misalignment + 1) % 4, distribution, 2);
                const Forward<T> forward(runs.groups);
                ForwardState<T> state = forward.State();
                if (misalignment % 2 == 0) state.weight = nullptr;
                ExpectBitsOfTwoSteps(runs, dy, x, 3 - misalignment, state);
              });
}

EVERY_TARGET_TEST(TrainingBackwardTest, HasTheBitsOfTwoStepsPastTheCache) {
  ForEachLargeLayout<T>([](const auto& layout) {
    const Runs runs = AsRuns(layout);
    // Columns are for another kernel.
    if (runs.length == 1 && runs.groups != 1) return;
    const auto dy = RandomInput<T>(runs, 1, Distribution::kNormal, 1);
    const auto x = RandomInput<T>(runs, 2, Distribution::kNormal, 2);
    const Forward<T> forward(runs.groups);
    ExpectBitsOfTwoSteps(runs, dy, x, 3, forward.State());
  });
}

template <typename T>
void ExpectSameBackwardOnTargets() {
  for (const Runs& runs : TestedRuns<T>()) {
    const auto dy = RandomInput<T>(runs, 1, Distribution::kNormal, 1);
    const auto x = RandomInput<T>(runs, 2, Distribution::kNormal, 2);
    const Forward<T> forward(runs.groups);
    ExpectSameBitsOnTargets([&] {
      Gradients gradients(runs.groups);
      std::vector<T> dx(Extent(runs));
      TrainingBackwardRuns<T, T>(dy.data(), x.data(), dx.data(), runs, forward.State(), gradients,
                                 StoresFor<T>(runs.Count()));
      std::vector<double> all = gradients.All();
      all.insert(all.end(), dx.begin(), dx.end());
      return all;
    });
  }
}

TEST(TrainingBackwardOnTargetsTest, AgreeBitForBitF32) { ExpectSameBackwardOnTargets<float>(); }
TEST(TrainingBackwardOnTargetsTest, AgreeBitForBitF64) { ExpectSameBackwardOnTargets<double>(); }

}  // namespace
}  // namespace batchnorm
