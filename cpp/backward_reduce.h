#ifndef BATCHNORM_BACKWARD_REDUCE_H_
#define BATCHNORM_BACKWARD_REDUCE_H_

#include "cpp/shape.h"

namespace batchnorm {

// sum[g] = sum(dy) and dot[g] = sum(dy * (x - mean[g])) over each group of runs.
void BackwardReduceRuns(const float* dy, const float* x, const Runs& runs, const double* mean,
                        double* sum, double* dot);
void BackwardReduceRuns(const double* dy, const double* x, const Runs& runs, const double* mean,
                        double* sum, double* dot);

// The same over each column.
void BackwardReduceColumns(const float* dy, const float* x, const Rows& rows, const double* mean,
                           double* sum, double* dot);
void BackwardReduceColumns(const double* dy, const double* x, const Rows& rows, const double* mean,
                           double* sum, double* dot);

}  // namespace batchnorm

#endif  // BATCHNORM_BACKWARD_REDUCE_H_
