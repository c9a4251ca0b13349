#ifndef BATCHNORM_BINDING_ENVIRONMENT_H_
#define BATCHNORM_BINDING_ENVIRONMENT_H_

#include <node_api.h>

namespace batchnorm {

// False while the environment ends. Work that has been queued is waited for even then; its end is
// the first that we hear of it.
inline bool CanCallJavaScript(napi_env env) {
  napi_value undefined;
  bool equal;
  return napi_get_undefined(env, &undefined) == napi_ok &&
         napi_strict_equals(env, undefined, undefined, &equal) == napi_ok;
}

}  // namespace batchnorm

#endif  // BATCHNORM_BINDING_ENVIRONMENT_H_
