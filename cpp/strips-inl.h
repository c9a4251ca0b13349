// The columns of a strip, each with its channel.

#if defined(BATCHNORM_STRIPS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef BATCHNORM_STRIPS_INL_H_
#undef BATCHNORM_STRIPS_INL_H_
#else
#define BATCHNORM_STRIPS_INL_H_
#endif

#include "cpp/strips.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace batchnorm {
namespace HWY_NAMESPACE {

// Calls body(j, c) for each column j of a strip and its channel c, counted from the strip's first.
template <class Body>
HWY_INLINE void ForEachColumn(const Strip& strip, const Body body) {
  for (size_t j = 0; j < strip.rows.columns;) {
    for (size_t c = 0; c < strip.channels && j < strip.rows.columns; ++c) {
      for (size_t end = j + strip.width; j < end; ++j) body(j, c);
    }
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace batchnorm
HWY_AFTER_NAMESPACE();

#endif  // BATCHNORM_STRIPS_INL_H_
