#ifndef BATCHNORM_KERNELS_GROUP_FORWARD_H_
#define BATCHNORM_KERNELS_GROUP_FORWARD_H_

#include "cpp/layout/offset_or_null.h"
#include "cpp/layout/sets.h"
#include "cpp/numerics/statistics.h"
#include "cpp/simd/element_types.h"
#include "cpp/simd/streaming.h"

namespace batchnorm {

// weight and bias for each element of a sample; a null bias stands for 0.
template <typename T>
struct ElementAffine {
  // From element i on.
  ElementAffine From(size_t i) const { return {weight + i, OffsetOrNull(bias, i)}; }

  const T* weight;
  const T* bias;
};

// Statistics and y = (x - mean) * invstd * weight + bias of some sets, each in one go while it is
// in cache. x, y and statistics start at the first of all sets. y may be x. Sets must not be empty.

// With a weight and a bias a channel.
template <typename T, typename P>
void GroupForwardRuns(const T* x, T* y, const Sets& sets, const SetRange& range,
                      const Affine<P>& affine, double eps, const BatchStatistics& statistics,
                      Stores stores);

// With a weight and a bias an element: for channels that are too short for a pass each.
template <typename T>
void GroupForwardElements(const T* x, T* y, const Sets& sets, const SetRange& range,
                          const ElementAffine<Compute<T>>& affine, double eps,
                          const BatchStatistics& statistics, Stores stores);

}  // namespace batchnorm

#endif  // BATCHNORM_KERNELS_GROUP_FORWARD_H_
