#ifndef BATCHNORM_LAYOUT_OFFSET_OR_NULL_H_
#define BATCHNORM_LAYOUT_OFFSET_OR_NULL_H_

#include <cstddef>

#include "hwy/base.h"

namespace batchnorm {

// p + offset, or null where p is.
template <typename T>
HWY_INLINE T* OffsetOrNull(T* p, size_t offset) {
  return p == nullptr ? nullptr : p + offset;
}

}  // namespace batchnorm

#endif  // BATCHNORM_LAYOUT_OFFSET_OR_NULL_H_
