#include "cpp/extrema.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpp/extrema.cc"
#include "hwy/foreach_target.h"
// After foreach_target.h: these are compiled once a target.
#include "cpp/extrema-inl.h"

HWY_BEFORE_NAMESPACE();
namespace batchnorm {
namespace HWY_NAMESPACE {

template <typename T>
HWY_INLINE void ExtremaOfGroups(const T* x, const Runs& runs, Extrema* extrema) {
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
HWY_INLINE void ExtremaOfMatrix(const T* x, const Rows& rows, Extrema* extrema) {
  std::fill_n(extrema, rows.columns, Extrema());
  if (rows.Count() != 0) MergeStrips(x, StripCursor(rows), extrema);
}

// HWY_EXPORT takes no template: a name for each element type.
void ExtremaOfRunsU8(const uint8_t* x, const Runs& runs, Extrema* extrema) {
  ExtremaOfGroups(x, runs, extrema);
}
void ExtremaOfRunsU16(const uint16_t* x, const Runs& runs, Extrema* extrema) {
  ExtremaOfGroups(x, runs, extrema);
}
void ExtremaOfRunsF32(const float* x, const Runs& runs, Extrema* extrema) {
  ExtremaOfGroups(x, runs, extrema);
}
void ExtremaOfRunsF64(const double* x, const Runs& runs, Extrema* extrema) {
  ExtremaOfGroups(x, runs, extrema);
}
void ExtremaOfColumnsU8(const uint8_t* x, const Rows& rows, Extrema* extrema) {
  ExtremaOfMatrix(x, rows, extrema);
}
void ExtremaOfColumnsU16(const uint16_t* x, const Rows& rows, Extrema* extrema) {
  ExtremaOfMatrix(x, rows, extrema);
}
void ExtremaOfColumnsF32(const float* x, const Rows& rows, Extrema* extrema) {
  ExtremaOfMatrix(x, rows, extrema);
}
void ExtremaOfColumnsF64(const double* x, const Rows& rows, Extrema* extrema) {
  ExtremaOfMatrix(x, rows, extrema);
}

}  // namespace HWY_NAMESPACE
}  // namespace batchnorm
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace batchnorm {

HWY_EXPORT(ExtremaOfRunsU8);
HWY_EXPORT(ExtremaOfRunsU16);
HWY_EXPORT(ExtremaOfRunsF32);
HWY_EXPORT(ExtremaOfRunsF64);
HWY_EXPORT(ExtremaOfColumnsU8);
HWY_EXPORT(ExtremaOfColumnsU16);
HWY_EXPORT(ExtremaOfColumnsF32);
HWY_EXPORT(ExtremaOfColumnsF64);

void ExtremaOfRuns(const uint8_t* x, const Runs& runs, Extrema* extrema) {
  HWY_DYNAMIC_DISPATCH(ExtremaOfRunsU8)(x, runs, extrema);
}
void ExtremaOfRuns(const uint16_t* x, const Runs& runs, Extrema* extrema) {
  HWY_DYNAMIC_DISPATCH(ExtremaOfRunsU16)(x, runs, extrema);
}
void ExtremaOfRuns(const float* x, const Runs& runs, Extrema* extrema) {
  HWY_DYNAMIC_DISPATCH(ExtremaOfRunsF32)(x, runs, extrema);
}
void ExtremaOfRuns(const double* x, const Runs& runs, Extrema* extrema) {
  HWY_DYNAMIC_DISPATCH(ExtremaOfRunsF64)(x, runs, extrema);
}
void ExtremaOfColumns(const uint8_t* x, const Rows& rows, Extrema* extrema) {
  HWY_DYNAMIC_DISPATCH(ExtremaOfColumnsU8)(x, rows, extrema);
}
void ExtremaOfColumns(const uint16_t* x, const Rows& rows, Extrema* extrema) {
  HWY_DYNAMIC_DISPATCH(ExtremaOfColumnsU16)(x, rows, extrema);
}
void ExtremaOfColumns(const float* x, const Rows& rows, Extrema* extrema) {
  HWY_DYNAMIC_DISPATCH(ExtremaOfColumnsF32)(x, rows, extrema);
}
void ExtremaOfColumns(const double* x, const Rows& rows, Extrema* extrema) {
  HWY_DYNAMIC_DISPATCH(ExtremaOfColumnsF64)(x, rows, extrema);
}

}  // namespace batchnorm
#endif  // HWY_ONCE
