#ifndef BATCHNORM_GRADIENTS_H_
#define BATCHNORM_GRADIENTS_H_

#include <cstddef>

#include "cpp/coefficients.h"

namespace batchnorm {

// What backward knows of the forward pass, an element a channel. A null weight stands for 1.
template <typename P>
struct ForwardState {
  double Scale(size_t c) const {
    return weight == nullptr ? invstd[c] : invstd[c] * static_cast<double>(weight[c]);
  }

  const P* weight;
  const double* mean;
  const double* invstd;
};

// Where the gradients of the parameters go, an element a channel.
struct ParameterGradients {
  double* weight;
  double* bias;
};

// Where batch statistics were used, dx = (dy - mean(dy) - (x - mean) * dot * invstd^2 / n) *
// invstd * weight, from sum = sum(dy) and dot = sum(dy * (x - mean)) over the n values of channel
// c.
template <typename T, typename P>
BackwardCoefficients<T> TrainingCoefficients(const ForwardState<P>& state, size_t c, double sum,
                                             double dot, size_t n) {
  const double count = static_cast<double>(n);
  const double invstd = state.invstd[c];
  return {state.mean[c], sum / count, dot * invstd * invstd / count, state.Scale(c)};
}

}  // namespace batchnorm

#endif  // BATCHNORM_GRADIENTS_H_
