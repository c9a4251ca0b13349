#include "cpp/training_forward.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpp/training_forward.cc"
#include "hwy/foreach_target.h"
// After foreach_target.h: these are compiled once a target.
#include "cpp/apply-inl.h"
#include "cpp/normalize-inl.h"
#include "cpp/run_moments-inl.h"

HWY_BEFORE_NAMESPACE();
namespace batchnorm {
namespace HWY_NAMESPACE {

template <typename T, typename P>
HWY_INLINE void ForwardRunsOf(const T* x, T* y, const Runs& runs, const Affine<P>& affine,
                              double eps, const BatchStatistics& statistics) {
  WithStreaming<T>(runs.Count(), [=, &runs](const auto stream) HWY_ATTR {
    for (size_t g = 0; g < runs.groups; ++g) {
      const size_t offset = g * runs.group_stride;
      const GroupMoments moments = MomentsOfGroup(x + offset, runs);
      statistics.Set(g, moments.mean, moments.m2, runs.runs * runs.length, eps);
      const NormalizeCoefficients<T> coefficients(
          moments.mean, statistics.invstd[g] * affine.Weight(g), affine.Bias(g));
      for (size_t r = 0; r < runs.runs; ++r) {
        const size_t run = offset + r * runs.run_stride;
        NormalizeRun<stream()>(x + run, y + run, runs.length, coefficients);
      }
    }
  });
}

// HWY_EXPORT takes no template: a name for each element type.
void ForwardRunsF32(const float* x, float* y, const Runs& runs, const Affine<float>& affine,
                    double eps, const BatchStatistics& statistics) {
  ForwardRunsOf(x, y, runs, affine, eps, statistics);
}
void ForwardRunsF64(const double* x, double* y, const Runs& runs, const Affine<double>& affine,
                    double eps, const BatchStatistics& statistics) {
  ForwardRunsOf(x, y, runs, affine, eps, statistics);
}

}  // namespace HWY_NAMESPACE
}  // namespace batchnorm
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace batchnorm {

HWY_EXPORT(ForwardRunsF32);
HWY_EXPORT(ForwardRunsF64);

void TrainingForwardRuns(const float* x, float* y, const Runs& runs, const Affine<float>& affine,
                         double eps, const BatchStatistics& statistics) {
  HWY_DYNAMIC_DISPATCH(ForwardRunsF32)(x, y, runs, affine, eps, statistics);
}
void TrainingForwardRuns(const double* x, double* y, const Runs& runs, const Affine<double>& affine,
                         double eps, const BatchStatistics& statistics) {
  HWY_DYNAMIC_DISPATCH(ForwardRunsF64)(x, y, runs, affine, eps, statistics);
}

}  // namespace batchnorm
#endif  // HWY_ONCE
