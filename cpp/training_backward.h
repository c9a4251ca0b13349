#ifndef BATCHNORM_TRAINING_BACKWARD_H_
#define BATCHNORM_TRAINING_BACKWARD_H_

#include "cpp/fusion.h"
#include "cpp/gradients.h"
#include "cpp/shape.h"
#include "cpp/streaming.h"

namespace batchnorm {

// The sums of g over each group of runs and then dx, in one go, while the group is in cache; the
// gradients of the parameters are dot * invstd and sum(g). dx may be dy or x. Groups must not be
// empty.
void TrainingBackwardRuns(const OutputGradient<float>& dy, const float* x, float* dx,
                          const Runs& runs, const ForwardState<float>& state,
                          const ParameterGradients& gradients, Stores stores);
void TrainingBackwardRuns(const OutputGradient<double>& dy, const double* x, double* dx,
                          const Runs& runs, const ForwardState<double>& state,
                          const ParameterGradients& gradients, Stores stores);

}  // namespace batchnorm

#endif  // BATCHNORM_TRAINING_BACKWARD_H_
