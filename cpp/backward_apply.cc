#include "cpp/backward_apply.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpp/backward_apply.cc"
#include "hwy/foreach_target.h"
// After foreach_target.h: these are compiled once a target.
#include "cpp/apply-inl.h"
#include "cpp/backward_apply-inl.h"
#include "cpp/offset_or_null.h"

HWY_BEFORE_NAMESPACE();
namespace batchnorm {
namespace HWY_NAMESPACE {

template <typename T>
HWY_INLINE void ApplyRunsOf(const OutputGradient<T>& dy, const T* x, T* dx, const Runs& runs,
                            const BackwardCoefficients<Compute<T>>* coefficients, Stores stores) {
  using Columns = BackwardColumnCoefficients<Compute<T>>;
  WithStoresAndGradient(stores, dy, [=, &runs](const auto stream, const auto gradient) HWY_ATTR {
    const auto stretch = [=](const Stretch& stretch, const Columns& c) HWY_ATTR {
      BackwardApplyStretch<stream()>(gradient, x, dx, stretch, c);
    };
    const auto run = [=, &runs](size_t offset, size_t g) HWY_ATTR {
      // The next run in memory follows at once.
      constexpr size_t kJump = 0;
      BackwardApplyRun<stream()>(gradient + offset, OffsetOrNull(x, offset), dx + offset,
                                 runs.length, kJump, coefficients[g]);
    };
    ForEachRunOrStretch<T, Columns>(runs, coefficients, stretch, run);
  });
}

template <typename T>
HWY_INLINE void ApplyColumnsOf(const OutputGradient<T>& dy, const T* x, T* dx, const Rows& rows,
                               const BackwardCoefficients<Compute<T>>* coefficients,
                               Stores stores) {
  using Columns = BackwardColumnCoefficients<Compute<T>>;
  WithStoresAndGradient(stores, dy, [=, &rows](const auto stream, const auto gradient) HWY_ATTR {
    ForEachStripStretch<T, Columns>(StripCursor(rows), coefficients,
                                    [=](const Stretch& stretch, const Columns& c) HWY_ATTR {
                                      BackwardApplyStretch<stream()>(gradient, x, dx, stretch, c);
                                    });
  });
}

// HWY_EXPORT takes no template: a name for each element type.
void ApplyRunsF32(const OutputGradient<float>& dy, const float* x, float* dx, const Runs& runs,
                  const BackwardCoefficients<float>* coefficients, Stores stores) {
  ApplyRunsOf(dy, x, dx, runs, coefficients, stores);
}
void ApplyRunsF64(const OutputGradient<double>& dy, const double* x, double* dx, const Runs& runs,
                  const BackwardCoefficients<double>* coefficients, Stores stores) {
  ApplyRunsOf(dy, x, dx, runs, coefficients, stores);
}
void ApplyColumnsF32(const OutputGradient<float>& dy, const float* x, float* dx, const Rows& rows,
                     const BackwardCoefficients<float>* coefficients, Stores stores) {
  ApplyColumnsOf(dy, x, dx, rows, coefficients, stores);
}
void ApplyColumnsF64(const OutputGradient<double>& dy, const double* x, double* dx,
                     const Rows& rows, const BackwardCoefficients<double>* coefficients,
                     Stores stores) {
  ApplyColumnsOf(dy, x, dx, rows, coefficients, stores);
}

}  // namespace HWY_NAMESPACE
}  // namespace batchnorm
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace batchnorm {

HWY_EXPORT(ApplyRunsF32);
HWY_EXPORT(ApplyRunsF64);
HWY_EXPORT(ApplyColumnsF32);
HWY_EXPORT(ApplyColumnsF64);

void BackwardApplyRuns(const OutputGradient<float>& dy, const float* x, float* dx, const Runs& runs,
                       const BackwardCoefficients<float>* coefficients, Stores stores) {
  HWY_DYNAMIC_DISPATCH(ApplyRunsF32)(dy, x, dx, runs, coefficients, stores);
}
void BackwardApplyRuns(const OutputGradient<double>& dy, const double* x, double* dx,
                       const Runs& runs, const BackwardCoefficients<double>* coefficients,
                       Stores stores) {
  HWY_DYNAMIC_DISPATCH(ApplyRunsF64)(dy, x, dx, runs, coefficients, stores);
}
void BackwardApplyColumns(const OutputGradient<float>& dy, const float* x, float* dx,
                          const Rows& rows, const BackwardCoefficients<float>* coefficients,
                          Stores stores) {
  HWY_DYNAMIC_DISPATCH(ApplyColumnsF32)(dy, x, dx, rows, coefficients, stores);
}
void BackwardApplyColumns(const OutputGradient<double>& dy, const double* x, double* dx,
                          const Rows& rows, const BackwardCoefficients<double>* coefficients,
                          Stores stores) {
  HWY_DYNAMIC_DISPATCH(ApplyColumnsF64)(dy, x, dx, rows, coefficients, stores);
}

}  // namespace batchnorm
#endif  // HWY_ONCE
