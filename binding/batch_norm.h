#ifndef BATCHNORM_BINDING_BATCH_NORM_H_
#define BATCHNORM_BINDING_BATCH_NORM_H_

#include <node_api.h>

namespace batchnorm {

// The hot entries, in Node-API's C calls: through the C++ wrappers six arrays cost twice as much.
// lib/native.ts has their arguments. Each returns a Status.
napi_value BatchNormEvalEntry(napi_env env, napi_callback_info info);
napi_value BatchNormTrainEntry(napi_env env, napi_callback_info info);
napi_value BatchNormBackwardEntry(napi_env env, napi_callback_info info);

}  // namespace batchnorm

#endif  // BATCHNORM_BINDING_BATCH_NORM_H_
