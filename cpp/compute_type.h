#ifndef BATCHNORM_COMPUTE_TYPE_H_
#define BATCHNORM_COMPUTE_TYPE_H_

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

#endif  // BATCHNORM_COMPUTE_TYPE_H_
