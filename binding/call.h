#ifndef BATCHNORM_BINDING_CALL_H_
#define BATCHNORM_BINDING_CALL_H_

#include <cstddef>
#include <cstdint>

#include "binding/arguments.h"
#include "binding/status.h"
#include "cpp/numerics/statistics.h"

namespace batchnorm {

// A call of an operation whose arguments were read and fit. It runs on any thread, as long as the
// arrays stay where they are.
class Call {
 public:
  virtual ~Call() = default;
  virtual Status Run() const = 0;
  // Bytes of elements that Run() moves to or from memory, about.
  virtual size_t MovedBytes() const = 0;
};

inline Status Completed(bool completed) { return completed ? Status::kOk : Status::kOutOfMemory; }

// Bytes of `count` elements.
inline size_t BytesOf(ElementType type, size_t count) {
  switch (type) {
    case ElementType::kFloat64:
      return count * sizeof(double);
    case ElementType::kFloat32:
      return count * sizeof(float);
    case ElementType::kUint16:
      return count * sizeof(uint16_t);
    default:
      return count;
  }
}

// Calls run with a zero of the element type, which tells run which type that is.
template <class Run>
Status WithFloatType(ElementType type, const Run& run) {
  return type == ElementType::kFloat32 ? run(0.0f) : run(0.0);
}

// The same for an input, which may be bytes or two-byte values.
template <class Run>
Status WithInputType(ElementType type, const Run& run) {
  if (type == ElementType::kUint8) return run(uint8_t{0});
  return type == ElementType::kUint16 ? run(uint16_t{0}) : WithFloatType(type, run);
}

template <typename T>
Affine<T> AsAffine(const void* weight, const void* bias) {
  return {static_cast<const T*>(weight), static_cast<const T*>(bias)};
}

}  // namespace batchnorm

#endif  // BATCHNORM_BINDING_CALL_H_
