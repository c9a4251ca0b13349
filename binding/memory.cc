#include "binding/memory.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

#if defined(__linux__)
#include <sys/mman.h>
#include <unistd.h>
#endif

#include "binding/status_value.h"

namespace batchnorm {
namespace {

// glibc gives freed blocks back to the system at once, until it has seen a larger one freed: from
// then on it keeps blocks of that size, and up to twice as much in all. 32 MB is the most that it
// learns so, its own header included. Nothing touches the block, so that it costs no memory; and
// thresholds that the user has set stay as they are.
void FreeLargeBlock() {
#if defined(__GLIBC__)
  constexpr size_t kBytes = size_t{32} * 1024 * 1024 - 64 * 1024;
  // Volatile, since a compiler may leave out a malloc that is only freed.
  void* volatile block = std::malloc(kBytes);
  std::free(block);
#endif
}

// The whole pages of an array, so that its neighbours in memory are left alone.
void AdviseHugePages(void* data, size_t bytes) {
#if defined(__linux__) && defined(MADV_HUGEPAGE)
  const uintptr_t page = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
  const uintptr_t address = reinterpret_cast<uintptr_t>(data);
  const uintptr_t begin = (address + page - 1) / page * page;
  const uintptr_t end = (address + bytes) / page * page;
  // Where the system refuses, small pages do.
  if (begin < end) (void)madvise(reinterpret_cast<void*>(begin), end - begin, MADV_HUGEPAGE);
#else
  (void)data;
  (void)bytes;
#endif
}

// 0 where the value is no typed array.
uintptr_t AddressOf(const Napi::Value& value) {
  void* data = nullptr;
  napi_get_typedarray_info(value.Env(), value, nullptr, nullptr, &data, nullptr, nullptr);
  return reinterpret_cast<uintptr_t>(data);
}

}  // namespace

Napi::Value KeepFreedMemoryEntry(const Napi::CallbackInfo& info) {
  FreeLargeBlock();
  return ToValue(info.Env(), Status::kOk);
}

Napi::Value AdviseHugePagesEntry(const Napi::CallbackInfo& info) {
  if (!info[0].IsArrayBuffer()) return ToValue(info.Env(), Status::kWrongType);
  Napi::ArrayBuffer buffer = info[0].As<Napi::ArrayBuffer>();
  AdviseHugePages(buffer.Data(), buffer.ByteLength());
  return ToValue(info.Env(), Status::kOk);
}

Napi::Value ByteDistanceEntry(const Napi::CallbackInfo& info) {
  const double a = static_cast<double>(AddressOf(info[0]));
  const double b = static_cast<double>(AddressOf(info[1]));
  return Napi::Number::New(info.Env(), b - a);
}

}  // namespace batchnorm
