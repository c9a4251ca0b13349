#ifndef BATCHNORM_BINDING_REFERENCES_H_
#define BATCHNORM_BINDING_REFERENCES_H_

#include <node_api.h>

#include <cstddef>

#include "binding/arguments.h"

namespace batchnorm {

// Keeps values from the garbage collector.
class References {
 public:
  explicit References(napi_env env) : env_(env) {}
  References(const References&) = delete;
  References& operator=(const References&) = delete;
  ~References() {
    while (count_ != 0) napi_delete_reference(env_, references_[--count_]);
  }

  // False where memory ran out. At most Arguments::kMax + 1 of them.
  bool Add(napi_value value) {
    if (napi_create_reference(env_, value, 1, &references_[count_]) != napi_ok) return false;
    ++count_;
    return true;
  }
  bool AddArrays(const Arguments& arguments) {
    for (size_t i = 0; i < Arguments::kMax; ++i) {
      bool is_array = false;
      napi_is_typedarray(env_, arguments[i], &is_array);
      if (is_array && !Add(arguments[i])) return false;
    }
    return true;
  }

  // The one that was added as number i; null where it cannot be had.
  napi_value operator[](size_t i) const {
    napi_value value = nullptr;
    napi_get_reference_value(env_, references_[i], &value);
    return value;
  }

 private:
  napi_env env_;
  napi_ref references_[Arguments::kMax + 1];
  size_t count_ = 0;
};

}  // namespace batchnorm

#endif  // BATCHNORM_BINDING_REFERENCES_H_
