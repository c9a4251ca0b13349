#ifndef BATCHNORM_BINDING_IMAGES_H_
#define BATCHNORM_BINDING_IMAGES_H_

#include <node_api.h>

namespace batchnorm {

// lib/native.ts has its arguments; it returns a Status.
napi_value NormalizeImagesEntry(napi_env env, napi_callback_info info);

}  // namespace batchnorm

#endif  // BATCHNORM_BINDING_IMAGES_H_
