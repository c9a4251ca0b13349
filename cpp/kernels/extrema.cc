#include "cpp/kernels/extrema.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpp/kernels/extrema.cc"
#include "hwy/foreach_target.h"
// After foreach_target.h: these are compiled once a target.
#include "cpp/kernels/extrema-inl.h"
#include "cpp/simd/dispatch.h"

HWY_BEFORE_NAMESPACE();
namespace batchnorm {
namespace HWY_NAMESPACE {

template <typename T>
void ExtremaOfGroups(const T* x, const Runs& runs, Extrema* extrema) {
  std::fill_n(extrema, runs.groups, Extrema());
  if (runs.Count() == 0) return;
  if (AreShort(runs)) {
    MergeStrips(x, ShortRunCursor(runs), extrema);
    return;
  }
  for (size_t g = 0; g < runs.groups; ++g) {
    extrema[g] = ExtremaOfGroup(x + g * runs.group_stride, runs);
  }
}

template <typename T>
void ExtremaOfMatrix(const T* x, const Rows& rows, Extrema* extrema) {
  std::fill_n(extrema, rows.columns, Extrema());
  if (rows.Count() != 0) MergeStrips(x, StripCursor(rows), extrema);
}

}  // namespace HWY_NAMESPACE
}  // namespace batchnorm
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace batchnorm {

template <typename T>
void ExtremaOfRuns(const T* x, const Runs& runs, Extrema* extrema) {
  BATCHNORM_DISPATCH((ExtremaOfRuns<T>), ExtremaOfGroups, x, runs, extrema);
}
BATCHNORM_INSTANTIATE_NUMBERS(ExtremaOfRuns);

template <typename T>
void ExtremaOfColumns(const T* x, const Rows& rows, Extrema* extrema) {
  BATCHNORM_DISPATCH((ExtremaOfColumns<T>), ExtremaOfMatrix, x, rows, extrema);
}
BATCHNORM_INSTANTIATE_NUMBERS(ExtremaOfColumns);

}  // namespace batchnorm
#endif  // HWY_ONCE
