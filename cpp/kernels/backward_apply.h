#ifndef BATCHNORM_KERNELS_BACKWARD_APPLY_H_
#define BATCHNORM_KERNELS_BACKWARD_APPLY_H_

#include "cpp/layout/shape.h"
#include "cpp/numerics/coefficients.h"
#include "cpp/numerics/fusion.h"
#include "cpp/simd/element_types.h"
#include "cpp/simd/streaming.h"

namespace batchnorm {

// dx = (g * weight - grad_mean - (x - mean) * slope) * scale with coefficients[g] for group g. A
// null x stands for running statistics, through which no gradient flows: dx = g * scale. dx may be
// dy or x.
template <typename T>
void BackwardApplyRuns(const OutputGradient<T>& dy, const T* x, T* dx, const Runs& runs,
                       const BackwardCoefficients<Compute<T>>* coefficients, Stores stores);

// The same with coefficients[c] for column c.
template <typename T>
void BackwardApplyColumns(const OutputGradient<T>& dy, const T* x, T* dx, const Rows& rows,
                          const BackwardCoefficients<Compute<T>>* coefficients, Stores stores);

}  // namespace batchnorm

#endif  // BATCHNORM_KERNELS_BACKWARD_APPLY_H_
