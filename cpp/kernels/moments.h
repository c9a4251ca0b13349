#ifndef BATCHNORM_KERNELS_MOMENTS_H_
#define BATCHNORM_KERNELS_MOMENTS_H_

#include <cstdint>

#include "cpp/layout/shape.h"
#include "cpp/layout/strips.h"
#include "cpp/numerics/chan.h"

namespace batchnorm {

// mean[g] and m2[g], the sum of squared deviations from it, of each group of runs. Empty groups
// give 0 and 0.
template <typename T>
void MomentsOfRuns(const T* x, const Runs& runs, double* mean, double* m2);

// The same for each column.
template <typename T>
void MomentsOfColumns(const T* x, const Rows& rows, double* mean, double* m2);

// The same for each group of a strip of short runs.
template <typename T>
void MomentsOfStrip(const T* x, const Strip& strip, Moments* moments);

}  // namespace batchnorm

#endif  // BATCHNORM_KERNELS_MOMENTS_H_
