// How elementwise kernels go through a whole tensor: over its runs, or over the rows of its
// columns.

#if defined(BATCHNORM_KERNELS_APPLY_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef BATCHNORM_KERNELS_APPLY_INL_H_
#undef BATCHNORM_KERNELS_APPLY_INL_H_
#else
#define BATCHNORM_KERNELS_APPLY_INL_H_
#endif

#include <type_traits>

#include "cpp/kernels/fused_backward-inl.h"
#include "cpp/kernels/fused_forward-inl.h"
#include "cpp/kernels/strips-inl.h"
#include "cpp/layout/shape.h"
#include "cpp/simd/streaming.h"
#include "cpp/simd/vectors-inl.h"
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

// Calls write(stream, y) with the kind of stores and of output.
template <typename T, class Write>
HWY_INLINE void WithStoresAndOutput(Stores stores, const Output<T>& y, const Write write) {
  WithStores(stores, [=, &y](const auto stream) HWY_ATTR {
    WithOutput(y, [=](const auto output) HWY_ATTR { write(stream, output); });
  });
}

// Calls write(stream, dy) with the kind of stores and of gradient.
template <typename T, class Write>
HWY_INLINE void WithStoresAndGradient(Stores stores, const OutputGradient<T>& dy,
                                      const Write write) {
  WithStores(stores, [=, &dy](const auto stream) HWY_ATTR {
    WithGradient(dy, [=](const auto gradient) HWY_ATTR { write(stream, gradient); });
  });
}

// Calls body(offset, g) for one run of each group, then the next of each: the order of memory.
template <class Body>
HWY_INLINE void ForEachRun(const Runs& runs, const Body body) {
  for (size_t r = 0; r < runs.runs; ++r) {
    for (size_t g = 0; g < runs.groups; ++g) body(r * runs.run_stride + g * runs.group_stride, g);
  }
}

// Calls body(stretch, coefficients) for each stretch of each strip that the cursor yields, with the
// channels' coefficients spread over the columns.
template <typename T, class ColumnCoefficients, class Cursor, class Coefficients, class Body>
HWY_INLINE void ForEachStripStretch(Cursor strips, const Coefficients* channel, const Body body) {
  ColumnCoefficients columns;
  Strip strip;
  while (strips.Next(&strip)) {
    SetColumns(strip, channel + strip.first_channel, columns);
    ForEachStretch<T>(strip,
                      [=, &columns](const Stretch& stretch) HWY_ATTR { body(stretch, columns); });
  }
}

// Goes through runs by `run`, as ForEachRun does, or through short ones by `columns`, as
// ForEachStripStretch does.
template <typename T, class ColumnCoefficients, class Coefficients, class Columns, class Run>
HWY_INLINE void ForEachRunOrStretch(const Runs& runs, const Coefficients* group,
                                    const Columns columns, const Run run) {
  if (AreShort(runs)) {
    ForEachStripStretch<T, ColumnCoefficients>(ShortRunCursor(runs), group, columns);
  } else {
    ForEachRun(runs, run);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace batchnorm
HWY_AFTER_NAMESPACE();

#endif  // BATCHNORM_KERNELS_APPLY_INL_H_
