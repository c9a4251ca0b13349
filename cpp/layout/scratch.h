#ifndef BATCHNORM_LAYOUT_SCRATCH_H_
#define BATCHNORM_LAYOUT_SCRATCH_H_

#include <cstddef>
#include <memory>
#include <new>

namespace batchnorm {

// An array for the time of a call; null where memory ran out.
template <typename Element>
std::unique_ptr<Element[]> AllocateScratch(size_t count) {
  return std::unique_ptr<Element[]>(new (std::nothrow) Element[count]);
}

}  // namespace batchnorm

#endif  // BATCHNORM_LAYOUT_SCRATCH_H_
