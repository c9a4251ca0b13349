// How elementwise kernels go through a whole tensor: over its runs, or over the rows of its
// columns.

#if defined(BATCHNORM_APPLY_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef BATCHNORM_APPLY_INL_H_
#undef BATCHNORM_APPLY_INL_H_
#else
#define BATCHNORM_APPLY_INL_H_
#endif

#include <type_traits>

#include "cpp/shape.h"
#include "cpp/streaming.h"
#include "cpp/strips-inl.h"
#include "cpp/vectors-inl.h"
#include "hwy/cache_control.h"

HWY_BEFORE_NAMESPACE();
namespace batchnorm {
namespace HWY_NAMESPACE {

// Calls write(stream), with stream() true where stores are to go past the cache.
template <class Write>
HWY_INLINE void WithStores(Stores stores, const Write write) {
  if (stores == Stores::kStreaming) {
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

// Calls body(offset, columns, coefficients) for each row of each strip that the cursor yields, with
// the channels' coefficients spread over the columns.
template <class ColumnCoefficients, class Cursor, class Coefficients, class Body>
HWY_INLINE void ForEachRow(Cursor strips, const Coefficients* channel, const Body body) {
  ColumnCoefficients columns;
  Strip strip;
  while (strips.Next(&strip)) {
    const Coefficients* first = channel + strip.first_channel;
    ForEachColumn(strip, [=, &columns](size_t j, size_t c) HWY_ATTR { columns.Set(j, first[c]); });
    for (size_t r = 0; r < strip.rows.rows; ++r) {
      body(strip.offset + r * strip.rows.stride, strip.rows.columns, columns);
    }
  }
}

// Goes through runs by `run`, as ForEachRun does, or through short ones by `row`, as ForEachRow
// does.
template <class ColumnCoefficients, class Coefficients, class Row, class Run>
HWY_INLINE void ForEachRunOrRow(const Runs& runs, const Coefficients* group, const Row row,
                                const Run run) {
  if (AreShort(runs)) {
    ForEachRow<ColumnCoefficients>(ShortRunCursor(runs), group, row);
  } else {
    ForEachRun(runs, run);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace batchnorm
HWY_AFTER_NAMESPACE();

#endif  // BATCHNORM_APPLY_INL_H_
