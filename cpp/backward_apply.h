#ifndef BATCHNORM_BACKWARD_APPLY_H_
#define BATCHNORM_BACKWARD_APPLY_H_

#include "cpp/coefficients.h"
#include "cpp/fusion.h"
#include "cpp/shape.h"
#include "cpp/streaming.h"

namespace batchnorm {

// dx = (g * weight - grad_mean - (x - mean) * slope) * scale with coefficients[g] for group g. A
// null x stands for running statistics, through which no gradient flows: dx = g * scale. dx may be
// dy or x.
void BackwardApplyRuns(const OutputGradient<float>& dy, const float* x, float* dx, const Runs& runs,
                       const BackwardCoefficients<float>* coefficients, Stores stores);
void BackwardApplyRuns(const OutputGradient<double>& dy, const double* x, double* dx,
                       const Runs& runs, const BackwardCoefficients<double>* coefficients,
                       Stores stores);

// The same with coefficients[c] for column c.
void BackwardApplyColumns(const OutputGradient<float>& dy, const float* x, float* dx,
                          const Rows& rows, const BackwardCoefficients<float>* coefficients,
                          Stores stores);
void BackwardApplyColumns(const OutputGradient<double>& dy, const double* x, double* dx,
                          const Rows& rows, const BackwardCoefficients<double>* coefficients,
                          Stores stores);

}  // namespace batchnorm

#endif  // BATCHNORM_BACKWARD_APPLY_H_
