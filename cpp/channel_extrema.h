#ifndef BATCHNORM_CHANNEL_EXTREMA_H_
#define BATCHNORM_CHANNEL_EXTREMA_H_

#include "cpp/layout/shape.h"

namespace batchnorm {

// min and max of each channel, on as many threads as there are: both NaN where an element is NaN,
// inf and -inf where there is none; a zero is 0, never -0. False where scratch memory ran out.
template <typename T>
bool ChannelExtrema(const T* x, const Shape& shape, Layout layout, double* min, double* max);

}  // namespace batchnorm

#endif  // BATCHNORM_CHANNEL_EXTREMA_H_
