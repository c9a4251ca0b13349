#ifndef BATCHNORM_BACKWARD_REDUCE_H_
#define BATCHNORM_BACKWARD_REDUCE_H_

#include "cpp/fusion.h"
#include "cpp/shape.h"
#include "cpp/strips.h"

namespace batchnorm {

// sum[g] = sum(g) and dot[g] = sum(g * (x - mean[g])) over each group of runs.
void BackwardReduceRuns(const OutputGradient<float>& dy, const float* x, const Runs& runs,
                        const double* mean, double* sum, double* dot);
void BackwardReduceRuns(const OutputGradient<double>& dy, const double* x, const Runs& runs,
                        const double* mean, double* sum, double* dot);

// The same over each column.
void BackwardReduceColumns(const OutputGradient<float>& dy, const float* x, const Rows& rows,
                           const double* mean, double* sum, double* dot);
void BackwardReduceColumns(const OutputGradient<double>& dy, const double* x, const Rows& rows,
                           const double* mean, double* sum, double* dot);

// The same over each column of a strip about mean[c], that of its channel c, counted from the
// strip's first.
void BackwardReduceStrip(const OutputGradient<float>& dy, const float* x, const Strip& strip,
                         const double* mean, double* sum, double* dot);
void BackwardReduceStrip(const OutputGradient<double>& dy, const double* x, const Strip& strip,
                         const double* mean, double* sum, double* dot);

}  // namespace batchnorm

#endif  // BATCHNORM_BACKWARD_REDUCE_H_
