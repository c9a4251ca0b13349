#ifndef BATCHNORM_PASSES_RUNS_H_
#define BATCHNORM_PASSES_RUNS_H_

#include "cpp/layout/shape.h"
#include "cpp/numerics/coefficients.h"
#include "cpp/numerics/fusion.h"
#include "cpp/numerics/gradients.h"
#include "cpp/numerics/statistics.h"
#include "cpp/simd/element_types.h"

namespace batchnorm {

// The passes over runs, on as many threads as there are: the same bits for any number of them.
// Each is false where scratch memory ran out. Runs must not be empty.

template <typename T>
void ThreadedNormalizeRuns(const T* x, const Output<T>& y, const Runs& runs,
                           const NormalizeCoefficients<Compute<T>>* coefficients);

// A null x stands for running statistics, as in backward_apply.h.
template <typename T>
void ThreadedApplyRuns(const OutputGradient<T>& dy, const T* x, T* dx, const Runs& runs,
                       const BackwardCoefficients<Compute<T>>* coefficients);

template <typename T>
bool ThreadedMomentsOfRuns(const T* x, const Runs& runs, double* mean, double* m2);

template <typename T>
bool ThreadedReduceRuns(const OutputGradient<T>& dy, const T* x, const Runs& runs,
                        const double* mean, double* sum, double* dot);

template <typename T, typename P>
bool ThreadedForwardRuns(const T* x, const Output<T>& y, const Runs& runs, const Affine<P>& affine,
                         double eps, const BatchStatistics& statistics);

template <typename T, typename P>
bool ThreadedBackwardRuns(const OutputGradient<T>& dy, const T* x, T* dx, const Runs& runs,
                          const ForwardState<P>& state, const ParameterGradients& gradients);

}  // namespace batchnorm

#endif  // BATCHNORM_PASSES_RUNS_H_
