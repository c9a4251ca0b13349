#ifndef BATCHNORM_PASSES_SAMPLES_H_
#define BATCHNORM_PASSES_SAMPLES_H_

#include "cpp/layout/samples.h"
#include "cpp/numerics/gradients.h"
#include "cpp/numerics/statistics.h"

namespace batchnorm {

// The passes over samples whose channels are columns, on as many threads as there are: the same
// bits for any number of them. Each is false where scratch memory ran out. Samples must not be
// empty.

template <typename T, typename P>
bool ThreadedForwardSamples(const T* x, T* y, const Samples& samples, const Affine<P>& affine,
                            double eps, const BatchStatistics& statistics);

template <typename T, typename P>
bool ThreadedBackwardSamples(const T* dy, const T* x, T* dx, const Samples& samples,
                             const ForwardState<P>& state, const ParameterGradients& gradients);

}  // namespace batchnorm

#endif  // BATCHNORM_PASSES_SAMPLES_H_
