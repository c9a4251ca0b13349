// An addon that makes what V8 itself never does: an ArrayBuffer whose memory starts one byte past
// an aligned address.
#define NAPI_VERSION 9
#include <node_api.h>

namespace {

alignas(8) char memory[1024];

napi_value MisalignedBuffer(napi_env env, napi_callback_info) {
  napi_value buffer = nullptr;
  napi_create_external_arraybuffer(env, memory + 1, sizeof(memory) - 8, nullptr, nullptr, &buffer);
  return buffer;
}

}  // namespace

NAPI_MODULE_INIT() {
  napi_value function = nullptr;
  napi_create_function(env, "misalignedBuffer", NAPI_AUTO_LENGTH, MisalignedBuffer, nullptr,
                       &function);
  napi_set_named_property(env, exports, "misalignedBuffer", function);
  return exports;
}
