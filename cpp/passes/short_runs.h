#ifndef BATCHNORM_PASSES_SHORT_RUNS_H_
#define BATCHNORM_PASSES_SHORT_RUNS_H_

#include "cpp/layout/shape.h"
#include "cpp/numerics/fusion.h"

namespace batchnorm {

// The sums over short runs whose groups are too few or too large to be shared out whole: by blocks
// of rows, which join in their order, so that the bits are those of whole groups. Each is false
// where scratch memory ran out.

template <typename T>
bool ThreadedMomentsOfShortRuns(const T* x, const Runs& runs, double* mean, double* m2);

template <typename T>
bool ThreadedReduceShortRuns(const OutputGradient<T>& dy, const T* x, const Runs& runs,
                             const double* mean, double* sum, double* dot);

}  // namespace batchnorm

#endif  // BATCHNORM_PASSES_SHORT_RUNS_H_
