#include "cpp/threaded_columns.h"

#include "cpp/backward_apply.h"
#include "cpp/backward_reduce.h"
#include "cpp/chan.h"
#include "cpp/moments.h"
#include "cpp/normalize.h"
#include "cpp/scratch.h"
#include "cpp/split.h"
#include "cpp/streaming.h"
#include "cpp/thread_pool.h"

namespace batchnorm {

template <typename T>
void ThreadedNormalizeColumns(const T* x, const Output<T>& y, const Rows& matrix,
                              const NormalizeCoefficients<Compute<T>>* coefficients) {
  const Stores stores = StoresFor<T>(matrix.Count());
  const RowsSplit parts = RowsSplit::OfElements(matrix, sizeof(T));
  ParallelFor(parts.Count(), [&](size_t i) {
    const RowsPart part = parts[i];
    NormalizeColumns(x + part.offset, y + part.offset, part.rows, coefficients + part.first_column,
                     stores);
  });
}

template <typename T>
void ThreadedApplyColumns(const OutputGradient<T>& dy, const T* x, T* dx, const Rows& matrix,
                          const BackwardCoefficients<Compute<T>>* coefficients) {
  const Stores stores = StoresFor<T>(matrix.Count());
  const RowsSplit parts = RowsSplit::OfElements(matrix, sizeof(T));
  ParallelFor(parts.Count(), [&](size_t i) {
    const RowsPart part = parts[i];
    BackwardApplyColumns(dy + part.offset, x == nullptr ? nullptr : x + part.offset,
                         dx + part.offset, part.rows, coefficients + part.first_column, stores);
  });
}

template <typename T>
bool ThreadedMomentsOfColumns(const T* x, const Rows& matrix, double* mean, double* m2) {
  const RowsSplit parts = RowsSplit::OfSums(matrix, sizeof(T));
  // The first rows put theirs where the result goes, the others where they wait to be merged.
  const size_t waiting = (parts.RowParts() - 1) * matrix.columns;
  const auto means = AllocateScratch<double>(waiting);
  const auto m2s = AllocateScratch<double>(waiting);
  if (means == nullptr || m2s == nullptr) return false;
  ParallelFor(parts.Count(), [&](size_t i) {
    const RowsPart part = parts[i];
    const size_t row_part = parts.RowPart(i);
    double* part_mean = row_part == 0 ? mean : &means[(row_part - 1) * matrix.columns];
    double* part_m2 = row_part == 0 ? m2 : &m2s[(row_part - 1) * matrix.columns];
    MomentsOfColumns(x + part.offset, part.rows, part_mean + part.first_column,
                     part_m2 + part.first_column);
  });
  for (size_t p = 1; p < parts.RowParts(); ++p) {
    const ChanWeights weights(parts.RowsBefore(p), parts.RowsIn(p));
    const size_t first = (p - 1) * matrix.columns;
    for (size_t c = 0; c < matrix.columns; ++c) {
      ChanMerge(weights, means[first + c], m2s[first + c], mean + c, m2 + c);
    }
  }
  return true;
}

template <typename T>
bool ThreadedReduceColumns(const OutputGradient<T>& dy, const T* x, const Rows& matrix,
                           const double* mean, double* sum, double* dot) {
  const RowsSplit parts = RowsSplit::OfSums(matrix, sizeof(T));
  const size_t waiting = (parts.RowParts() - 1) * matrix.columns;
  const auto sums = AllocateScratch<double>(waiting);
  const auto dots = AllocateScratch<double>(waiting);
  if (sums == nullptr || dots == nullptr) return false;
  ParallelFor(parts.Count(), [&](size_t i) {
    const RowsPart part = parts[i];
    const size_t row_part = parts.RowPart(i);
    double* part_sum = row_part == 0 ? sum : &sums[(row_part - 1) * matrix.columns];
    double* part_dot = row_part == 0 ? dot : &dots[(row_part - 1) * matrix.columns];
    BackwardReduceColumns(dy + part.offset, x + part.offset, part.rows, mean + part.first_column,
                          part_sum + part.first_column, part_dot + part.first_column);
  });
  for (size_t p = 1; p < parts.RowParts(); ++p) {
    const size_t first = (p - 1) * matrix.columns;
    for (size_t c = 0; c < matrix.columns; ++c) {
      sum[c] += sums[first + c];
      dot[c] += dots[first + c];
    }
  }
  return true;
}

template <typename T, typename P>
bool ThreadedForwardColumns(const T* x, const Output<T>& y, const Rows& matrix,
                            const Affine<P>& affine, double eps,
                            const BatchStatistics& statistics) {
  const auto coefficients = AllocateScratch<NormalizeCoefficients<Compute<T>>>(matrix.columns);
  // variance holds the sums of squared deviations until FinishChannel.
  if (coefficients == nullptr ||
      !ThreadedMomentsOfColumns(x, matrix, statistics.mean, statistics.variance)) {
    return false;
  }
  for (size_t c = 0; c < matrix.columns; ++c) {
    coefficients[c] = FinishChannel<Compute<T>>(statistics, affine, c, matrix.rows, eps);
  }
  ThreadedNormalizeColumns(x, y, matrix, coefficients.get());
  return true;
}

template <typename T, typename P>
bool ThreadedBackwardColumns(const OutputGradient<T>& dy, const T* x, T* dx, const Rows& matrix,
                             const ForwardState<P>& state, const ParameterGradients& gradients) {
  const auto coefficients = AllocateScratch<BackwardCoefficients<Compute<T>>>(matrix.columns);
  // gradients.weight holds the dot products until FinishChannel.
  if (coefficients == nullptr ||
      !ThreadedReduceColumns(dy, x, matrix, state.mean, gradients.bias, gradients.weight)) {
    return false;
  }
  for (size_t c = 0; c < matrix.columns; ++c) {
    coefficients[c] = FinishChannel<Compute<T>>(gradients, state, c, matrix.rows);
  }
  ThreadedApplyColumns(dy, x, dx, matrix, coefficients.get());
  return true;
}

#define BATCHNORM_INSTANTIATE(T, P)                                                               \
  template void ThreadedNormalizeColumns(const T*, const Output<T>&, const Rows&,                 \
                                         const NormalizeCoefficients<Compute<T>>*);               \
  template void ThreadedApplyColumns(const OutputGradient<T>&, const T*, T*, const Rows&,         \
                                     const BackwardCoefficients<Compute<T>>*);                    \
  template bool ThreadedMomentsOfColumns(const T*, const Rows&, double*, double*);                \
  template bool ThreadedReduceColumns(const OutputGradient<T>&, const T*, const Rows&,            \
                                      const double*, double*, double*);                           \
  template bool ThreadedForwardColumns(const T*, const Output<T>&, const Rows&, const Affine<P>&, \
                                       double, const BatchStatistics&);                           \
  template bool ThreadedBackwardColumns(const OutputGradient<T>&, const T*, T*, const Rows&,      \
                                        const ForwardState<P>&, const ParameterGradients&);

BATCHNORM_INSTANTIATE(float, float)
BATCHNORM_INSTANTIATE(double, double)

#undef BATCHNORM_INSTANTIATE

}  // namespace batchnorm
