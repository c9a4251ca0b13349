#ifndef BATCHNORM_FUSION_H_
#define BATCHNORM_FUSION_H_

#include <cstddef>
#include <cstdint>

namespace batchnorm {

enum class Activation { kNone, kRelu, kLeakyRelu };

// Where a forward pass puts what it makes of z, the normalized input: y = activation(z + residual),
// without what is null. Bit i of `mask` says whether the gradient of element i passes the
// activation unchanged; `first` is the bit of y[0].
template <typename T>
struct Output {
  // NOLINTNEXTLINE(google-explicit-constructor): most outputs are just that.
  Output(T* y) : y(y) {}

  bool IsPlain() const { return residual == nullptr && activation == Activation::kNone; }

  Output operator+(size_t offset) const {
    Output at = *this;
    at.y += offset;
    if (residual != nullptr) at.residual += offset;
    at.first += offset;
    return at;
  }

  T* y;
  const T* residual = nullptr;
  Activation activation = Activation::kNone;
  T negative_slope = 0;
  uint8_t* mask = nullptr;
  size_t first = 0;
};

// The gradient of an output before its activation, g = dy where the mask says so and
// dy * negative_slope (relu: 0) elsewhere, which is that of the residual too and is put there
// unless null.
template <typename T>
struct OutputGradient {
  // NOLINTNEXTLINE(google-explicit-constructor): most outputs are plain.
  OutputGradient(const T* dy) : dy(dy) {}

  bool IsPlain() const { return residual == nullptr && activation == Activation::kNone; }

  OutputGradient operator+(size_t offset) const {
    OutputGradient at = *this;
    at.dy += offset;
    if (residual != nullptr) at.residual += offset;
    at.first += offset;
    return at;
  }

  const T* dy;
  T* residual = nullptr;
  Activation activation = Activation::kNone;
  T negative_slope = 0;
  const uint8_t* mask = nullptr;
  size_t first = 0;
};

}  // namespace batchnorm

#endif  // BATCHNORM_FUSION_H_
