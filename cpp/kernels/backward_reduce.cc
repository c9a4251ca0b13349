#include "cpp/kernels/backward_reduce.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpp/kernels/backward_reduce.cc"
#include "hwy/foreach_target.h"
// After foreach_target.h: these are compiled once a target.
#include "cpp/kernels/backward_reduce-inl.h"
#include "cpp/simd/dispatch.h"

HWY_BEFORE_NAMESPACE();
namespace batchnorm {
namespace HWY_NAMESPACE {

template <class Gradient, typename T>
HWY_INLINE void ReduceGroups(const Gradient dy, const T* x, const Runs& runs, const double* mean,
                             double* sum, double* dot) {
  if (!AreShort(runs)) {
    for (size_t g = 0; g < runs.groups; ++g) {
      const size_t offset = g * runs.group_stride;
      const GradSums sums = ReduceGroup(dy + offset, x + offset, runs, mean[g]);
      sum[g] = sums.sum;
      dot[g] = sums.dot;
    }
    return;
  }
  ReduceScratch scratch;
  ShortRunCursor strips(runs);
  Strip strip;
  while (strips.Next(&strip)) {
    const size_t g = strip.first_channel;
    ReduceShortRuns(dy, x, strip, mean + g, sum + g, dot + g, scratch);
  }
}

template <typename T>
void ReduceRunsOf(const OutputGradient<T>& dy, const T* x, const Runs& runs, const double* mean,
                  double* sum, double* dot) {
  WithGradient(dy, [=, &runs](const auto gradient)
                       HWY_ATTR { ReduceGroups(gradient, x, runs, mean, sum, dot); });
}

template <typename T>
void ReduceColumnsOf(const OutputGradient<T>& dy, const T* x, const Rows& rows, const double* mean,
                     double* sum, double* dot) {
  WithGradient(dy, [=, &rows](const auto gradient)
                       HWY_ATTR { ReduceMatrix(gradient, x, rows, mean, sum, dot); });
}

template <typename T>
void ReduceStripOf(const OutputGradient<T>& dy, const T* x, const Strip& strip, const double* mean,
                   double* sum, double* dot) {
  ReduceScratch scratch;
  WithGradient(dy, [=, &strip, &scratch](const auto gradient)
                       HWY_ATTR { ReduceColumns(gradient, x, strip, mean, scratch); });
  memcpy(sum, scratch.sum, strip.rows.columns * sizeof(double));
  memcpy(dot, scratch.dot, strip.rows.columns * sizeof(double));
}

}  // namespace HWY_NAMESPACE
}  // namespace batchnorm
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace batchnorm {

template <typename T>
void BackwardReduceRuns(const OutputGradient<T>& dy, const T* x, const Runs& runs,
                        const double* mean, double* sum, double* dot) {
  BATCHNORM_DISPATCH((BackwardReduceRuns<T>), ReduceRunsOf, dy, x, runs, mean, sum, dot);
}
BATCHNORM_INSTANTIATE_FLOATS(BackwardReduceRuns);

template <typename T>
void BackwardReduceColumns(const OutputGradient<T>& dy, const T* x, const Rows& rows,
                           const double* mean, double* sum, double* dot) {
  BATCHNORM_DISPATCH((BackwardReduceColumns<T>), ReduceColumnsOf, dy, x, rows, mean, sum, dot);
}
BATCHNORM_INSTANTIATE_FLOATS(BackwardReduceColumns);

template <typename T>
void BackwardReduceStrip(const OutputGradient<T>& dy, const T* x, const Strip& strip,
                         const double* mean, double* sum, double* dot) {
  BATCHNORM_DISPATCH((BackwardReduceStrip<T>), ReduceStripOf, dy, x, strip, mean, sum, dot);
}
BATCHNORM_INSTANTIATE_FLOATS(BackwardReduceStrip);

}  // namespace batchnorm
#endif  // HWY_ONCE
