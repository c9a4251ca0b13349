#ifndef BATCHNORM_GRADIENTS_H_
#define BATCHNORM_GRADIENTS_H_

#include <cstddef>

#include "cpp/coefficients.h"
#include "cpp/offset_or_null.h"
#include "hwy/base.h"

namespace batchnorm {

// What backward knows of the forward pass, an element a channel. A null weight stands for 1.
template <typename P>
struct ForwardState {
  double Scale(size_t c) const {
    return weight == nullptr ? invstd[c] : invstd[c] * static_cast<double>(weight[c]);
  }

  // From channel c on.
  ForwardState From(size_t c) const { return {OffsetOrNull(weight, c), mean + c, invstd + c}; }

  const P* weight;
  const double* mean;
  const double* invstd;
};

// Where the gradients of the parameters go, an element a channel.
struct ParameterGradients {
  // From channel c on.
  ParameterGradients From(size_t c) const { return {weight + c, bias + c}; }

  double* weight;
  double* bias;
};

// Inlined as coefficients.h is. Finishes channel c where batch statistics were used:
// gradients.bias[c] is sum(dy), and gradients.weight[c], still dot = sum(dy * (x - mean)), becomes
// dot * invstd. Returns what dx = (dy - mean(dy) - (x - mean) * dot * invstd^2 / count) * invstd *
// weight needs.
template <typename T, typename P>
HWY_INLINE BackwardCoefficients<T> FinishChannel(const ParameterGradients& gradients,
                                                 const ForwardState<P>& state, size_t c,
                                                 size_t count) {
  const double n = static_cast<double>(count);
  const double invstd = state.invstd[c];
  const double dot = gradients.weight[c];
  gradients.weight[c] = dot * invstd;
  return {state.mean[c], gradients.bias[c] / n, dot * invstd * invstd / n, state.Scale(c)};
}

}  // namespace batchnorm

#endif  // BATCHNORM_GRADIENTS_H_
