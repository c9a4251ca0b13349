#ifndef BATCHNORM_BINDING_TARGETS_H_
#define BATCHNORM_BINDING_TARGETS_H_

#include <napi.h>

namespace batchnorm {

// Names of the SIMD targets that this CPU has, best first.
Napi::Value SimdTargetsEntry(const Napi::CallbackInfo& info);
// Name of the one in use.
Napi::Value SimdTargetEntry(const Napi::CallbackInfo& info);
// Uses the named target for the whole process, or for null the best one; returns a Status.
Napi::Value SetSimdTargetEntry(const Napi::CallbackInfo& info);

}  // namespace batchnorm

#endif  // BATCHNORM_BINDING_TARGETS_H_
