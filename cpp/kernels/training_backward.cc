#include "cpp/kernels/training_backward.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpp/kernels/training_backward.cc"
#include "hwy/foreach_target.h"
// After foreach_target.h: these are compiled once a target.
#include "cpp/kernels/apply-inl.h"
#include "cpp/kernels/backward_apply-inl.h"
#include "cpp/kernels/backward_reduce-inl.h"
#include "cpp/simd/dispatch.h"

HWY_BEFORE_NAMESPACE();
namespace batchnorm {
namespace HWY_NAMESPACE {

template <bool kStream, class Gradient, typename T, typename P>
HWY_INLINE void BackwardGroups(const Gradient dy, const T* x, T* dx, const Runs& runs,
                               const ForwardState<P>& state, const ParameterGradients& gradients) {
  for (size_t g = 0; g < runs.groups; ++g) {
    const size_t offset = g * runs.group_stride;
    const GradSums sums = ReduceGroup(dy + offset, x + offset, runs, state.mean[g]);
    gradients.bias[g] = sums.sum;
    gradients.weight[g] = sums.dot;
    const BackwardCoefficients<Compute<T>> coefficients =
        FinishChannel<Compute<T>>(gradients, state, g, runs.runs * runs.length);
    // From the last run back to the first: what was read last is still in cache.
    const size_t jump = -runs.run_stride - runs.length;
    for (size_t r = runs.runs; r-- > 0;) {
      const size_t run = offset + r * runs.run_stride;
      BackwardApplyRun<kStream>(dy + run, x + run, dx + run, runs.length, jump, coefficients);
    }
  }
}

template <bool kStream, class Gradient, typename T, typename P>
HWY_INLINE void BackwardShortRuns(const Gradient dy, const T* x, T* dx, const Runs& runs,
                                  const ForwardState<P>& state,
                                  const ParameterGradients& gradients) {
  ReduceScratch scratch;
  BackwardCoefficients<Compute<T>> coefficients[kMaxColumns];
  BackwardColumnCoefficients<Compute<T>> columns;
  ShortRunCursor strips(runs);
  Strip strip;
  while (strips.Next(&strip)) {
    const ParameterGradients strip_gradients = gradients.From(strip.first_channel);
    const ForwardState<P> strip_state = state.From(strip.first_channel);
    ReduceShortRuns(dy, x, strip, strip_state.mean, strip_gradients.bias, strip_gradients.weight,
                    scratch);
    for (size_t c = 0; c < strip.channels; ++c) {
      coefficients[c] =
          FinishChannel<Compute<T>>(strip_gradients, strip_state, c, runs.runs * runs.length);
    }
    SetColumns(strip, coefficients, columns);
    ForEachStretch<T>(strip, [&](const Stretch& stretch) HWY_ATTR {
      BackwardApplyStretch<kStream>(dy, x, dx, stretch, columns);
    });
  }
}

template <typename T, typename P>
void BackwardRunsOf(const OutputGradient<T>& dy, const T* x, T* dx, const Runs& runs,
                    const ForwardState<P>& state, const ParameterGradients& gradients,
                    Stores stores) {
  WithStoresAndGradient(stores, dy, [=, &runs](const auto stream, const auto gradient) HWY_ATTR {
    if (AreShort(runs)) {
      BackwardShortRuns<stream()>(gradient, x, dx, runs, state, gradients);
    } else {
      BackwardGroups<stream()>(gradient, x, dx, runs, state, gradients);
    }
  });
}

}  // namespace HWY_NAMESPACE
}  // namespace batchnorm
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace batchnorm {

template <typename T, typename P>
void TrainingBackwardRuns(const OutputGradient<T>& dy, const T* x, T* dx, const Runs& runs,
                          const ForwardState<P>& state, const ParameterGradients& gradients,
                          Stores stores) {
  BATCHNORM_DISPATCH((TrainingBackwardRuns<T, P>), BackwardRunsOf, dy, x, dx, runs, state,
                     gradients, stores);
}
BATCHNORM_INSTANTIATE_WITH_PARAMETERS(TrainingBackwardRuns);

}  // namespace batchnorm
#endif  // HWY_ONCE
