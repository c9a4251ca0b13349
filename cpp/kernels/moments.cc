#include "cpp/kernels/moments.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpp/kernels/moments.cc"
#include "hwy/foreach_target.h"
// After foreach_target.h: these are compiled once a target.
#include "cpp/kernels/column_moments-inl.h"
#include "cpp/kernels/run_moments-inl.h"
#include "cpp/kernels/short_run_moments-inl.h"
#include "cpp/layout/strips.h"
#include "cpp/simd/dispatch.h"

HWY_BEFORE_NAMESPACE();
namespace batchnorm {
namespace HWY_NAMESPACE {

template <typename T>
void MomentsOfGroups(const T* x, const Runs& runs, double* mean, double* m2) {
  const auto set = [=](size_t g, const Moments& moments) {
    mean[g] = moments.mean;
    m2[g] = moments.m2;
  };
  if (!AreShort(runs)) {
    for (size_t g = 0; g < runs.groups; ++g) {
      set(g, MomentsOfGroup(x + g * runs.group_stride, runs));
    }
    return;
  }
  Moments moments[kMaxColumns];
  ShortRunCursor strips(runs);
  Strip strip;
  while (strips.Next(&strip)) {
    MomentsOfShortRuns(x, strip, moments);
    for (size_t c = 0; c < strip.channels; ++c) set(strip.first_channel + c, moments[c]);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace batchnorm
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace batchnorm {

template <typename T>
void MomentsOfRuns(const T* x, const Runs& runs, double* mean, double* m2) {
  BATCHNORM_DISPATCH((MomentsOfRuns<T>), MomentsOfGroups, x, runs, mean, m2);
}
BATCHNORM_INSTANTIATE_NUMBERS(MomentsOfRuns);

template <typename T>
void MomentsOfColumns(const T* x, const Rows& rows, double* mean, double* m2) {
  BATCHNORM_DISPATCH((MomentsOfColumns<T>), MomentsOfMatrix, x, rows, mean, m2);
}
BATCHNORM_INSTANTIATE_NUMBERS(MomentsOfColumns);

template <typename T>
void MomentsOfStrip(const T* x, const Strip& strip, Moments* moments) {
  BATCHNORM_DISPATCH((MomentsOfStrip<T>), MomentsOfShortRuns, x, strip, moments);
}
BATCHNORM_INSTANTIATE_NUMBERS(MomentsOfStrip);

}  // namespace batchnorm
#endif  // HWY_ONCE
