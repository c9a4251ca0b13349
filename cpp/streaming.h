#ifndef BATCHNORM_STREAMING_H_
#define BATCHNORM_STREAMING_H_

#include <cstddef>

namespace batchnorm {

// An output larger than this leaves the cache before anybody reads it: written past the cache, it
// costs no read for ownership and evicts nothing.
constexpr size_t kStreamBytes = size_t{4} * 1024 * 1024;

template <typename T>
constexpr bool ShouldStream(size_t elements) {
  return elements > kStreamBytes / sizeof(T);
}

}  // namespace batchnorm

#endif  // BATCHNORM_STREAMING_H_
