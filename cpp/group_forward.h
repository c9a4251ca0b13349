#ifndef BATCHNORM_GROUP_FORWARD_H_
#define BATCHNORM_GROUP_FORWARD_H_

#include "cpp/offset_or_null.h"
#include "cpp/sets.h"
#include "cpp/statistics.h"
#include "cpp/streaming.h"

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
void GroupForwardRuns(const float* x, float* y, const Sets& sets, const SetRange& range,
                      const Affine<float>& affine, double eps, const BatchStatistics& statistics,
                      Stores stores);
void GroupForwardRuns(const double* x, double* y, const Sets& sets, const SetRange& range,
                      const Affine<double>& affine, double eps, const BatchStatistics& statistics,
                      Stores stores);

// With a weight and a bias an element: for channels that are too short for a pass each.
void GroupForwardElements(const float* x, float* y, const Sets& sets, const SetRange& range,
                          const ElementAffine<float>& affine, double eps,
                          const BatchStatistics& statistics, Stores stores);
void GroupForwardElements(const double* x, double* y, const Sets& sets, const SetRange& range,
                          const ElementAffine<double>& affine, double eps,
                          const BatchStatistics& statistics, Stores stores);

}  // namespace batchnorm

#endif  // BATCHNORM_GROUP_FORWARD_H_
