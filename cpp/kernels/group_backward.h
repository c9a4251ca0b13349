#ifndef BATCHNORM_KERNELS_GROUP_BACKWARD_H_
#define BATCHNORM_KERNELS_GROUP_BACKWARD_H_

#include "cpp/layout/sets.h"
#include "cpp/numerics/gradients.h"
#include "cpp/simd/element_types.h"
#include "cpp/simd/streaming.h"

namespace batchnorm {

// dx = (g - sum(g) / count - (x - mean) * sum(g * (x - mean)) * invstd^2 / count) * invstd of some
// sets, each in one go while it is in cache: g = dy * weight, sums over the `count` elements of a
// set, that of g only where it is centered. dy, x, dx and state start at the first of all sets. dx
// may be dy or x. Sets must not be empty.

// With a weight a channel. sums.bias and sums.weight get sum(dy) and sum(dy * (x - mean)) of each
// run, one behind the other from the first of all sets on.
template <typename T, typename P>
void GroupBackwardRuns(const T* dy, const T* x, T* dx, const Sets& sets, const SetRange& range,
                       const ForwardState<P>& state, const ParameterGradients& sums, Stores stores);

// With a weight for each element of a sample: for channels that are too short for a pass each. To
// sums.bias and sums.weight, of as many elements, it adds dy and dy * (x - mean) * invstd.
template <typename T>
void GroupBackwardElements(const T* dy, const T* x, T* dx, const Sets& sets, const SampleSets& part,
                           const ForwardState<Compute<T>>& state, const ParameterGradients& sums,
                           Stores stores);

}  // namespace batchnorm

#endif  // BATCHNORM_KERNELS_GROUP_BACKWARD_H_
