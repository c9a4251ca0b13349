#include "cpp/normalize.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpp/normalize.cc"
#include "hwy/foreach_target.h"
// After foreach_target.h: these are compiled once a target.
#include "cpp/apply-inl.h"
#include "cpp/normalize-inl.h"

HWY_BEFORE_NAMESPACE();
namespace batchnorm {
namespace HWY_NAMESPACE {

template <typename T>
HWY_INLINE void NormalizeRunsOf(const T* x, T* y, const Runs& runs,
                                const NormalizeCoefficients<T>* coefficients) {
  WithStreaming<T>(runs.Count(), [=, &runs](const auto stream) HWY_ATTR {
    ForEachRun(runs, [=, &runs](size_t offset, size_t g) HWY_ATTR {
      NormalizeRun<stream()>(x + offset, y + offset, runs.length, coefficients[g]);
    });
  });
}

template <typename T>
HWY_INLINE void NormalizeColumnsOf(const T* x, T* y, const Rows& rows,
                                   const NormalizeCoefficients<T>* coefficients) {
  using Columns = NormalizeColumnCoefficients<T>;
  WithStreaming<T>(rows.Count(), [=, &rows](const auto stream) HWY_ATTR {
    ForEachRow<Columns>(rows, coefficients,
                        [=](size_t offset, size_t columns, const Columns& c) HWY_ATTR {
                          NormalizeRow<stream()>(x + offset, y + offset, columns, c);
                        });
  });
}

// HWY_EXPORT takes no template: a name for each element type.
void NormalizeRunsF32(const float* x, float* y, const Runs& runs,
                      const NormalizeCoefficients<float>* coefficients) {
  NormalizeRunsOf(x, y, runs, coefficients);
}
void NormalizeRunsF64(const double* x, double* y, const Runs& runs,
                      const NormalizeCoefficients<double>* coefficients) {
  NormalizeRunsOf(x, y, runs, coefficients);
}
void NormalizeColumnsF32(const float* x, float* y, const Rows& rows,
                         const NormalizeCoefficients<float>* coefficients) {
  NormalizeColumnsOf(x, y, rows, coefficients);
}
void NormalizeColumnsF64(const double* x, double* y, const Rows& rows,
                         const NormalizeCoefficients<double>* coefficients) {
  NormalizeColumnsOf(x, y, rows, coefficients);
}

}  // namespace HWY_NAMESPACE
}  // namespace batchnorm
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace batchnorm {

HWY_EXPORT(NormalizeRunsF32);
HWY_EXPORT(NormalizeRunsF64);
HWY_EXPORT(NormalizeColumnsF32);
HWY_EXPORT(NormalizeColumnsF64);

void NormalizeRuns(const float* x, float* y, const Runs& runs,
                   const NormalizeCoefficients<float>* coefficients) {
  HWY_DYNAMIC_DISPATCH(NormalizeRunsF32)(x, y, runs, coefficients);
}
void NormalizeRuns(const double* x, double* y, const Runs& runs,
                   const NormalizeCoefficients<double>* coefficients) {
  HWY_DYNAMIC_DISPATCH(NormalizeRunsF64)(x, y, runs, coefficients);
}
void NormalizeColumns(const float* x, float* y, const Rows& rows,
                      const NormalizeCoefficients<float>* coefficients) {
  HWY_DYNAMIC_DISPATCH(NormalizeColumnsF32)(x, y, rows, coefficients);
}
void NormalizeColumns(const double* x, double* y, const Rows& rows,
                      const NormalizeCoefficients<double>* coefficients) {
  HWY_DYNAMIC_DISPATCH(NormalizeColumnsF64)(x, y, rows, coefficients);
}

}  // namespace batchnorm
#endif  // HWY_ONCE
