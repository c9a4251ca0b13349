#ifndef BATCHNORM_BINDING_GROUP_NORM_H_
#define BATCHNORM_BINDING_GROUP_NORM_H_

#include <node_api.h>

namespace batchnorm {

// Hot entries, as those of batch_norm.h: each returns a Status.
napi_value GroupNormForwardEntry(napi_env env, napi_callback_info info);
napi_value GroupNormBackwardEntry(napi_env env, napi_callback_info info);

}  // namespace batchnorm

#endif  // BATCHNORM_BINDING_GROUP_NORM_H_
