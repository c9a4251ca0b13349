#ifndef BATCHNORM_BINDING_THREADS_H_
#define BATCHNORM_BINDING_THREADS_H_

#include <napi.h>

namespace batchnorm {

// How many threads a call may use, in the whole process.
Napi::Value NumThreadsEntry(const Napi::CallbackInfo& info);
// Sets it to a number from 1 to 1024; returns a Status.
Napi::Value SetNumThreadsEntry(const Napi::CallbackInfo& info);
// The same, where no environment of the process has set it before.
Napi::Value SetDefaultNumThreadsEntry(const Napi::CallbackInfo& info);

}  // namespace batchnorm

#endif  // BATCHNORM_BINDING_THREADS_H_
