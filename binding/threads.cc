#include "binding/threads.h"

#include <cmath>

#include "binding/status_value.h"
#include "cpp/threads/thread_pool.h"

namespace batchnorm {
namespace {

Napi::Value Set(const Napi::CallbackInfo& info, void (*set)(size_t)) {
  constexpr double kMost = 1024;
  Status status = Status::kOk;
  if (!info[0].IsNumber()) {
    status = Status::kWrongType;
  } else {
    const double threads = info[0].As<Napi::Number>().DoubleValue();
    if (threads >= 1 && threads <= kMost && threads == std::floor(threads)) {
      set(static_cast<size_t>(threads));
    } else {
      status = Status::kWrongSize;
    }
  }
  return ToValue(info.Env(), status);
}

}  // namespace

Napi::Value NumThreadsEntry(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), static_cast<double>(NumThreads()));
}

Napi::Value SetNumThreadsEntry(const Napi::CallbackInfo& info) { return Set(info, SetNumThreads); }

Napi::Value SetDefaultNumThreadsEntry(const Napi::CallbackInfo& info) {
  return Set(info, SetDefaultNumThreads);
}

}  // namespace batchnorm
