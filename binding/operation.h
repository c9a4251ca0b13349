#ifndef BATCHNORM_BINDING_OPERATION_H_
#define BATCHNORM_BINDING_OPERATION_H_

#include <node_api.h>

#include <memory>
#include <new>

#include "binding/arguments.h"
#include "binding/call.h"
#include "binding/status.h"

namespace batchnorm {

// A function of lib/native.ts that also runs off the event loop.
struct Operation {
  const char* name;
  // Runs a call at once and returns its Status. In Node-API's C calls: through the C++ wrappers six
  // arrays cost twice as much.
  napi_callback run;
  // Reads the same arguments for a call to run later; null where memory ran out.
  std::unique_ptr<Call> (*read)(Arguments& arguments);
};

// Its SomeCall is a Call made of Arguments, which says whether they fit.
template <class SomeCall>
constexpr Operation OperationOf(const char* name) {
  return {name,
          [](napi_env env, napi_callback_info info) -> napi_value {
            Arguments arguments(env, info);
            const SomeCall call(arguments);
            Status status = arguments.status();
            if (status == Status::kOk) status = call.Run();
            napi_value value = nullptr;
            napi_create_int32(env, static_cast<int>(status), &value);
            return value;
          },
          [](Arguments& arguments) -> std::unique_ptr<Call> {
            return std::unique_ptr<Call>(new (std::nothrow) SomeCall(arguments));
          }};
}

}  // namespace batchnorm

#endif  // BATCHNORM_BINDING_OPERATION_H_
