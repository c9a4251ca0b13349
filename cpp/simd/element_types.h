// The one list of the types that a tensor's elements may have.
#ifndef BATCHNORM_SIMD_ELEMENT_TYPES_H_
#define BATCHNORM_SIMD_ELEMENT_TYPES_H_

#include <cstdint>

namespace batchnorm {

// The type in which elements of type T are normalized: their own, where it has the digits. A 16-bit
// type names a wider one here, and how its vectors are loaded and stored in vectors-inl.h.
template <typename T>
struct ComputeTypeOf {
  using Type = T;
};

template <typename T>
using Compute = typename ComputeTypeOf<T>::Type;

}  // namespace batchnorm

// Instantiates what is declared as a template and defined in one file: for the types that layers
// take, for those with the type of the parameters beside them, and for all that have moments.
#define BATCHNORM_INSTANTIATE(...) template decltype(__VA_ARGS__) __VA_ARGS__
#define BATCHNORM_INSTANTIATE_FLOATS(Function) \
  BATCHNORM_INSTANTIATE(Function<float>);      \
  BATCHNORM_INSTANTIATE(Function<double>)
#define BATCHNORM_INSTANTIATE_WITH_PARAMETERS(Function) \
  BATCHNORM_INSTANTIATE(Function<float, float>);        \
  BATCHNORM_INSTANTIATE(Function<double, double>)
#define BATCHNORM_INSTANTIATE_NUMBERS(Function) \
  BATCHNORM_INSTANTIATE_FLOATS(Function);       \
  BATCHNORM_INSTANTIATE(Function<uint8_t>);     \
  BATCHNORM_INSTANTIATE(Function<uint16_t>)
// From pixels, or floats that were pixels, to each type.
#define BATCHNORM_INSTANTIATE_PIXELS(Function)       \
  BATCHNORM_INSTANTIATE(Function<uint8_t, float>);   \
  BATCHNORM_INSTANTIATE(Function<uint16_t, float>);  \
  BATCHNORM_INSTANTIATE(Function<float, float>);     \
  BATCHNORM_INSTANTIATE(Function<uint8_t, double>);  \
  BATCHNORM_INSTANTIATE(Function<uint16_t, double>); \
  BATCHNORM_INSTANTIATE(Function<double, double>)

#endif  // BATCHNORM_SIMD_ELEMENT_TYPES_H_
