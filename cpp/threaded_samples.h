#ifndef BATCHNORM_THREADED_SAMPLES_H_
#define BATCHNORM_THREADED_SAMPLES_H_

#include "cpp/gradients.h"
#include "cpp/samples.h"
#include "cpp/statistics.h"

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

#endif  // BATCHNORM_THREADED_SAMPLES_H_
