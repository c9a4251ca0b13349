#ifndef BATCHNORM_NUMERICS_GRADIENTS_H_
#define BATCHNORM_NUMERICS_GRADIENTS_H_

#include <cstddef>

#include "cpp/layout/offset_or_null.h"
#include "cpp/numerics/coefficients.h"
#include "hwy/base.h"

namespace batchnorm {

// What backward knows of the forward pass, an element a channel. A null weight stands for 1.
template <typename P>
struct ForwardState {
  double Weight(size_t c) const { return weight == nullptr ? 1.0 : static_cast<double>(weight[c]); }
  double Scale(size_t c) const { return invstd[c] * Weight(c); }

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

// The same for a set of `count` elements that share statistics, from its sums of g = dy * weight
// and of g * (x - mean): what dx = (g - sum / count - (x - mean) * dot * invstd^2 / count) * invstd
// needs. Where it is not centered the mean is no function of x, and sum counts as 0.
template <typename T>
HWY_INLINE BackwardCoefficients<T> SetCoefficients(double mean, double invstd, bool centered,
                                                   double sum, double dot, size_t count) {
  const double n = static_cast<double>(count);
  return {mean, centered ? sum / n : 0.0, dot * invstd * invstd / n, invstd};
}

// The channels of a set: statistics `set`, and `channels` weights and runs of `length` elements
// from channel `channel` on.
struct ChannelSet {
  size_t set;
  size_t channel;
  size_t channels;
  size_t length;
  bool centered;
};

// The same from the sums of each channel, sums.bias those of dy and sums.weight those of dy * (x -
// mean): for a channel of weight 1.
template <typename T, typename P>
HWY_INLINE BackwardCoefficients<T> SetCoefficients(const ChannelSet& c,
                                                   const ForwardState<P>& state,
                                                   const ParameterGradients& sums) {
  double sum = 0.0;
  double dot = 0.0;
  for (size_t k = 0; k < c.channels; ++k) {
    sum += sums.bias[k] * state.Weight(c.channel + k);
    dot += sums.weight[k] * state.Weight(c.channel + k);
  }
  return SetCoefficients<T>(state.mean[c.set], state.invstd[c.set], c.centered, sum, dot,
                            c.channels * c.length);
}

}  // namespace batchnorm

#endif  // BATCHNORM_NUMERICS_GRADIENTS_H_
