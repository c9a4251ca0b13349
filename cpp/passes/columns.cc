#include "cpp/passes/columns.h"

#include <cstdint>

#include "cpp/kernels/backward_apply.h"
#include "cpp/kernels/backward_reduce.h"
#include "cpp/kernels/inverse_std.h"
#include "cpp/kernels/moments.h"
#include "cpp/kernels/normalize.h"
#include "cpp/layout/offset_or_null.h"
#include "cpp/layout/scratch.h"
#include "cpp/layout/split.h"
#include "cpp/numerics/chan.h"
#include "cpp/simd/element_types.h"
#include "cpp/simd/streaming.h"
#include "cpp/threads/thread_pool.h"

namespace batchnorm {
namespace {

// Two values a column from those of each part of the rows: sum(part, a, b) writes those of the
// part's columns, merge(p, a, b) joins those of row part p to the result, which starts as the
// first.
template <class Sum, class Merge>
bool SumRowParts(const RowsSplit& parts, size_t columns, double* a, double* b, const Sum& sum,
                 const Merge& merge) {
  // The first rows put theirs where the result goes, the others where they wait to be merged.
  const size_t waiting = (parts.RowParts() - 1) * columns;
  const auto waiting_a = AllocateScratch<double>(waiting);
  const auto waiting_b = AllocateScratch<double>(waiting);
  if (waiting_a == nullptr || waiting_b == nullptr) return false;
  ParallelFor(parts.Count(), [&](size_t i) {
    const RowsPart part = parts[i];
    const size_t p = parts.RowPart(i);
    const size_t first = part.first_column;
    if (p == 0) {
      sum(part, a + first, b + first);
    } else {
      const size_t place = (p - 1) * columns + first;
      sum(part, &waiting_a[place], &waiting_b[place]);
    }
  });
  for (size_t p = 1; p < parts.RowParts(); ++p) {
    const size_t place = (p - 1) * columns;
    merge(p, &waiting_a[place], &waiting_b[place]);
  }
  return true;
}

}  // namespace

template <typename T>
void ThreadedNormalizeColumns(const T* x, const Output<T>& y, const Rows& matrix,
                              const NormalizeCoefficients<Compute<T>>* coefficients,
                              Stores stores) {
  const RowsSplit parts = RowsSplit::OfElements(matrix, sizeof(T));
  ParallelFor(parts.Count(), [&](size_t i) {
    const RowsPart part = parts[i];
    NormalizeColumns(x + part.offset, y + part.offset, part.rows, coefficients + part.first_column,
                     stores);
  });
}

template <typename T>
void ThreadedApplyColumns(const OutputGradient<T>& dy, const T* x, T* dx, const Rows& matrix,
                          const BackwardCoefficients<Compute<T>>* coefficients, Stores stores) {
  const RowsSplit parts = RowsSplit::OfElements(matrix, sizeof(T));
  ParallelFor(parts.Count(), [&](size_t i) {
    const RowsPart part = parts[i];
    BackwardApplyColumns(dy + part.offset, OffsetOrNull(x, part.offset), dx + part.offset,
                         part.rows, coefficients + part.first_column, stores);
  });
}

template <typename T>
bool ThreadedMomentsOfColumns(const T* x, const Rows& matrix, double* mean, double* m2) {
  const RowsSplit parts = RowsSplit::OfSums(matrix, sizeof(T));
  const auto moments = [x](const RowsPart& part, double* part_mean, double* part_m2) {
    MomentsOfColumns(x + part.offset, part.rows, part_mean, part_m2);
  };
  const auto merge = [&](size_t p, const double* part_mean, const double* part_m2) {
    const ChanWeights weights(parts.RowsBefore(p), parts.RowsIn(p));
    for (size_t c = 0; c < matrix.columns; ++c) {
      ChanMerge(weights, part_mean[c], part_m2[c], mean + c, m2 + c);
    }
  };
  return SumRowParts(parts, matrix.columns, mean, m2, moments, merge);
}

template <typename T>
bool ThreadedReduceColumns(const OutputGradient<T>& dy, const T* x, const Rows& matrix,
                           const double* mean, double* sum, double* dot) {
  const RowsSplit parts = RowsSplit::OfSums(matrix, sizeof(T));
  const auto reduce = [=, &dy](const RowsPart& part, double* part_sum, double* part_dot) {
    BackwardReduceColumns(dy + part.offset, x + part.offset, part.rows, mean + part.first_column,
                          part_sum, part_dot);
  };
  const auto add = [&](size_t, const double* part_sum, const double* part_dot) {
    for (size_t c = 0; c < matrix.columns; ++c) {
      sum[c] += part_sum[c];
      dot[c] += part_dot[c];
    }
  };
  return SumRowParts(parts, matrix.columns, sum, dot, reduce, add);
}

template <typename T, typename P>
bool ThreadedForwardColumns(const T* x, const Output<T>& y, const Rows& matrix,
                            const Affine<P>& affine, double eps,
                            const BatchStatistics& statistics) {
  const auto coefficients = AllocateScratch<NormalizeCoefficients<Compute<T>>>(matrix.columns);
  // variance holds the sums of squared deviations until they are divided.
  if (coefficients == nullptr ||
      !ThreadedMomentsOfColumns(x, matrix, statistics.mean, statistics.variance)) {
    return false;
  }
  // As FinishChannel does, in vectors.
  const double count = static_cast<double>(matrix.rows);
  for (size_t c = 0; c < matrix.columns; ++c) statistics.variance[c] /= count;
  InverseStd(statistics.variance, eps, statistics.invstd, matrix.columns);
  for (size_t c = 0; c < matrix.columns; ++c) {
    statistics.invstd[c] = FiniteInverseStd(statistics.invstd[c]);
    coefficients[c] = CoefficientsOf<Compute<T>>(statistics, affine, c);
  }
  ThreadedNormalizeColumns(x, y, matrix, coefficients.get(), StoresFor<T>(matrix.Count()));
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
  ThreadedApplyColumns(dy, x, dx, matrix, coefficients.get(), StoresFor<T>(matrix.Count()));
  return true;
}

BATCHNORM_INSTANTIATE_FLOATS(ThreadedNormalizeColumns);
BATCHNORM_INSTANTIATE_FLOATS(ThreadedApplyColumns);
BATCHNORM_INSTANTIATE_NUMBERS(ThreadedMomentsOfColumns);
BATCHNORM_INSTANTIATE_FLOATS(ThreadedReduceColumns);
BATCHNORM_INSTANTIATE_WITH_PARAMETERS(ThreadedForwardColumns);
BATCHNORM_INSTANTIATE_WITH_PARAMETERS(ThreadedBackwardColumns);

// Pixels have moments only.

}  // namespace batchnorm
