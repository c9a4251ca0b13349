#include "cpp/moments.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpp/moments.cc"
#include "hwy/foreach_target.h"
// After foreach_target.h: these are compiled once a target.
#include "cpp/column_moments-inl.h"
#include "cpp/run_moments-inl.h"
#include "cpp/short_run_moments-inl.h"
#include "cpp/strips.h"

HWY_BEFORE_NAMESPACE();
namespace batchnorm {
namespace HWY_NAMESPACE {

template <typename T>
HWY_INLINE void MomentsOfGroups(const T* x, const Runs& runs, double* mean, double* m2) {
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

// HWY_EXPORT takes no template: a name for each element type.
void RunsU8(const uint8_t* x, const Runs& runs, double* mean, double* m2) {
  MomentsOfGroups(x, runs, mean, m2);
}
void RunsU16(const uint16_t* x, const Runs& runs, double* mean, double* m2) {
  MomentsOfGroups(x, runs, mean, m2);
}
void RunsF32(const float* x, const Runs& runs, double* mean, double* m2) {
  MomentsOfGroups(x, runs, mean, m2);
}
void RunsF64(const double* x, const Runs& runs, double* mean, double* m2) {
  MomentsOfGroups(x, runs, mean, m2);
}
void ColumnsU8(const uint8_t* x, const Rows& rows, double* mean, double* m2) {
  MomentsOfMatrix(x, rows, mean, m2);
}
void ColumnsU16(const uint16_t* x, const Rows& rows, double* mean, double* m2) {
  MomentsOfMatrix(x, rows, mean, m2);
}
void ColumnsF32(const float* x, const Rows& rows, double* mean, double* m2) {
  MomentsOfMatrix(x, rows, mean, m2);
}
void ColumnsF64(const double* x, const Rows& rows, double* mean, double* m2) {
  MomentsOfMatrix(x, rows, mean, m2);
}
void StripU8(const uint8_t* x, const Strip& strip, Moments* moments) {
  MomentsOfShortRuns(x, strip, moments);
}
void StripU16(const uint16_t* x, const Strip& strip, Moments* moments) {
  MomentsOfShortRuns(x, strip, moments);
}
void StripF32(const float* x, const Strip& strip, Moments* moments) {
  MomentsOfShortRuns(x, strip, moments);
}
void StripF64(const double* x, const Strip& strip, Moments* moments) {
  MomentsOfShortRuns(x, strip, moments);
}

}  // namespace HWY_NAMESPACE
}  // namespace batchnorm
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace batchnorm {

HWY_EXPORT(RunsU8);
HWY_EXPORT(RunsU16);
HWY_EXPORT(RunsF32);
HWY_EXPORT(RunsF64);
HWY_EXPORT(ColumnsU8);
HWY_EXPORT(ColumnsU16);
HWY_EXPORT(ColumnsF32);
HWY_EXPORT(ColumnsF64);
HWY_EXPORT(StripU8);
HWY_EXPORT(StripU16);
HWY_EXPORT(StripF32);
HWY_EXPORT(StripF64);

void MomentsOfRuns(const uint8_t* x, const Runs& runs, double* mean, double* m2) {
  HWY_DYNAMIC_DISPATCH(RunsU8)(x, runs, mean, m2);
}
void MomentsOfRuns(const uint16_t* x, const Runs& runs, double* mean, double* m2) {
  HWY_DYNAMIC_DISPATCH(RunsU16)(x, runs, mean, m2);
}
void MomentsOfRuns(const float* x, const Runs& runs, double* mean, double* m2) {
  HWY_DYNAMIC_DISPATCH(RunsF32)(x, runs, mean, m2);
}
void MomentsOfRuns(const double* x, const Runs& runs, double* mean, double* m2) {
  HWY_DYNAMIC_DISPATCH(RunsF64)(x, runs, mean, m2);
}
void MomentsOfColumns(const uint8_t* x, const Rows& rows, double* mean, double* m2) {
  HWY_DYNAMIC_DISPATCH(ColumnsU8)(x, rows, mean, m2);
}
void MomentsOfColumns(const uint16_t* x, const Rows& rows, double* mean, double* m2) {
  HWY_DYNAMIC_DISPATCH(ColumnsU16)(x, rows, mean, m2);
}
void MomentsOfColumns(const float* x, const Rows& rows, double* mean, double* m2) {
  HWY_DYNAMIC_DISPATCH(ColumnsF32)(x, rows, mean, m2);
}
void MomentsOfColumns(const double* x, const Rows& rows, double* mean, double* m2) {
  HWY_DYNAMIC_DISPATCH(ColumnsF64)(x, rows, mean, m2);
}
void MomentsOfStrip(const uint8_t* x, const Strip& strip, Moments* moments) {
  HWY_DYNAMIC_DISPATCH(StripU8)(x, strip, moments);
}
void MomentsOfStrip(const uint16_t* x, const Strip& strip, Moments* moments) {
  HWY_DYNAMIC_DISPATCH(StripU16)(x, strip, moments);
}
void MomentsOfStrip(const float* x, const Strip& strip, Moments* moments) {
  HWY_DYNAMIC_DISPATCH(StripF32)(x, strip, moments);
}
void MomentsOfStrip(const double* x, const Strip& strip, Moments* moments) {
  HWY_DYNAMIC_DISPATCH(StripF64)(x, strip, moments);
}

}  // namespace batchnorm
#endif  // HWY_ONCE
