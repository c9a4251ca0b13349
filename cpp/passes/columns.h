#ifndef BATCHNORM_PASSES_COLUMNS_H_
#define BATCHNORM_PASSES_COLUMNS_H_

#include "cpp/layout/shape.h"
#include "cpp/numerics/coefficients.h"
#include "cpp/numerics/fusion.h"
#include "cpp/numerics/gradients.h"
#include "cpp/numerics/statistics.h"
#include "cpp/simd/element_types.h"
#include "cpp/simd/streaming.h"

namespace batchnorm {

// The passes over columns, on as many threads as there are: the same bits for any number of them.
// Each is false where scratch memory ran out. Matrices must not be empty.

template <typename T>
void ThreadedNormalizeColumns(const T* x, const Output<T>& y, const Rows& matrix,
                              const NormalizeCoefficients<Compute<T>>* coefficients, Stores stores);

// A null x stands for running statistics, as in backward_apply.h.
template <typename T>
void ThreadedApplyColumns(const OutputGradient<T>& dy, const T* x, T* dx, const Rows& matrix,
                          const BackwardCoefficients<Compute<T>>* coefficients, Stores stores);

template <typename T>
bool ThreadedMomentsOfColumns(const T* x, const Rows& matrix, double* mean, double* m2);

template <typename T>
bool ThreadedReduceColumns(const OutputGradient<T>& dy, const T* x, const Rows& matrix,
                           const double* mean, double* sum, double* dot);

template <typename T, typename P>
bool ThreadedForwardColumns(const T* x, const Output<T>& y, const Rows& matrix,
                            const Affine<P>& affine, double eps, const BatchStatistics& statistics);

template <typename T, typename P>
bool ThreadedBackwardColumns(const OutputGradient<T>& dy, const T* x, T* dx, const Rows& matrix,
                             const ForwardState<P>& state, const ParameterGradients& gradients);

}  // namespace batchnorm

#endif  // BATCHNORM_PASSES_COLUMNS_H_
