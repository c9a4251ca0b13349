#include "cpp/kernels/training_forward.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpp/kernels/training_forward.cc"
#include "hwy/foreach_target.h"
// After foreach_target.h: these are compiled once a target.
#include "cpp/kernels/apply-inl.h"
#include "cpp/kernels/normalize-inl.h"
#include "cpp/kernels/run_moments-inl.h"
#include "cpp/kernels/short_run_moments-inl.h"
#include "cpp/simd/dispatch.h"

HWY_BEFORE_NAMESPACE();
namespace batchnorm {
namespace HWY_NAMESPACE {

// Sets the statistics of group g and returns its coefficients.
template <typename T, typename P>
HWY_INLINE NormalizeCoefficients<Compute<T>> FinishGroup(const Moments& moments,
                                                         const Affine<P>& affine, double eps,
                                                         const BatchStatistics& statistics,
                                                         size_t g) {
  statistics.mean[g] = moments.mean;
  statistics.variance[g] = moments.m2;
  return FinishChannel<Compute<T>>(statistics, affine, g, moments.count, eps);
}

template <bool kStream, typename T, class Out, typename P>
HWY_INLINE void ForwardGroups(const T* x, Out y, const Runs& runs, const Affine<P>& affine,
                              double eps, const BatchStatistics& statistics) {
  for (size_t g = 0; g < runs.groups; ++g) {
    const size_t offset = g * runs.group_stride;
    const Moments moments = MomentsOfGroup(x + offset, runs);
    const NormalizeCoefficients<Compute<T>> coefficients =
        FinishGroup<T>(moments, affine, eps, statistics, g);
    // From the last run back to the first: what was read last is still in cache.
    const size_t jump = -runs.run_stride - runs.length;
    for (size_t r = runs.runs; r-- > 0;) {
      const size_t run = offset + r * runs.run_stride;
      y = NormalizeRun<kStream>(x, y, run, runs.length, jump, coefficients);
    }
  }
  y.End();
}

template <bool kStream, typename T, class Out, typename P>
HWY_INLINE void ForwardShortRuns(const T* x, Out y, const Runs& runs, const Affine<P>& affine,
                                 double eps, const BatchStatistics& statistics) {
  Moments moments[kMaxColumns];
  NormalizeCoefficients<Compute<T>> coefficients[kMaxColumns];
  NormalizeColumnCoefficients<Compute<T>> columns;
  ShortRunCursor strips(runs);
  Strip strip;
  while (strips.Next(&strip)) {
    MomentsOfShortRuns(x, strip, moments);
    for (size_t c = 0; c < strip.channels; ++c) {
      coefficients[c] =
          FinishGroup<T>(moments[c], affine, eps, statistics, strip.first_channel + c);
    }
    SetColumns(strip, coefficients, columns);
    ForEachStretch<T>(strip, [&](const Stretch& stretch) HWY_ATTR {
      y = NormalizeStretch<kStream>(x, y, stretch, columns);
    });
  }
  y.End();
}

template <typename T, typename P>
void ForwardRunsOf(const T* x, const Output<T>& y, const Runs& runs, const Affine<P>& affine,
                   double eps, const BatchStatistics& statistics, Stores stores) {
  WithStoresAndOutput(stores, y, [=, &runs](const auto stream, const auto output) HWY_ATTR {
    if (AreShort(runs)) {
      ForwardShortRuns<stream()>(x, output, runs, affine, eps, statistics);
    } else {
      ForwardGroups<stream()>(x, output, runs, affine, eps, statistics);
    }
  });
}

}  // namespace HWY_NAMESPACE
}  // namespace batchnorm
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace batchnorm {

template <typename T, typename P>
void TrainingForwardRuns(const T* x, const Output<T>& y, const Runs& runs, const Affine<P>& affine,
                         double eps, const BatchStatistics& statistics, Stores stores) {
  BATCHNORM_DISPATCH((TrainingForwardRuns<T, P>), ForwardRunsOf, x, y, runs, affine, eps,
                     statistics, stores);
}
BATCHNORM_INSTANTIATE_WITH_PARAMETERS(TrainingForwardRuns);

}  // namespace batchnorm
#endif  // HWY_ONCE
