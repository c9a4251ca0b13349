#include "cpp/backward_reduce.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpp/backward_reduce.cc"
#include "hwy/foreach_target.h"
// After foreach_target.h: these are compiled once a target.
#include "cpp/backward_reduce-inl.h"

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
HWY_INLINE void ReduceRunsOf(const OutputGradient<T>& dy, const T* x, const Runs& runs,
                             const double* mean, double* sum, double* dot) {
  WithGradient(dy, [=, &runs](const auto gradient)
                       HWY_ATTR { ReduceGroups(gradient, x, runs, mean, sum, dot); });
}

template <typename T>
HWY_INLINE void ReduceColumnsOf(const OutputGradient<T>& dy, const T* x, const Rows& rows,
                                const double* mean, double* sum, double* dot) {
  WithGradient(dy, [=, &rows](const auto gradient)
                       HWY_ATTR { ReduceMatrix(gradient, x, rows, mean, sum, dot); });
}

template <typename T>
HWY_INLINE void ReduceStripOf(const OutputGradient<T>& dy, const T* x, const Strip& strip,
                              const double* mean, double* sum, double* dot) {
  ReduceScratch scratch;
  WithGradient(dy, [=, &strip, &scratch](const auto gradient)
                       HWY_ATTR { ReduceColumns(gradient, x, strip, mean, scratch); });
  memcpy(sum, scratch.sum, strip.rows.columns * sizeof(double));
  memcpy(dot, scratch.dot, strip.rows.columns * sizeof(double));
}

// HWY_EXPORT takes no template: a name for each element type.
void ReduceRunsF32(const OutputGradient<float>& dy, const float* x, const Runs& runs,
                   const double* mean, double* sum, double* dot) {
  ReduceRunsOf(dy, x, runs, mean, sum, dot);
}
void ReduceRunsF64(const OutputGradient<double>& dy, const double* x, const Runs& runs,
                   const double* mean, double* sum, double* dot) {
  ReduceRunsOf(dy, x, runs, mean, sum, dot);
}
void ReduceColumnsF32(const OutputGradient<float>& dy, const float* x, const Rows& rows,
                      const double* mean, double* sum, double* dot) {
  ReduceColumnsOf(dy, x, rows, mean, sum, dot);
}
void ReduceColumnsF64(const OutputGradient<double>& dy, const double* x, const Rows& rows,
                      const double* mean, double* sum, double* dot) {
  ReduceColumnsOf(dy, x, rows, mean, sum, dot);
}
void ReduceStripF32(const OutputGradient<float>& dy, const float* x, const Strip& strip,
                    const double* mean, double* sum, double* dot) {
  ReduceStripOf(dy, x, strip, mean, sum, dot);
}
void ReduceStripF64(const OutputGradient<double>& dy, const double* x, const Strip& strip,
                    const double* mean, double* sum, double* dot) {
  ReduceStripOf(dy, x, strip, mean, sum, dot);
}

}  // namespace HWY_NAMESPACE
}  // namespace batchnorm
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace batchnorm {

HWY_EXPORT(ReduceRunsF32);
HWY_EXPORT(ReduceRunsF64);
HWY_EXPORT(ReduceColumnsF32);
HWY_EXPORT(ReduceColumnsF64);
HWY_EXPORT(ReduceStripF32);
HWY_EXPORT(ReduceStripF64);

void BackwardReduceRuns(const OutputGradient<float>& dy, const float* x, const Runs& runs,
                        const double* mean, double* sum, double* dot) {
  HWY_DYNAMIC_DISPATCH(ReduceRunsF32)(dy, x, runs, mean, sum, dot);
}
void BackwardReduceRuns(const OutputGradient<double>& dy, const double* x, const Runs& runs,
                        const double* mean, double* sum, double* dot) {
  HWY_DYNAMIC_DISPATCH(ReduceRunsF64)(dy, x, runs, mean, sum, dot);
}
void BackwardReduceColumns(const OutputGradient<float>& dy, const float* x, const Rows& rows,
                           const double* mean, double* sum, double* dot) {
  HWY_DYNAMIC_DISPATCH(ReduceColumnsF32)(dy, x, rows, mean, sum, dot);
}
void BackwardReduceColumns(const OutputGradient<double>& dy, const double* x, const Rows& rows,
                           const double* mean, double* sum, double* dot) {
  HWY_DYNAMIC_DISPATCH(ReduceColumnsF64)(dy, x, rows, mean, sum, dot);
}
void BackwardReduceStrip(const OutputGradient<float>& dy, const float* x, const Strip& strip,
                         const double* mean, double* sum, double* dot) {
  HWY_DYNAMIC_DISPATCH(ReduceStripF32)(dy, x, strip, mean, sum, dot);
}
void BackwardReduceStrip(const OutputGradient<double>& dy, const double* x, const Strip& strip,
                         const double* mean, double* sum, double* dot) {
  HWY_DYNAMIC_DISPATCH(ReduceStripF64)(dy, x, strip, mean, sum, dot);
}

}  // namespace batchnorm
#endif  // HWY_ONCE
