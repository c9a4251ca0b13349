#include "binding/targets.h"

#include "binding/status_value.h"
#include "cpp/simd/targets.h"

namespace batchnorm {

Napi::Value SimdTargetsEntry(const Napi::CallbackInfo& info) {
  const std::vector<std::string> names = AvailableTargets();
  Napi::Array array = Napi::Array::New(info.Env(), names.size());
  for (uint32_t i = 0; i < names.size(); ++i) {
    array.Set(i, Napi::String::New(info.Env(), names[i]));
  }
  return array;
}

Napi::Value SimdTargetEntry(const Napi::CallbackInfo& info) {
  return Napi::String::New(info.Env(), CurrentTarget());
}

Napi::Value SetSimdTargetEntry(const Napi::CallbackInfo& info) {
  if (info[0].IsNull()) {
    SelectBestTarget();
    return ToValue(info.Env(), Status::kOk);
  }
  if (!info[0].IsString()) return ToValue(info.Env(), Status::kWrongType);
  const bool known = SelectTarget(info[0].As<Napi::String>().Utf8Value());
  return ToValue(info.Env(), known ? Status::kOk : Status::kUnknownTarget);
}

}  // namespace batchnorm
