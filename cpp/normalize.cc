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
                                const NormalizeCoefficients<Compute<T>>* coefficients,
                                Stores stores) {
  using Columns = NormalizeColumnCoefficients<Compute<T>>;
  WithStores(stores, [=, &runs](const auto stream) HWY_ATTR {
    const auto row = [=](size_t offset, size_t columns, const Columns& c)
                         HWY_ATTR { NormalizeRow<stream()>(x + offset, y + offset, columns, c); };
    const auto run = [=, &runs](size_t offset, size_t g) HWY_ATTR {
      NormalizeRun<stream()>(x + offset, y + offset, runs.length, coefficients[g]);
    };
    ForEachRunOrRow<Columns>(runs, coefficients, row, run);
  });
}

template <typename T>
HWY_INLINE void NormalizeColumnsOf(const T* x, T* y, const Rows& rows,
                                   const NormalizeCoefficients<Compute<T>>* coefficients,
                                   Stores stores) {
  using Columns = NormalizeColumnCoefficients<Compute<T>>;
  WithStores(stores, [=, &rows](const auto stream) HWY_ATTR {
    ForEachRow<Columns>(StripCursor(rows), coefficients,
                        [=](size_t offset, size_t columns, const Columns& c) HWY_ATTR {
                          NormalizeRow<stream()>(x + offset, y + offset, columns, c);
                        });
  });
}

// HWY_EXPORT takes no template: a name for each element type.
void NormalizeRunsF32(const float* x, float* y, const Runs& runs,
                      const NormalizeCoefficients<float>* coefficients, Stores stores) {
  NormalizeRunsOf(x, y, runs, coefficients, stores);
}
void NormalizeRunsF64(const double* x, double* y, const Runs& runs,
                      const NormalizeCoefficients<double>* coefficients, Stores stores) {
  NormalizeRunsOf(x, y, runs, coefficients, stores);
}
void NormalizeColumnsF32(const float* x, float* y, const Rows& rows,
                         const NormalizeCoefficients<float>* coefficients, Stores stores) {
  NormalizeColumnsOf(x, y, rows, coefficients, stores);
}
void NormalizeColumnsF64(const double* x, double* y, const Rows& rows,
                         const NormalizeCoefficients<double>* coefficients, Stores stores) {
  NormalizeColumnsOf(x, y, rows, coefficients, stores);
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
                   const NormalizeCoefficients<float>* coefficients, Stores stores) {
  HWY_DYNAMIC_DISPATCH(NormalizeRunsF32)(x, y, runs, coefficients, stores);
}
void NormalizeRuns(const double* x, double* y, const Runs& runs,
                   const NormalizeCoefficients<double>* coefficients, Stores stores) {
  HWY_DYNAMIC_DISPATCH(NormalizeRunsF64)(x, y, runs, coefficients, stores);
}
void NormalizeColumns(const float* x, float* y, const Rows& rows,
                      const NormalizeCoefficients<float>* coefficients, Stores stores) {
  HWY_DYNAMIC_DISPATCH(NormalizeColumnsF32)(x, y, rows, coefficients, stores);
}
void NormalizeColumns(const double* x, double* y, const Rows& rows,
                      const NormalizeCoefficients<double>* coefficients, Stores stores) {
  HWY_DYNAMIC_DISPATCH(NormalizeColumnsF64)(x, y, rows, coefficients, stores);
}

}  // namespace batchnorm
#endif  // HWY_ONCE
