#ifndef BATCHNORM_TESTING_FUSED_CALLS_H_
#define BATCHNORM_TESTING_FUSED_CALLS_H_

#include <cstddef>
#include <cstdint>
#include <ostream>
#include <vector>

#include "cpp/numerics/fusion.h"
#include "cpp/simd/bits.h"
#include "cpp/testing/padded_array.h"

// What a call fuses with the normalization, as tests ask for it, and the same by definition.
namespace batchnorm {

struct Fused {
  Activation activation;
  double negative_slope;
  bool has_residual;
};

inline std::ostream& operator<<(std::ostream& out, const Fused& fused) {
  const char* const names[] = {"no activation", "relu", "leaky relu"};
  return out << names[static_cast<int>(fused.activation)] << " of slope " << fused.negative_slope
             << (fused.has_residual ? ", with a residual" : "");
}

constexpr Fused kEveryFused[] = {
    {Activation::kNone, 0, true},         {Activation::kRelu, 0, false},
    {Activation::kRelu, 0, true},         {Activation::kLeakyRelu, 0.01, false},
    {Activation::kLeakyRelu, -1.5, true},
};

// A mask that is not clear before it is written.
inline std::vector<uint8_t> NewMask(size_t elements) {
  return std::vector<uint8_t>(BytesOfBits(elements), 0xA5);
}

template <class Target, typename T>
Target FusedAs(Target target, const Fused& fused, T* residual, decltype(Target::mask) mask) {
  target.activation = fused.activation;
  target.negative_slope = static_cast<decltype(target.negative_slope)>(fused.negative_slope);
  if (fused.has_residual) target.residual = residual;
  target.mask = mask;
  return target;
}

template <typename T>
Output<T> FusedOutputOf(T* y, const Fused& fused, const T* residual, uint8_t* mask) {
  return FusedAs(Output<T>(y), fused, residual, mask);
}

template <typename T>
OutputGradient<T> FusedGradientOf(const T* dy, const Fused& fused, T* residual,
                                  const uint8_t* mask) {
  return FusedAs(OutputGradient<T>(dy), fused, residual, mask);
}

// Whether the gradient passes where z went in: NaN is not negative to relu, nor positive to leaky
// relu.
template <typename T>
bool Passes(const Fused& fused, T z) {
  return fused.activation == Activation::kLeakyRelu ? z > 0 : !(z <= 0);
}

template <typename T>
T Activated(const Fused& fused, T z) {
  if (fused.activation == Activation::kNone || Passes(fused, z)) return z;
  return fused.activation == Activation::kRelu ? T{0} : z * static_cast<T>(fused.negative_slope);
}

template <typename T>
T GradientBefore(const Fused& fused, T dy, bool passes) {
  if (fused.activation == Activation::kNone || passes) return dy;
  return fused.activation == Activation::kRelu ? T{0} : dy * static_cast<T>(fused.negative_slope);
}

}  // namespace batchnorm

#endif  // BATCHNORM_TESTING_FUSED_CALLS_H_
