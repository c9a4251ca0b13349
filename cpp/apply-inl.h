// How elementwise kernels go through a whole tensor: over its runs, or over the rows of its
// columns.

#if defined(BATCHNORM_APPLY_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef BATCHNORM_APPLY_INL_H_
#undef BATCHNORM_APPLY_INL_H_
#else
#define BATCHNORM_APPLY_INL_H_
#endif

#include <type_traits>

#include "cpp/fold.h"
#include "cpp/shape.h"
#include "cpp/streaming.h"
#include "cpp/vectors-inl.h"
#include "hwy/cache_control.h"

HWY_BEFORE_NAMESPACE();
namespace batchnorm {
namespace HWY_NAMESPACE {

// Calls write(stream), with stream() true where an output of `elements` is to go past the cache.
template <typename T, class Write>
HWY_INLINE void WithStreaming(size_t elements, const Write write) {
  if (ShouldStream<T>(elements)) {
    write(std::true_type());
    hwy::FlushStream();
  } else {
    write(std::false_type());
  }
}

// Calls body(offset, g) for one run of each group, then the next of each: the order of memory.
template <class Body>
HWY_INLINE void ForEachRun(const Runs& runs, const Body body) {
  for (size_t r = 0; r < runs.runs; ++r) {
    for (size_t g = 0; g < runs.groups; ++g) body(r * runs.run_stride + g * runs.group_stride, g);
  }
}

// Calls body(offset, columns, coefficients) for each row of each strip of the matrix, with the
// channels' coefficients spread over the columns.
template <class ColumnCoefficients, class Coefficients, class Body>
HWY_INLINE void ForEachRow(const Rows& matrix, const Coefficients* channel, const Body body) {
  ColumnCoefficients columns;
  StripCursor strips(matrix);
  Strip strip;
  while (strips.Next(&strip)) {
    SpreadCoefficients(strip, channel, &columns);
    for (size_t r = 0; r < strip.rows; ++r) {
      body(strip.offset + r * strip.stride, strip.columns, columns);
    }
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace batchnorm
HWY_AFTER_NAMESPACE();

#endif  // BATCHNORM_APPLY_INL_H_
