#ifndef BATCHNORM_SIMD_STREAMING_H_
#define BATCHNORM_SIMD_STREAMING_H_

#include <cstddef>

namespace batchnorm {

// Where an output goes: into the cache, or past it.
enum class Stores { kCached, kStreaming };

// An output larger than this leaves the cache before anybody reads it: written past the cache, it
// costs no read for ownership and evicts nothing.
constexpr size_t kStreamBytes = size_t{2} * 1024 * 1024;

template <typename T>
constexpr Stores StoresFor(size_t elements) {
  return elements > kStreamBytes / sizeof(T) ? Stores::kStreaming : Stores::kCached;
}

}  // namespace batchnorm

#endif  // BATCHNORM_SIMD_STREAMING_H_
