#ifndef BATCHNORM_LOCAL_RESPONSE_NORM_H_
#define BATCHNORM_LOCAL_RESPONSE_NORM_H_

#include <cstddef>

#include "cpp/layout/shape.h"

namespace batchnorm {

// The window of channel c is the channels from c - size / 2 to c - size / 2 + size - 1, as far as
// there are such. `size` is not 0; it divides all the same where channels are missing.
struct ResponseOptions {
  size_t size;
  double alpha;
  double beta;
  double k;
};

// Whether D^beta is made of roots, and not by the C library, which takes several times as long.
inline bool IsByRoots(double beta) { return beta == 0.75 || beta == 0.5 || beta == 1.0; }

// Local response normalization (Krizhevsky, Sutskever & Hinton 2012, 3.3), each position of each
// sample by itself:
//   y = x / D^beta with D = k + alpha / size * (the sum of x^2 over the window)
// Sums are in float64 and never take away what they added. On as many threads as there are; y may
// be x. False where scratch memory ran out; some positions may be written then.
template <typename T>
bool LocalResponseForward(const T* x, T* y, const Shape& shape, Layout layout,
                          const ResponseOptions& options);

// Its gradient for the input, with g = dy / D^beta:
//   dx = g - 2 * alpha * beta / size * x * (the sum of g * x / D over the channels whose window has
//   x)
// dx may be dy or x.
template <typename T>
bool LocalResponseBackward(const T* dy, const T* x, T* dx, const Shape& shape, Layout layout,
                           const ResponseOptions& options);

}  // namespace batchnorm

#endif  // BATCHNORM_LOCAL_RESPONSE_NORM_H_
