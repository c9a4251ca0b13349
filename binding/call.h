#ifndef BATCHNORM_BINDING_CALL_H_
#define BATCHNORM_BINDING_CALL_H_

#include <node_api.h>

#include <cstdint>

#include "binding/arguments.h"
#include "binding/status.h"
#include "cpp/statistics.h"

namespace batchnorm {

inline napi_value Return(napi_env env, Status status) {
  napi_value value = nullptr;
  napi_create_int32(env, static_cast<int>(status), &value);
  return value;
}

inline Status Completed(bool completed) { return completed ? Status::kOk : Status::kOutOfMemory; }

// Calls run with a zero of the call's element type, which tells run which type that is.
template <class Run>
Status WithElementType(const Arguments& arguments, const Run& run) {
  if (arguments.status() != Status::kOk) return arguments.status();
  return arguments.element_type() == ElementType::kFloat32 ? run(0.0f) : run(0.0);
}

// The same with the type of the call's input, which may be bytes.
template <class Run>
Status WithInputType(const Arguments& arguments, const Run& run) {
  if (arguments.status() != Status::kOk) return arguments.status();
  if (arguments.input_type() == ElementType::kUint8) return run(uint8_t{0});
  return arguments.input_type() == ElementType::kFloat32 ? run(0.0f) : run(0.0);
}

template <typename T>
Affine<T> AsAffine(const void* weight, const void* bias) {
  return {static_cast<const T*>(weight), static_cast<const T*>(bias)};
}

}  // namespace batchnorm

#endif  // BATCHNORM_BINDING_CALL_H_
