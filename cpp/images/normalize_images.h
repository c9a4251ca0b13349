#ifndef BATCHNORM_IMAGES_NORMALIZE_IMAGES_H_
#define BATCHNORM_IMAGES_NORMALIZE_IMAGES_H_

#include "cpp/layout/shape.h"

namespace batchnorm {

// What images are normalized with: for each channel, or one for all of them.
struct ImageScaling {
  const double* mean;
  // Not 0 in the type of the output.
  const double* std;
  size_t count;
  // What bytes and two-byte values are multiplied with first; not 0.
  double scale;
};

// y = (x - mean) / std, and of bytes and two-byte values (x * scale - mean) / std, as PyTorch
// rounds them: each operation in y's type. In one pass, which changes the layout too where `from`
// is not `to`, on as many threads as there are. `shape` is that of y; x has `x_channels` channels,
// of which the first are taken. Floats may be normalized in place where both layouts are one. False
// where scratch memory ran out.
template <typename X, typename T>
bool NormalizeImages(const X* x, size_t x_channels, Layout from, T* y, const Shape& shape,
                     Layout to, const ImageScaling& scaling);

}  // namespace batchnorm

#endif  // BATCHNORM_IMAGES_NORMALIZE_IMAGES_H_
