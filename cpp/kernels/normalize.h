#ifndef BATCHNORM_KERNELS_NORMALIZE_H_
#define BATCHNORM_KERNELS_NORMALIZE_H_

#include "cpp/layout/shape.h"
#include "cpp/numerics/coefficients.h"
#include "cpp/numerics/fusion.h"
#include "cpp/simd/element_types.h"
#include "cpp/simd/streaming.h"

namespace batchnorm {

// y from z = (x - mean) * scale + bias with coefficients[g] for group g. y may be x.
template <typename T>
void NormalizeRuns(const T* x, const Output<T>& y, const Runs& runs,
                   const NormalizeCoefficients<Compute<T>>* coefficients, Stores stores);

// The same with coefficients[c] for column c.
template <typename T>
void NormalizeColumns(const T* x, const Output<T>& y, const Rows& rows,
                      const NormalizeCoefficients<Compute<T>>* coefficients, Stores stores);

}  // namespace batchnorm

#endif  // BATCHNORM_KERNELS_NORMALIZE_H_
