#include "cpp/training_backward.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpp/training_backward.cc"
#include "hwy/foreach_target.h"
// After foreach_target.h: these are compiled once a target.
#include "cpp/apply-inl.h"
#include "cpp/backward_apply-inl.h"
#include "cpp/backward_reduce-inl.h"

HWY_BEFORE_NAMESPACE();
namespace batchnorm {
namespace HWY_NAMESPACE {

template <typename T, typename P>
HWY_INLINE void BackwardRunsOf(const T* dy, const T* x, T* dx, const Runs& runs,
                               const ForwardState<P>& state, const ParameterGradients& gradients) {
  WithStreaming<T>(runs.Count(), [=, &runs](const auto stream) HWY_ATTR {
    for (size_t g = 0; g < runs.groups; ++g) {
      const size_t offset = g * runs.group_stride;
      const GradSums sums = ReduceGroup(dy + offset, x + offset, runs, state.mean[g]);
      gradients.weight[g] = sums.dot * state.invstd[g];
      gradients.bias[g] = sums.sum;
      const BackwardCoefficients<T> coefficients =
          TrainingCoefficients<T>(state, g, sums.sum, sums.dot, runs.runs * runs.length);
      for (size_t r = 0; r < runs.runs; ++r) {
        const size_t run = offset + r * runs.run_stride;
        BackwardApplyRun<stream()>(dy + run, x + run, dx + run, runs.length, coefficients);
      }
    }
  });
}

// HWY_EXPORT takes no template: a name for each element type.
void BackwardRunsF32(const float* dy, const float* x, float* dx, const Runs& runs,
                     const ForwardState<float>& state, const ParameterGradients& gradients) {
  BackwardRunsOf(dy, x, dx, runs, state, gradients);
}
void BackwardRunsF64(const double* dy, const double* x, double* dx, const Runs& runs,
                     const ForwardState<double>& state, const ParameterGradients& gradients) {
  BackwardRunsOf(dy, x, dx, runs, state, gradients);
}

}  // namespace HWY_NAMESPACE
}  // namespace batchnorm
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace batchnorm {

HWY_EXPORT(BackwardRunsF32);
HWY_EXPORT(BackwardRunsF64);

void TrainingBackwardRuns(const float* dy, const float* x, float* dx, const Runs& runs,
                          const ForwardState<float>& state, const ParameterGradients& gradients) {
  HWY_DYNAMIC_DISPATCH(BackwardRunsF32)(dy, x, dx, runs, state, gradients);
}
void TrainingBackwardRuns(const double* dy, const double* x, double* dx, const Runs& runs,
                          const ForwardState<double>& state, const ParameterGradients& gradients) {
  HWY_DYNAMIC_DISPATCH(BackwardRunsF64)(dy, x, dx, runs, state, gradients);
}

}  // namespace batchnorm
#endif  // HWY_ONCE
