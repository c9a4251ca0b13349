#include <napi.h>

#include "binding/jobs.h"
#include "binding/memory.h"
#include "binding/operations.h"
#include "binding/targets.h"
#include "binding/threads.h"

namespace batchnorm {
namespace {

void ExportHot(Napi::Object exports, const char* name, napi_callback entry) {
  napi_value function;
  if (napi_create_function(exports.Env(), name, NAPI_AUTO_LENGTH, entry, nullptr, &function) ==
      napi_ok) {
    exports.Set(name, Napi::Value(exports.Env(), function));
  }
}

void Export(Napi::Object exports, const char* name,
            Napi::Value (*entry)(const Napi::CallbackInfo&)) {
  exports.Set(name, Napi::Function::New(exports.Env(), entry, name));
}

// Runs once an environment: nothing here is shared between workers.
Napi::Object Init(Napi::Env env, Napi::Object exports) {
  SetUpJobs(env);
  for (const Operation* operation : kOperations) {
    ExportHot(exports, operation->name, operation->run);
  }
  ExportHot(exports, "start", StartEntry);
  ExportHot(exports, "abort", AbortEntry);
  Export(exports, "keepFreedMemory", KeepFreedMemoryEntry);
  Export(exports, "adviseHugePages", AdviseHugePagesEntry);
  Export(exports, "byteDistance", ByteDistanceEntry);
  Export(exports, "simdTargets", SimdTargetsEntry);
  Export(exports, "simdTarget", SimdTargetEntry);
  Export(exports, "setSimdTarget", SetSimdTargetEntry);
  Export(exports, "numThreads", NumThreadsEntry);
  Export(exports, "setNumThreads", SetNumThreadsEntry);
  Export(exports, "setDefaultNumThreads", SetDefaultNumThreadsEntry);
  return exports;
}

NODE_API_MODULE(NODE_GYP_MODULE_NAME, Init)

}  // namespace
}  // namespace batchnorm
