// Fetching ahead of reading: the hardware's own prefetching stops at each page.

#if defined(BATCHNORM_SIMD_PREFETCH_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef BATCHNORM_SIMD_PREFETCH_INL_H_
#undef BATCHNORM_SIMD_PREFETCH_INL_H_
#else
#define BATCHNORM_SIMD_PREFETCH_INL_H_
#endif

#include <stddef.h>
#include <stdint.h>

#include "cpp/layout/shape.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace batchnorm {
namespace HWY_NAMESPACE {

// Elements between what is read now and what is fetched: what a core reads in the time that memory
// takes to answer, and some more.
template <typename T>
constexpr size_t kAhead = 6 * 1024 / sizeof(T);

// Fetches p[offset] into L2, which need not exist. Not into L1, whose few buffers for lines on
// their way are what stores past the cache wait for.
template <typename T>
HWY_INLINE void PrefetchToL2(const T* p, size_t offset) {
  const uintptr_t address = reinterpret_cast<uintptr_t>(p) + offset * sizeof(T);
#if HWY_COMPILER_MSVC && HWY_ARCH_X86
  _mm_prefetch(reinterpret_cast<const char*>(address), _MM_HINT_T1);
#else
  __builtin_prefetch(reinterpret_cast<const void*>(address), 0, 2);
#endif
}

// What is read after p with `left` elements to come up to the end of a run, and the next run `jump`
// elements behind that end.
template <typename T>
HWY_INLINE void PrefetchAhead(const T* p, size_t left, size_t jump) {
  PrefetchToL2(p, left > kAhead<T> ? kAhead<T> : kAhead<T> + jump);
}

// From an element of a row to the one to fetch: that of a later row where rows are no neighbours.
template <typename T>
HWY_INLINE size_t RowsAhead(const Rows& rows) {
  if (rows.stride == rows.columns) return kAhead<T>;
  return (kAhead<T> + rows.columns - 1) / rows.columns * rows.stride;
}

}  // namespace HWY_NAMESPACE
}  // namespace batchnorm
HWY_AFTER_NAMESPACE();

#endif  // BATCHNORM_SIMD_PREFETCH_INL_H_
