#ifndef BATCHNORM_KERNELS_TRAINING_BACKWARD_H_
#define BATCHNORM_KERNELS_TRAINING_BACKWARD_H_

#include "cpp/layout/shape.h"
#include "cpp/numerics/fusion.h"
#include "cpp/numerics/gradients.h"
#include "cpp/simd/streaming.h"

namespace batchnorm {

// The sums of g over each group of runs and then dx, in one go, while the group is in cache; the
// gradients of the parameters are dot * invstd and sum(g). dx may be dy or x. Groups must not be
// empty.
template <typename T, typename P>
void TrainingBackwardRuns(const OutputGradient<T>& dy, const T* x, T* dx, const Runs& runs,
                          const ForwardState<P>& state, const ParameterGradients& gradients,
                          Stores stores);

}  // namespace batchnorm

#endif  // BATCHNORM_KERNELS_TRAINING_BACKWARD_H_
