#ifndef BATCHNORM_NUMERICS_FUSION_H_
#define BATCHNORM_NUMERICS_FUSION_H_

#include <cstddef>
#include <cstdint>

#include "cpp/layout/offset_or_null.h"

namespace batchnorm {

enum class Activation { kNone, kRelu, kLeakyRelu };

// What goes with the elements of an output or of its gradient. Bit i of `mask` says whether the
// gradient of element i passes the activation unchanged; `first` is the bit of the first element.
template <typename T, typename Residual, typename Mask>
struct Fusion {
  bool IsPlain() const { return residual == nullptr && activation == Activation::kNone; }

  void Advance(size_t offset) {
    residual = OffsetOrNull(residual, offset);
    first += offset;
  }

  Residual* residual = nullptr;
  Activation activation = Activation::kNone;
  T negative_slope = 0;
  Mask* mask = nullptr;
  size_t first = 0;
};

// Where a forward pass puts what it makes of z, the normalized input: y = activation(z + residual),
// without what is null.
template <typename T>
struct Output : Fusion<T, const T, uint8_t> {
  // NOLINTNEXTLINE(google-explicit-constructor): most outputs are just that.
  Output(T* y) : y(y) {}

  Output operator+(size_t offset) const {
    Output at = *this;
    at.y += offset;
    at.Advance(offset);
    return at;
  }

  T* y;
};

// The gradient of an output before its activation, g = dy where the mask says so and
// dy * negative_slope (relu: 0) elsewhere, which is that of the residual too and is put there
// unless null.
template <typename T>
struct OutputGradient : Fusion<T, T, const uint8_t> {
  // NOLINTNEXTLINE(google-explicit-constructor): most outputs are plain.
  OutputGradient(const T* dy) : dy(dy) {}

  OutputGradient operator+(size_t offset) const {
    OutputGradient at = *this;
    at.dy += offset;
    at.Advance(offset);
    return at;
  }

  const T* dy;
};

}  // namespace batchnorm

#endif  // BATCHNORM_NUMERICS_FUSION_H_
