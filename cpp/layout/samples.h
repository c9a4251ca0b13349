#ifndef BATCHNORM_LAYOUT_SAMPLES_H_
#define BATCHNORM_LAYOUT_SAMPLES_H_

#include <cstddef>

#include "cpp/layout/shape.h"

namespace batchnorm {

// Samples one behind the other, each a matrix with a column a channel. Adjacent channels, of which
// there are `groups` sets a sample, share statistics.
struct Samples {
  size_t Channels() const { return matrix.columns; }
  size_t ChannelsOfSet() const { return matrix.columns / groups; }

  size_t count;
  Rows matrix;
  size_t groups;
  // As that of Sets.
  bool centered;
};

}  // namespace batchnorm

#endif  // BATCHNORM_LAYOUT_SAMPLES_H_
