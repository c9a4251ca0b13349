#ifndef BATCHNORM_TRAINING_FORWARD_H_
#define BATCHNORM_TRAINING_FORWARD_H_

#include "cpp/fusion.h"
#include "cpp/shape.h"
#include "cpp/statistics.h"
#include "cpp/streaming.h"

namespace batchnorm {

// Moments and normalization of each group of runs in one go, while the group is in cache:
// y from z = (x - mean) * invstd * weight + bias. y may be x. Groups must not be empty.
void TrainingForwardRuns(const float* x, const Output<float>& y, const Runs& runs,
                         const Affine<float>& affine, double eps, const BatchStatistics& statistics,
                         Stores stores);
void TrainingForwardRuns(const double* x, const Output<double>& y, const Runs& runs,
                         const Affine<double>& affine, double eps,
                         const BatchStatistics& statistics, Stores stores);

}  // namespace batchnorm

#endif  // BATCHNORM_TRAINING_FORWARD_H_
