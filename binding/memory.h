#ifndef BATCHNORM_BINDING_MEMORY_H_
#define BATCHNORM_BINDING_MEMORY_H_

#include <napi.h>

namespace batchnorm {

// Lets the C library keep memory that V8 frees, so that the next array finds its pages in place.
Napi::Value KeepFreedMemoryEntry(const Napi::CallbackInfo& info);
// Asks for huge pages under an ArrayBuffer that nothing has touched yet. Both return a Status.
Napi::Value AdviseHugePagesEntry(const Napi::CallbackInfo& info);
// Bytes from the first of one typed array to the first of another.
Napi::Value ByteDistanceEntry(const Napi::CallbackInfo& info);

}  // namespace batchnorm

#endif  // BATCHNORM_BINDING_MEMORY_H_
