#include "binding/arguments.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "cpp/simd/bits.h"

namespace batchnorm {
namespace {

bool Multiply(size_t a, size_t b, size_t* product) {
  if (b != 0 && a > SIZE_MAX / b) return false;
  *product = a * b;
  return true;
}

}  // namespace

Arguments::Arguments(napi_env env, napi_callback_info info) : env_(env) {
  // Missing arguments become undefined, which every reader refuses.
  size_t count = kMax;
  if (napi_get_cb_info(env, info, &count, values_, nullptr, nullptr) != napi_ok) {
    Fail(Status::kWrongType);
  }
}

Arguments::Arguments(napi_env env, napi_value array) : env_(env) {
  bool is_array = false;
  uint32_t length = 0;
  if (napi_is_array(env, array, &is_array) != napi_ok || !is_array ||
      napi_get_array_length(env, array, &length) != napi_ok) {
    Fail(Status::kWrongType);
  }
  napi_get_undefined(env, &values_[0]);
  std::fill_n(values_ + 1, kMax - 1, values_[0]);
  // All of them before any is looked into: a getter may run, and change the others.
  for (uint32_t i = 0; i < std::min<size_t>(length, kMax); ++i) {
    if (napi_get_element(env, array, i, &values_[i]) != napi_ok) Fail(Status::kWrongType);
  }
}

void Arguments::Fail(Status status) {
  if (status_ == Status::kOk) status_ = status;
}

double Arguments::ReadDouble(size_t index) {
  double value = 0.0;
  if (status_ != Status::kOk) return value;
  if (napi_get_value_double(env_, values_[index], &value) != napi_ok) Fail(Status::kWrongType);
  return value;
}

bool Arguments::ReadBool(size_t index) {
  bool value = false;
  if (status_ != Status::kOk) return value;
  if (napi_get_value_bool(env_, values_[index], &value) != napi_ok) Fail(Status::kWrongType);
  return value;
}

Layout Arguments::ReadLayout(size_t index) {
  return ReadBool(index) ? Layout::kChannelsLast : Layout::kChannelsFirst;
}

size_t Arguments::ReadSize(size_t index) {
  constexpr double kMaxSafeInteger = 9007199254740991.0;
  const double value = ReadDouble(index);
  if (status_ != Status::kOk) return 0;
  // Written so that NaN fails.
  if (!(value >= 0.0 && value <= kMaxSafeInteger) || value != std::floor(value)) {
    Fail(Status::kWrongSize);
    return 0;
  }
  return static_cast<size_t>(value);
}

Shape Arguments::ReadShape(size_t index) {
  const size_t n = ReadSize(index);
  const size_t c = ReadSize(index + 1);
  const size_t s = ReadSize(index + 2);
  return CheckShape(n, c, s);
}

Shape Arguments::ReadShapeWithChannels(size_t index, const Shape& shape) {
  const size_t channels = ReadSize(index);
  if (channels < shape.c) Fail(Status::kWrongSize);
  return CheckShape(shape.n, channels, shape.s);
}

size_t Arguments::ReadOneOr(size_t index, size_t size) {
  const size_t value = ReadSize(index);
  if (value != 1 && value != size) Fail(Status::kWrongSize);
  return value;
}

size_t Arguments::ReadPositiveSize(size_t index) {
  const size_t size = ReadSize(index);
  if (size == 0) Fail(Status::kWrongSize);
  return size == 0 ? 1 : size;
}

Shape Arguments::CheckShape(size_t n, size_t c, size_t s) {
  size_t product;
  // The kernels multiply in each of these orders.
  if (!Multiply(n, c, &product) || !Multiply(product, s, &product) || !Multiply(n, s, &product) ||
      !Multiply(c, s, &product)) {
    Fail(Status::kWrongSize);
    return {0, 0, 0};
  }
  return {n, c, s};
}

size_t Arguments::ReadGroups(size_t index, const Shape& shape) {
  const size_t groups = ReadSize(index);
  size_t product;
  // Without channels their product with the samples is not bounded by that of the sizes.
  if (status_ == Status::kOk &&
      (groups == 0 || shape.c % groups != 0 || !Multiply(shape.n, groups, &product))) {
    Fail(Status::kWrongSize);
  }
  return status_ == Status::kOk ? groups : 1;
}

Arguments::Array Arguments::ReadArray(size_t index) {
  napi_typedarray_type type;
  Array array = {nullptr, 0, ElementType::kUnset, false};
  if (napi_get_typedarray_info(env_, values_[index], &type, &array.length, &array.data, nullptr,
                               nullptr) != napi_ok) {
    return array;
  }
  size_t size = 1;
  switch (type) {
    case napi_uint8_array:
    case napi_uint8_clamped_array:
      array.type = ElementType::kUint8;
      break;
    case napi_uint16_array:
      array.type = ElementType::kUint16;
      size = sizeof(uint16_t);
      break;
    case napi_float32_array:
      array.type = ElementType::kFloat32;
      size = sizeof(float);
      break;
    case napi_float64_array:
      array.type = ElementType::kFloat64;
      size = sizeof(double);
      break;
    default:
      break;
  }
  array.misaligned = reinterpret_cast<uintptr_t>(array.data) % size != 0;
  return array;
}

void* Arguments::DataOf(const Array& array, size_t length) {
  if (array.misaligned) Fail(Status::kMisaligned);
  if (array.length != length) Fail(Status::kWrongSize);
  return array.data;
}

void* Arguments::ReadElements(size_t index, size_t length) {
  if (status_ != Status::kOk) return nullptr;
  const Array array = ReadArray(index);
  if (array.type != ElementType::kFloat32 && array.type != ElementType::kFloat64) {
    Fail(Status::kWrongType);
    return nullptr;
  }
  if (element_type_ == ElementType::kUnset) element_type_ = array.type;
  if (array.type != element_type_) Fail(Status::kMixedElementTypes);
  return DataOf(array, length);
}

const void* Arguments::ReadInput(size_t index, size_t length) {
  if (status_ != Status::kOk) return nullptr;
  const Array array = ReadArray(index);
  if (array.type == ElementType::kUnset) {
    Fail(Status::kWrongType);
    return nullptr;
  }
  input_type_ = array.type;
  return DataOf(array, length);
}

void Arguments::CheckInputType() {
  if (!IsIntegral(input_type_) && input_type_ != element_type_) {
    Fail(Status::kMixedElementTypes);
  }
}

bool Arguments::IsNull(size_t index) {
  napi_valuetype type;
  return napi_typeof(env_, values_[index], &type) == napi_ok && type == napi_null;
}

void* Arguments::ReadElementsOrNull(size_t index, size_t length) {
  if (status_ != Status::kOk || IsNull(index)) return nullptr;
  return ReadElements(index, length);
}

Activation Arguments::ReadActivation(size_t index) {
  if (status_ != Status::kOk) return Activation::kNone;
  uint32_t value = 0;
  if (napi_get_value_uint32(env_, values_[index], &value) != napi_ok) Fail(Status::kWrongType);
  if (value > static_cast<uint32_t>(Activation::kLeakyRelu)) Fail(Status::kWrongSize);
  return static_cast<Activation>(value);
}

uint8_t* Arguments::ReadMask(size_t index, size_t elements) {
  if (status_ != Status::kOk) return nullptr;
  napi_typedarray_type type;
  void* data = nullptr;
  size_t length = 0;
  if (napi_get_typedarray_info(env_, values_[index], &type, &length, &data, nullptr, nullptr) !=
          napi_ok ||
      type != napi_uint8_array) {
    Fail(Status::kWrongType);
    return nullptr;
  }
  if (length < BytesOfBits(elements)) Fail(Status::kWrongSize);
  return static_cast<uint8_t*>(data);
}

uint8_t* Arguments::ReadMaskOrNull(size_t index, size_t elements) {
  if (status_ != Status::kOk || IsNull(index)) return nullptr;
  return ReadMask(index, elements);
}

double* Arguments::ReadStatistics(size_t index, size_t length) {
  if (status_ != Status::kOk) return nullptr;
  const Array array = ReadArray(index);
  if (array.type != ElementType::kFloat64) Fail(Status::kWrongType);
  return static_cast<double*>(DataOf(array, length));
}

}  // namespace batchnorm
