#ifndef BATCHNORM_NORMALIZE_H_
#define BATCHNORM_NORMALIZE_H_

#include "cpp/coefficients.h"
#include "cpp/fusion.h"
#include "cpp/shape.h"
#include "cpp/streaming.h"

namespace batchnorm {

// y from z = (x - mean) * scale + bias with coefficients[g] for group g. y may be x.
void NormalizeRuns(const float* x, const Output<float>& y, const Runs& runs,
                   const NormalizeCoefficients<float>* coefficients, Stores stores);
void NormalizeRuns(const double* x, const Output<double>& y, const Runs& runs,
                   const NormalizeCoefficients<double>* coefficients, Stores stores);

// The same with coefficients[c] for column c.
void NormalizeColumns(const float* x, const Output<float>& y, const Rows& rows,
                      const NormalizeCoefficients<float>* coefficients, Stores stores);
void NormalizeColumns(const double* x, const Output<double>& y, const Rows& rows,
                      const NormalizeCoefficients<double>* coefficients, Stores stores);

}  // namespace batchnorm

#endif  // BATCHNORM_NORMALIZE_H_
