#ifndef BATCHNORM_BACKWARD_APPLY_H_
#define BATCHNORM_BACKWARD_APPLY_H_

#include "cpp/coefficients.h"
#include "cpp/shape.h"
#include "cpp/streaming.h"

namespace batchnorm {

// dx = (dy - grad_mean - (x - mean) * slope) * scale with coefficients[g] for group g. dx may be dy
// or x.
void BackwardApplyRuns(const float* dy, const float* x, float* dx, const Runs& runs,
                       const BackwardCoefficients<float>* coefficients, Stores stores);
void BackwardApplyRuns(const double* dy, const double* x, double* dx, const Runs& runs,
                       const BackwardCoefficients<double>* coefficients, Stores stores);

// The same with coefficients[c] for column c.
void BackwardApplyColumns(const float* dy, const float* x, float* dx, const Rows& rows,
                          const BackwardCoefficients<float>* coefficients, Stores stores);
void BackwardApplyColumns(const double* dy, const double* x, double* dx, const Rows& rows,
                          const BackwardCoefficients<double>* coefficients, Stores stores);

}  // namespace batchnorm

#endif  // BATCHNORM_BACKWARD_APPLY_H_
