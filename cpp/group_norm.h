#ifndef BATCHNORM_GROUP_NORM_H_
#define BATCHNORM_GROUP_NORM_H_

#include <cstddef>

#include "cpp/layout/shape.h"
#include "cpp/numerics/gradients.h"
#include "cpp/numerics/statistics.h"

namespace batchnorm {

// Which elements of a sample share statistics: those of c / groups adjacent channels. Where it is
// not centered, the mean counts as 0 and the variance is the mean square.
struct Grouping {
  size_t groups;
  bool centered;
};

// The normalizations of each sample by itself, for T the element type and P the parameters'.
// Statistics have an element for each of the n * groups sets of elements that share them, weight,
// bias and their gradients one a channel. `groups` divides c and is not 0.
//   LayerNorm, RMSNorm  (n, c, 1) with 1 group
//   GroupNorm           (n, c, s)
//   InstanceNorm        (n, c, s) with c groups
// Each is false where scratch memory ran out; some samples may be written then. Empty inputs write
// no elements and no statistics.

// y = (x - mean) * invstd * weight + bias, and the statistics. y may be x.
template <typename T, typename P>
bool GroupNormForward(const T* x, T* y, const Shape& shape, Layout layout, const Grouping& grouping,
                      const Affine<P>& affine, double eps, const BatchStatistics& statistics);

// With g = dy * weight, count the elements of a set, and sums over it:
// dx = (g - sum(g) / count - (x - mean) * sum(g * (x - mean)) * invstd^2 / count) * invstd, without
// sum(g) where it is not centered. For each channel gradients.weight is sum(dy * (x - mean) *
// invstd), gradients.bias sum(dy). dx may be dy or x.
template <typename T, typename P>
bool GroupNormBackward(const T* dy, const T* x, T* dx, const Shape& shape, Layout layout,
                       const Grouping& grouping, const ForwardState<P>& state,
                       const ParameterGradients& gradients);

}  // namespace batchnorm

#endif  // BATCHNORM_GROUP_NORM_H_
