#ifndef BATCHNORM_BATCH_NORM_H_
#define BATCHNORM_BATCH_NORM_H_

#include "cpp/layout/shape.h"
#include "cpp/numerics/fusion.h"
#include "cpp/numerics/gradients.h"
#include "cpp/numerics/statistics.h"

namespace batchnorm {

// The statistics that evaluation uses, an element a channel.
template <typename P>
struct RunningStatistics {
  const P* mean;
  const P* var;
};

// The operations that the binding offers, for T the element type and P the parameters'. Each is
// false where scratch memory ran out, with nothing written. Empty inputs write no elements. A mask
// has BytesOfBits of the elements.

// y from z = (x - mean) / sqrt(var + eps) * weight + bias. y may be x or the residual.
template <typename T, typename P>
bool BatchNormEval(const T* x, const Output<T>& y, const Shape& shape, Layout layout,
                   const Affine<P>& affine, const RunningStatistics<P>& running, double eps);

// The same with the statistics of the batch, which it writes too.
template <typename T, typename P>
bool BatchNormTrain(const T* x, const Output<T>& y, const Shape& shape, Layout layout,
                    const Affine<P>& affine, double eps, const BatchStatistics& statistics);

// dx and the parameters' gradients where the forward pass used batch statistics (`training`) or
// running ones, for which a null x leaves the parameters' gradients out. dx may be dy or x; the
// residual's gradient may be dy.
template <typename T, typename P>
bool BatchNormBackward(const OutputGradient<T>& dy, const T* x, T* dx, const Shape& shape,
                       Layout layout, const ForwardState<P>& state, bool training,
                       const ParameterGradients& gradients);

// mean and m2, the sum of squared deviations from it, a channel.
template <typename T>
bool BatchNormMoments(const T* x, const Shape& shape, Layout layout, double* mean, double* m2);

}  // namespace batchnorm

#endif  // BATCHNORM_BATCH_NORM_H_
