#include "cpp/kernels/normalize.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpp/kernels/normalize.cc"
#include "hwy/foreach_target.h"
// After foreach_target.h: these are compiled once a target.
#include "cpp/kernels/apply-inl.h"
#include "cpp/kernels/normalize-inl.h"
#include "cpp/simd/dispatch.h"

HWY_BEFORE_NAMESPACE();
namespace batchnorm {
namespace HWY_NAMESPACE {

template <typename T>
void NormalizeRunsOf(const T* x, const Output<T>& y, const Runs& runs,
                     const NormalizeCoefficients<Compute<T>>* coefficients, Stores stores) {
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
void NormalizeColumnsOf(const T* x, const Output<T>& y, const Rows& rows,
                        const NormalizeCoefficients<Compute<T>>* coefficients, Stores stores) {
  using Columns = NormalizeColumnCoefficients<Compute<T>>;
  WithStoresAndOutput(stores, y, [=, &rows](const auto stream, auto output) HWY_ATTR {
    ForEachStripStretch<T, Columns>(
        StripCursor(rows), coefficients,
        [=, &output](const Stretch& stretch, const Columns& c)
            HWY_ATTR { output = NormalizeStretch<stream()>(x, output, stretch, c); });
    output.End();
  });
}

}  // namespace HWY_NAMESPACE
}  // namespace batchnorm
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace batchnorm {

template <typename T>
void NormalizeRuns(const T* x, const Output<T>& y, const Runs& runs,
                   const NormalizeCoefficients<Compute<T>>* coefficients, Stores stores) {
  BATCHNORM_DISPATCH((NormalizeRuns<T>), NormalizeRunsOf, x, y, runs, coefficients, stores);
}
BATCHNORM_INSTANTIATE_FLOATS(NormalizeRuns);

template <typename T>
void NormalizeColumns(const T* x, const Output<T>& y, const Rows& rows,
                      const NormalizeCoefficients<Compute<T>>* coefficients, Stores stores) {
  BATCHNORM_DISPATCH((NormalizeColumns<T>), NormalizeColumnsOf, x, y, rows, coefficients, stores);
}
BATCHNORM_INSTANTIATE_FLOATS(NormalizeColumns);

}  // namespace batchnorm
#endif  // HWY_ONCE
