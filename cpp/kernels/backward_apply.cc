#include "cpp/kernels/backward_apply.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpp/kernels/backward_apply.cc"
#include "hwy/foreach_target.h"
// After foreach_target.h: these are compiled once a target.
#include "cpp/kernels/apply-inl.h"
#include "cpp/kernels/backward_apply-inl.h"
#include "cpp/layout/offset_or_null.h"
#include "cpp/simd/dispatch.h"

HWY_BEFORE_NAMESPACE();
namespace batchnorm {
namespace HWY_NAMESPACE {

template <typename T>
void ApplyRunsOf(const OutputGradient<T>& dy, const T* x, T* dx, const Runs& runs,
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
void ApplyColumnsOf(const OutputGradient<T>& dy, const T* x, T* dx, const Rows& rows,
                    const BackwardCoefficients<Compute<T>>* coefficients, Stores stores) {
  using Columns = BackwardColumnCoefficients<Compute<T>>;
  WithStoresAndGradient(stores, dy, [=, &rows](const auto stream, const auto gradient) HWY_ATTR {
    ForEachStripStretch<T, Columns>(StripCursor(rows), coefficients,
                                    [=](const Stretch& stretch, const Columns& c) HWY_ATTR {
                                      BackwardApplyStretch<stream()>(gradient, x, dx, stretch, c);
                                    });
  });
}

}  // namespace HWY_NAMESPACE
}  // namespace batchnorm
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace batchnorm {

template <typename T>
void BackwardApplyRuns(const OutputGradient<T>& dy, const T* x, T* dx, const Runs& runs,
                       const BackwardCoefficients<Compute<T>>* coefficients, Stores stores) {
  BATCHNORM_DISPATCH((BackwardApplyRuns<T>), ApplyRunsOf, dy, x, dx, runs, coefficients, stores);
}
BATCHNORM_INSTANTIATE_FLOATS(BackwardApplyRuns);

template <typename T>
void BackwardApplyColumns(const OutputGradient<T>& dy, const T* x, T* dx, const Rows& rows,
                          const BackwardCoefficients<Compute<T>>* coefficients, Stores stores) {
  BATCHNORM_DISPATCH((BackwardApplyColumns<T>), ApplyColumnsOf, dy, x, dx, rows, coefficients,
                     stores);
}
BATCHNORM_INSTANTIATE_FLOATS(BackwardApplyColumns);

}  // namespace batchnorm
#endif  // HWY_ONCE
