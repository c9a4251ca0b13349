#ifndef BATCHNORM_KERNELS_BACKWARD_REDUCE_H_
#define BATCHNORM_KERNELS_BACKWARD_REDUCE_H_

#include "cpp/layout/shape.h"
#include "cpp/layout/strips.h"
#include "cpp/numerics/fusion.h"

namespace batchnorm {

// sum[g] = sum(g) and dot[g] = sum(g * (x - mean[g])) over each group of runs.
template <typename T>
void BackwardReduceRuns(const OutputGradient<T>& dy, const T* x, const Runs& runs,
                        const double* mean, double* sum, double* dot);

// The same over each column.
template <typename T>
void BackwardReduceColumns(const OutputGradient<T>& dy, const T* x, const Rows& rows,
                           const double* mean, double* sum, double* dot);

// The same over each column of a strip about mean[c], that of its channel c, counted from the
// strip's first.
template <typename T>
void BackwardReduceStrip(const OutputGradient<T>& dy, const T* x, const Strip& strip,
                         const double* mean, double* sum, double* dot);

}  // namespace batchnorm

#endif  // BATCHNORM_KERNELS_BACKWARD_REDUCE_H_
