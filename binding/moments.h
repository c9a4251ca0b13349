#ifndef BATCHNORM_BINDING_MOMENTS_H_
#define BATCHNORM_BINDING_MOMENTS_H_

#include <node_api.h>

namespace batchnorm {

// What is to be known of each channel. lib/native.ts has the arguments; each returns a Status.
napi_value MomentsEntry(napi_env env, napi_callback_info info);
napi_value ExtremaEntry(napi_env env, napi_callback_info info);

}  // namespace batchnorm

#endif  // BATCHNORM_BINDING_MOMENTS_H_
