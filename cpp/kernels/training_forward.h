#ifndef BATCHNORM_KERNELS_TRAINING_FORWARD_H_
#define BATCHNORM_KERNELS_TRAINING_FORWARD_H_

#include "cpp/layout/shape.h"
#include "cpp/numerics/fusion.h"
#include "cpp/numerics/statistics.h"
#include "cpp/simd/streaming.h"

namespace batchnorm {

// Moments and normalization of each group of runs in one go, while the group is in cache:
// y from z = (x - mean) * invstd * weight + bias. y may be x. Groups must not be empty.
template <typename T, typename P>
void TrainingForwardRuns(const T* x, const Output<T>& y, const Runs& runs, const Affine<P>& affine,
                         double eps, const BatchStatistics& statistics, Stores stores);

}  // namespace batchnorm

#endif  // BATCHNORM_KERNELS_TRAINING_FORWARD_H_
