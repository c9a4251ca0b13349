#ifndef BATCHNORM_BINDING_STATUS_VALUE_H_
#define BATCHNORM_BINDING_STATUS_VALUE_H_

#include <napi.h>

#include "binding/status.h"

namespace batchnorm {

inline Napi::Value ToValue(Napi::Env env, Status status) {
  return Napi::Number::New(env, static_cast<int>(status));
}

}  // namespace batchnorm

#endif  // BATCHNORM_BINDING_STATUS_VALUE_H_
