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
HWY_INLINE void NormalizeRunsOf(const T* x, const Output<T>& y, const Runs& runs,
                                const NormalizeCoefficients<Compute<T>>* coefficients,
                                Stores stores) {
  using Columns = NormalizeColumnCoefficients<Compute<T>>;
  WithStoresAndOutput(stores, y, [=, &runs](const auto stream, auto output) HWY_ATTR {
    const auto stretch = [=, &output](const Stretch& stretch, const Columns& c) HWY_ATTR {
      output = NormalizeStretch<stream()>(x, output, stretch, c);
    };
    const auto run = [=, &runs, &output](size_t offset, size_t g) HWY_ATTR {
      // The next run in memory follows at once.
      constexpr size_t kJump = 0;
      output = NormalizeRun<stream()>(x, output, offset, runs.length, kJump, coefficients[g]);
    };
    ForEachRunOrStretch<T, Columns>(runs, coefficients, stretch, run);
    output.End();
  });
}

template <typename T>
HWY_INLINE void NormalizeColumnsOf(const T* x, const Output<T>& y, const Rows& rows,
                                   const NormalizeCoefficients<Compute<T>>* coefficients,
                                   Stores stores) {
  using Columns = NormalizeColumnCoefficients<Compute<T>>;
  WithStoresAndOutput(stores, y, [=, &rows](const auto stream, auto output) HWY_ATTR {
    ForEachStripStretch<T, Columns>(
        StripCursor(rows), coefficients,
        [=, &output](const Stretch& stretch, const Columns& c)
            HWY_ATTR { output = NormalizeStretch<stream()>(x, output, stretch, c); });
    output.End();
  });
}

// HWY_EXPORT takes no template: a name for each element type.
void NormalizeRunsF32(const float* x, const Output<float>& y, const Runs& runs,
                      const NormalizeCoefficients<float>* coefficients, Stores stores) {
  NormalizeRunsOf(x, y, runs, coefficients, stores);
}
void NormalizeRunsF64(const double* x, const Output<double>& y, const Runs& runs,
                      const NormalizeCoefficients<double>* coefficients, Stores stores) {
  NormalizeRunsOf(x, y, runs, coefficients, stores);
}
void NormalizeColumnsF32(const float* x, const Output<float>& y, const Rows& rows,
                         const NormalizeCoefficients<float>* coefficients, Stores stores) {
  NormalizeColumnsOf(x, y, rows, coefficients, stores);
}
void NormalizeColumnsF64(const double* x, const Output<double>& y, const Rows& rows,
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

void NormalizeRuns(const float* x, const Output<float>& y, const Runs& runs,
                   const NormalizeCoefficients<float>* coefficients, Stores stores) {
  HWY_DYNAMIC_DISPATCH(NormalizeRunsF32)(x, y, runs, coefficients, stores);
}
void NormalizeRuns(const double* x, const Output<double>& y, const Runs& runs,
                   const NormalizeCoefficients<double>* coefficients, Stores stores) {
  HWY_DYNAMIC_DISPATCH(NormalizeRunsF64)(x, y, runs, coefficients, stores);
}
void NormalizeColumns(const float* x, const Output<float>& y, const Rows& rows,
                      const NormalizeCoefficients<float>* coefficients, Stores stores) {
  HWY_DYNAMIC_DISPATCH(NormalizeColumnsF32)(x, y, rows, coefficients, stores);
}
void NormalizeColumns(const double* x, const Output<double>& y, const Rows& rows,
                      const NormalizeCoefficients<double>* coefficients, Stores stores) {
  HWY_DYNAMIC_DISPATCH(NormalizeColumnsF64)(x, y, rows, coefficients, stores);
}

}  // namespace batchnorm
#endif  // HWY_ONCE
