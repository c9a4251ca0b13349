#ifndef BATCHNORM_PASSES_SETS_H_
#define BATCHNORM_PASSES_SETS_H_

#include "cpp/layout/sets.h"
#include "cpp/numerics/gradients.h"
#include "cpp/numerics/statistics.h"

namespace batchnorm {

// The passes over sets of adjacent elements, on as many threads as there are: the same bits for any
// number of them. weight, bias and their gradients are those of the channels of a sample. Each is
// false where scratch memory ran out. Sets must not be empty.

template <typename T, typename P>
bool ThreadedForwardSets(const T* x, T* y, const Sets& sets, const Affine<P>& affine, double eps,
                         const BatchStatistics& statistics);

template <typename T, typename P>
bool ThreadedBackwardSets(const T* dy, const T* x, T* dx, const Sets& sets,
                          const ForwardState<P>& state, const ParameterGradients& gradients);

}  // namespace batchnorm

#endif  // BATCHNORM_PASSES_SETS_H_
