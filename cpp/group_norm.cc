#include "cpp/group_norm.h"

#include <algorithm>

#include "cpp/layout/samples.h"
#include "cpp/layout/sets.h"
#include "cpp/passes/samples.h"
#include "cpp/passes/sets.h"
#include "cpp/simd/element_types.h"

namespace batchnorm {
namespace {

bool IsEmpty(const Shape& shape) { return shape.n == 0 || shape.c == 0 || shape.s == 0; }

// Whether the elements that share statistics are neighbours: one channel, or channels of one
// element, have one layout whatever it is called.
bool AreSets(const Shape& shape, Layout layout) {
  return layout == Layout::kChannelsFirst || shape.c == 1 || shape.s == 1;
}

Sets SetsOf(const Shape& shape, const Grouping& grouping) {
  const size_t groups = grouping.groups;
  return {shape.n * groups, groups, shape.c / groups, shape.s, grouping.centered};
}

Samples SamplesOf(const Shape& shape, const Grouping& grouping) {
  return {shape.n, {shape.s, shape.c}, grouping.groups, grouping.centered};
}

}  // namespace

template <typename T, typename P>
bool GroupNormForward(const T* x, T* y, const Shape& shape, Layout layout, const Grouping& grouping,
                      const Affine<P>& affine, double eps, const BatchStatistics& statistics) {
  if (IsEmpty(shape)) return true;
  if (!AreSets(shape, layout)) {
    return ThreadedForwardSamples(x, y, SamplesOf(shape, grouping), affine, eps, statistics);
  }
  Sets sets = SetsOf(shape, grouping);
  // Without weights a set is one run.
  if (affine.weight == nullptr && affine.bias == nullptr) {
    sets = {sets.count, 1, 1, sets.Size(), sets.centered};
  }
  return ThreadedForwardSets(x, y, sets, affine, eps, statistics);
}

template <typename T, typename P>
bool GroupNormBackward(const T* dy, const T* x, T* dx, const Shape& shape, Layout layout,
                       const Grouping& grouping, const ForwardState<P>& state,
                       const ParameterGradients& gradients) {
  if (IsEmpty(shape)) {
    std::fill_n(gradients.weight, shape.c, 0.0);
    std::fill_n(gradients.bias, shape.c, 0.0);
    return true;
  }
  if (!AreSets(shape, layout)) {
    return ThreadedBackwardSamples(dy, x, dx, SamplesOf(shape, grouping), state, gradients);
  }
  return ThreadedBackwardSets(dy, x, dx, SetsOf(shape, grouping), state, gradients);
}

BATCHNORM_INSTANTIATE_WITH_PARAMETERS(GroupNormForward);
BATCHNORM_INSTANTIATE_WITH_PARAMETERS(GroupNormBackward);

}  // namespace batchnorm
