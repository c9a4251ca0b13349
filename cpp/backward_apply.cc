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
                            const BackwardCoefficients<T>* coefficients) {
  WithStreaming<T>(runs.Count(), [=, &runs](const auto stream) HWY_ATTR {
    ForEachRun(runs, [=, &runs](size_t offset, size_t g) HWY_ATTR {
      BackwardApplyRun<stream()>(dy + offset, x + offset, dx + offset, runs.length,
                                 coefficients[g]);
    });
  });
}

template <typename T>
HWY_INLINE void ApplyColumnsOf(const T* dy, const T* x, T* dx, const Rows& rows,
                               const BackwardCoefficients<T>* coefficients) {
  using Columns = BackwardColumnCoefficients<T>;
  WithStreaming<T>(rows.Count(), [=, &rows](const auto stream) HWY_ATTR {
    ForEachRow<Columns>(
        rows, coefficients, [=](size_t offset, size_t columns, const Columns& c) HWY_ATTR {
          BackwardApplyRow<stream()>(dy + offset, x + offset, dx + offset, columns, c);
        });
  });
}

// HWY_EXPORT takes no template: a name for each element type.
void ApplyRunsF32(const float* dy, const float* x, float* dx, const Runs& runs,
                  const BackwardCoefficients<float>* coefficients) {
  ApplyRunsOf(dy, x, dx, runs, coefficients);
}
void ApplyRunsF64(const double* dy, const double* x, double* dx, const Runs& runs,
                  const BackwardCoefficients<double>* coefficients) {
  ApplyRunsOf(dy, x, dx, runs, coefficients);
}
void ApplyColumnsF32(const float* dy, const float* x, float* dx, const Rows& rows,
                     const BackwardCoefficients<float>* coefficients) {
  ApplyColumnsOf(dy, x, dx, rows, coefficients);
}
void ApplyColumnsF64(const double* dy, const double* x, double* dx, const Rows& rows,
                     const BackwardCoefficients<double>* coefficients) {
  ApplyColumnsOf(dy, x, dx, rows, coefficients);
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
                       const BackwardCoefficients<float>* coefficients) {
  HWY_DYNAMIC_DISPATCH(ApplyRunsF32)(dy, x, dx, runs, coefficients);
}
void BackwardApplyRuns(const double* dy, const double* x, double* dx, const Runs& runs,
                       const BackwardCoefficients<double>* coefficients) {
  HWY_DYNAMIC_DISPATCH(ApplyRunsF64)(dy, x, dx, runs, coefficients);
}
void BackwardApplyColumns(const float* dy, const float* x, float* dx, const Rows& rows,
                          const BackwardCoefficients<float>* coefficients) {
  HWY_DYNAMIC_DISPATCH(ApplyColumnsF32)(dy, x, dx, rows, coefficients);
}
void BackwardApplyColumns(const double* dy, const double* x, double* dx, const Rows& rows,
                          const BackwardCoefficients<double>* coefficients) {
  HWY_DYNAMIC_DISPATCH(ApplyColumnsF64)(dy, x, dx, rows, coefficients);
}

}  // namespace batchnorm
#endif  // HWY_ONCE
