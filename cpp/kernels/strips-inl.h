// The columns of a strip, each with its channel, and how kernels walk them.

#if defined(BATCHNORM_KERNELS_STRIPS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef BATCHNORM_KERNELS_STRIPS_INL_H_
#undef BATCHNORM_KERNELS_STRIPS_INL_H_
#else
#define BATCHNORM_KERNELS_STRIPS_INL_H_
#endif

#include "cpp/layout/strips.h"
#include "cpp/simd/lanes-inl.h"
#include "cpp/simd/prefetch-inl.h"

HWY_BEFORE_NAMESPACE();
namespace batchnorm {
namespace HWY_NAMESPACE {

// Calls body(j, c) for `count` columns of a strip, j the column and c its channel, counted from the
// strip's first. After the last column the first follows.
template <class Body>
HWY_INLINE void ForColumns(const Strip& strip, size_t count, const Body body) {
  size_t c = 0;
  size_t in_channel = 0;
  for (size_t j = 0; j < count; ++j) {
    body(j, c);
    if (++in_channel < strip.width) continue;
    in_channel = 0;
    if (++c == strip.channels) c = 0;
  }
}

// The same for each column of the strip.
template <class Body>
HWY_INLINE void ForEachColumn(const Strip& strip, const Body body) {
  ForColumns(strip, strip.rows.columns, body);
}

// Coefficients are kept for so many columns more, for vectors that begin before the last column and
// end behind the first.
constexpr size_t kRepeatedColumns = kLanes;
constexpr size_t kCoefficientColumns = kMaxColumns + kRepeatedColumns;

// Sets columns[j] to the coefficients of its channel.
template <class ColumnCoefficients, class Coefficients>
HWY_INLINE void SetColumns(const Strip& strip, const Coefficients* channel,
                           ColumnCoefficients& columns) {
  ForColumns(strip, strip.rows.columns + kRepeatedColumns,
             [=, &columns](size_t j, size_t c) HWY_ATTR { columns.Set(j, channel[c]); });
}

// Adjacent elements of a strip, whose columns repeat after `period`; `ahead` is how far to fetch.
struct Stretch {
  size_t offset;
  size_t length;
  size_t period;
  size_t ahead;
};

// Calls body(stretch) for all of a strip whose rows are neighbours, or else for each row.
template <typename T, class Body>
HWY_INLINE void ForEachStretch(const Strip& strip, const Body body) {
  const Rows& rows = strip.rows;
  Stretch stretch = {strip.offset, rows.columns, rows.columns, RowsAhead<T>(rows)};
  if (rows.stride == rows.columns) {
    stretch.length = rows.Count();
    body(stretch);
    return;
  }
  for (size_t r = 0; r < rows.rows; ++r, stretch.offset += rows.stride) body(stretch);
}

// The column of each vector of a stretch.
class StretchColumn {
 public:
  HWY_INLINE explicit StretchColumn(size_t period) : period_(period) {}

  // That of a vector of `count` elements; the next one follows it.
  HWY_INLINE size_t Advance(size_t count) {
    const size_t column = column_;
    column_ += count;
    while (column_ >= period_) column_ -= period_;
    return column;
  }

 private:
  size_t period_;
  size_t column_ = 0;
};

}  // namespace HWY_NAMESPACE
}  // namespace batchnorm
HWY_AFTER_NAMESPACE();

#endif  // BATCHNORM_KERNELS_STRIPS_INL_H_
