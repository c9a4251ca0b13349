#ifndef BATCHNORM_THREADED_COLUMNS_H_
#define BATCHNORM_THREADED_COLUMNS_H_

#include "cpp/coefficients.h"
#include "cpp/compute_type.h"
#include "cpp/gradients.h"
#include "cpp/shape.h"
#include "cpp/statistics.h"

namespace batchnorm {

// The passes over columns, on as many threads as there are: the same bits for any number of them.
// Each is false where scratch memory ran out. Matrices must not be empty.

template <typename T>
void ThreadedNormalizeColumns(const T* x, T* y, const Rows& matrix,
                              const NormalizeCoefficients<Compute<T>>* coefficients);

template <typename T>
bool ThreadedMomentsOfColumns(const T* x, const Rows& matrix, double* mean, double* m2);

template <typename T>
bool ThreadedReduceColumns(const T* dy, const T* x, const Rows& matrix, const double* mean,
                           double* sum, double* dot);

template <typename T, typename P>
bool ThreadedForwardColumns(const T* x, T* y, const Rows& matrix, const Affine<P>& affine,
                            double eps, const BatchStatistics& statistics);

template <typename T, typename P>
bool ThreadedBackwardColumns(const T* dy, const T* x, T* dx, const Rows& matrix,
                             const ForwardState<P>& state, const ParameterGradients& gradients);

}  // namespace batchnorm

#endif  // BATCHNORM_THREADED_COLUMNS_H_
