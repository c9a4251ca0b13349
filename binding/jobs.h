#ifndef BATCHNORM_BINDING_JOBS_H_
#define BATCHNORM_BINDING_JOBS_H_

#include <node_api.h>

namespace batchnorm {

// Gives an environment its list of started calls.
void SetUpJobs(napi_env env);

// start and abort of lib/native.ts.
napi_value StartEntry(napi_env env, napi_callback_info info);
napi_value AbortEntry(napi_env env, napi_callback_info info);

}  // namespace batchnorm

#endif  // BATCHNORM_BINDING_JOBS_H_
