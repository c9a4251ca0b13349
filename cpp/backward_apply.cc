#include "cpp/backward_apply.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpp/backward_apply.cc"
#include "hwy/foreach_target.h"
// After foreach_target.h: these are compiled once a target.
#include "cpp/apply-inl.h"
#include "cpp/backward_apply-inl.h"

HWY_BEFORE_NAMESPACE();
namespace batchnorm {
namespace HWY_NAMESPACE {

template <typename T>
HWY_INLINE void ApplyRunsOf(const T* dy, const T* x, T* dx, const Runs& runs,
                            const BackwardCoefficients<Compute<T>>* coefficients, Stores stores) {
  using Columns = BackwardColumnCoefficients<Compute<T>>;
  WithStores(stores, [=, &runs](const auto stream) HWY_ATTR {
    const auto row = [=](size_t offset, size_t columns, const Columns& c) HWY_ATTR {
      BackwardApplyRow<stream()>(dy + offset, x + offset, dx + offset, columns, c);
    };
    const auto run = [=, &runs](size_t offset, size_t g) HWY_ATTR {
      BackwardApplyRun<stream()>(dy + offset, x + offset, dx + offset, runs.length,
                                 coefficients[g]);
    };
    ForEachRunOrRow<Columns>(runs, coefficients, row, run);
  });
}

template <typename T>
HWY_INLINE void ApplyColumnsOf(const T* dy, const T* x, T* dx, const Rows& rows,
                               const BackwardCoefficients<Compute<T>>* coefficients,
                               Stores stores) {
  using Columns = BackwardColumnCoefficients<Compute<T>>;
  WithStores(stores, [=, &rows](const auto stream) HWY_ATTR {
    ForEachRow<Columns>(StripCursor(rows), coefficients,
                        [=](size_t offset, size_t columns, const Columns& c) HWY_ATTR {
                          BackwardApplyRow<stream()>(dy + offset, x + offset, dx + offset, columns,
                                                     c);
                        });
  });
}

// HWY_EXPORT takes no template: a name for each element type.
void ApplyRunsF32(const float* dy, const float* x, float* dx, const Runs& runs,
                  const BackwardCoefficients<float>* coefficients, Stores stores) {
  ApplyRunsOf(dy, x, dx, runs, coefficients, stores);
}
void ApplyRunsF64(const double* dy, const double* x, double* dx, const Runs& runs,
                  const BackwardCoefficients<double>* coefficients, Stores stores) {
  ApplyRunsOf(dy, x, dx, runs, coefficients, stores);
}
void ApplyColumnsF32(const float* dy, const float* x, float* dx, const Rows& rows,
                     const BackwardCoefficients<float>* coefficients, Stores stores) {
  ApplyColumnsOf(dy, x, dx, rows, coefficients, stores);
}
void ApplyColumnsF64(const double* dy, const double* x, double* dx, const Rows& rows,
                     const BackwardCoefficients<double>* coefficients, Stores stores) {
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

void BackwardApplyRuns(const float* dy, const float* x, float* dx, const Runs& runs,
                       const BackwardCoefficients<float>* coefficients, Stores stores) {
  HWY_DYNAMIC_DISPATCH(ApplyRunsF32)(dy, x, dx, runs, coefficients, stores);
}
void BackwardApplyRuns(const double* dy, const double* x, double* dx, const Runs& runs,
                       const BackwardCoefficients<double>* coefficients, Stores stores) {
  HWY_DYNAMIC_DISPATCH(ApplyRunsF64)(dy, x, dx, runs, coefficients, stores);
}
void BackwardApplyColumns(const float* dy, const float* x, float* dx, const Rows& rows,
                          const BackwardCoefficients<float>* coefficients, Stores stores) {
  HWY_DYNAMIC_DISPATCH(ApplyColumnsF32)(dy, x, dx, rows, coefficients, stores);
}
void BackwardApplyColumns(const double* dy, const double* x, double* dx, const Rows& rows,
                          const BackwardCoefficients<double>* coefficients, Stores stores) {
  HWY_DYNAMIC_DISPATCH(ApplyColumnsF64)(dy, x, dx, rows, coefficients, stores);
}

}  // namespace batchnorm
#endif  // HWY_ONCE
