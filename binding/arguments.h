#ifndef BATCHNORM_BINDING_ARGUMENTS_H_
#define BATCHNORM_BINDING_ARGUMENTS_H_

#include <node_api.h>

#include <cstddef>
#include <cstdint>

#include "binding/status.h"
#include "cpp/layout/shape.h"
#include "cpp/numerics/fusion.h"

namespace batchnorm {

enum class ElementType { kUnset, kUint8, kUint16, kFloat32, kFloat64 };

inline bool IsIntegral(ElementType type) {
  return type == ElementType::kUint8 || type == ElementType::kUint16;
}

// The arguments of one call, read by their index. The first one that does not fit is remembered;
// from then on reading gives nulls and zeros, so that a call checks once, when it has read them
// all.
//
// Pointers hold as long as JavaScript cannot detach or shrink an array: until the function returns,
// or as long as nobody else can reach it.
class Arguments {
 public:
  static constexpr size_t kMax = 17;

  // Those that JavaScript called a function with.
  Arguments(napi_env env, napi_callback_info info);
  // Those in an array.
  Arguments(napi_env env, napi_value array);

  // Three sizes from `index` on, whose products fit.
  Shape ReadShape(size_t index);
  // That of an input which differs from `shape` in its channels, having as many or more.
  Shape ReadShapeWithChannels(size_t index, const Shape& shape);
  // A number: 1 or `size`.
  size_t ReadOneOr(size_t index, size_t size);
  // A size other than 0.
  size_t ReadPositiveSize(size_t index);
  // A number of groups into which the channels of `shape` divide.
  size_t ReadGroups(size_t index, const Shape& shape);
  // A boolean: whether the layout is channels last.
  Layout ReadLayout(size_t index);
  bool ReadBool(size_t index);
  double ReadDouble(size_t index);

  // A Float32Array or Float64Array of `length` elements; all of a call have one element type.
  void* ReadElements(size_t index, size_t length);
  // The same, or null.
  void* ReadElementsOrNull(size_t index, size_t length);
  // The one array of a call that may also be a Uint8Array, Uint8ClampedArray or Uint16Array, of
  // `length` elements; the others need not have its type.
  const void* ReadInput(size_t index, size_t length);
  // After all are read: an input of floats must have the type of the other elements.
  void CheckInputType();
  // A Float64Array of `length` elements.
  double* ReadStatistics(size_t index, size_t length);
  // A number: one of Activation.
  Activation ReadActivation(size_t index);
  // A Uint8Array of the bytes that a mask of `elements` needs at least.
  uint8_t* ReadMask(size_t index, size_t elements);
  // The same, or null.
  uint8_t* ReadMaskOrNull(size_t index, size_t elements);

  ElementType element_type() const { return element_type_; }
  ElementType input_type() const { return input_type_; }
  Status status() const { return status_; }
  napi_value operator[](size_t index) const { return values_[index]; }

 private:
  struct Array {
    void* data;
    size_t length;
    ElementType type;
    // V8 aligns elements to the start of their buffer, and another addon's may start anywhere.
    bool misaligned;
  };

  bool IsNull(size_t index);
  Array ReadArray(size_t index);
  size_t ReadSize(size_t index);
  Shape CheckShape(size_t n, size_t c, size_t s);
  void* DataOf(const Array& array, size_t length);
  void Fail(Status status);

  napi_env env_;
  napi_value values_[kMax];
  ElementType element_type_ = ElementType::kUnset;
  ElementType input_type_ = ElementType::kUnset;
  Status status_ = Status::kOk;
};

}  // namespace batchnorm

#endif  // BATCHNORM_BINDING_ARGUMENTS_H_
