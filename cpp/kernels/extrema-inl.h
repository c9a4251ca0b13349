// Extrema of groups of runs and of columns, compared in vectors of the elements' own type.

#if defined(BATCHNORM_KERNELS_EXTREMA_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef BATCHNORM_KERNELS_EXTREMA_INL_H_
#undef BATCHNORM_KERNELS_EXTREMA_INL_H_
#else
#define BATCHNORM_KERNELS_EXTREMA_INL_H_
#endif

#include <algorithm>
#include <cmath>
#include <limits>

#include "cpp/kernels/extrema.h"
#include "cpp/kernels/strips-inl.h"
#include "cpp/layout/shape.h"
#include "cpp/simd/prefetch-inl.h"
#include "cpp/simd/vectors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace batchnorm {
namespace HWY_NAMESPACE {

// Where comparing starts: what no element is above, or below.
template <typename T>
constexpr T kTop = std::numeric_limits<T>::has_infinity ? std::numeric_limits<T>::infinity()
                                                        : std::numeric_limits<T>::max();
template <typename T>
constexpr T kBottom = std::numeric_limits<T>::has_infinity ? -std::numeric_limits<T>::infinity()
                                                           : std::numeric_limits<T>::lowest();

// The extrema in each lane. Targets differ in what comparing with NaN gives, so `nan` remembers it.
template <class D>
struct LaneExtrema {
  using T = hn::TFromD<D>;
  using V = hn::Vec<D>;

  HWY_INLINE LaneExtrema()
      : min(hn::Set(D(), kTop<T>)), max(hn::Set(D(), kBottom<T>)), nan(hn::Zero(D())) {}
  HWY_INLINE LaneExtrema(V min, V max, V nan) : min(min), max(max), nan(nan) {}

  HWY_INLINE void Add(V v) {
    min = hn::Min(min, v);
    max = hn::Max(max, v);
    if constexpr (hwy::IsFloat<T>()) nan = hn::IfThenElse(hn::IsNaN(v), v, nan);
  }

  V min;
  V max;
  V nan;
};

// Those of one lane.
template <typename T>
HWY_INLINE Extrema ExtremaOfLane(T min, T max, T nan) {
  if (std::numeric_limits<T>::has_quiet_NaN && nan != nan) {
    return {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::quiet_NaN()};
  }
  // -0 + 0 is 0.
  return {static_cast<double>(min) + 0.0, static_cast<double>(max) + 0.0};
}

template <class D>
HWY_INLINE Extrema Join(D d, const LaneExtrema<D>& lanes) {
  using T = hn::TFromD<D>;
  HWY_ALIGN T min[hn::MaxLanes(D())];
  HWY_ALIGN T max[hn::MaxLanes(D())];
  HWY_ALIGN T nan[hn::MaxLanes(D())];
  hn::Store(lanes.min, d, min);
  hn::Store(lanes.max, d, max);
  hn::Store(lanes.nan, d, nan);
  Extrema all;
  for (size_t i = 0; i < hn::Lanes(d); ++i) all.Merge(ExtremaOfLane(min[i], max[i], nan[i]));
  return all;
}

// Extrema of the group that starts at x, whose runs are not empty.
template <typename T>
HWY_INLINE Extrema ExtremaOfGroup(const T* x, const Runs& runs) {
  using D = hn::ScalableTag<T>;
  const D d;
  // Lanes past the end repeat an element.
  const auto first = hn::Set(d, x[0]);
  LaneExtrema<D> lanes;
  for (size_t r = 0; r < runs.runs; ++r, x += runs.run_stride) {
    ForEachVec(d, runs.length, [=, &runs, &lanes](const auto vec, size_t i) BATCHNORM_INLINE_ATTR {
      PrefetchAhead(x + i, runs.length - i, runs.run_stride - runs.length);
      lanes.Add(vec.LoadOr(first, d, x + i));
    });
  }
  return Join(d, lanes);
}

// Extrema of the columns of a strip; whole vectors may be loaded and stored past them.
template <typename T>
struct StripExtrema {
  HWY_ALIGN T min[kMaxColumns];
  HWY_ALIGN T max[kMaxColumns];
  HWY_ALIGN T nan[kMaxColumns];
};

// Adds kRows rows.
template <size_t kRows, typename T>
HWY_INLINE void AddRows(const T* x, const Rows& rows, StripExtrema<T>& strip) {
  using D = hn::ScalableTag<T>;
  const D d;
  const size_t ahead = RowsAhead<T>(rows);
  ForEachVec(d, rows.columns, [=, &rows, &strip](const auto vec, size_t c) HWY_ATTR {
    LaneExtrema<D> lanes(hn::Load(d, strip.min + c), hn::Load(d, strip.max + c),
                         hn::Load(d, strip.nan + c));
    for (size_t r = 0; r < kRows; ++r) {
      PrefetchToL2(x + r * rows.stride + c, ahead);
      lanes.Add(vec.Load(d, x + r * rows.stride + c));
    }
    hn::Store(lanes.min, d, strip.min + c);
    hn::Store(lanes.max, d, strip.max + c);
    hn::Store(lanes.nan, d, strip.nan + c);
  });
}

// Merges the extrema of each strip of the cursor into those of its channels.
template <typename T, class Cursor>
HWY_INLINE void MergeStrips(const T* x, Cursor strips, Extrema* extrema) {
  StripExtrema<T> columns;
  Strip strip;
  while (strips.Next(&strip)) {
    std::fill_n(columns.min, kMaxColumns, kTop<T>);
    std::fill_n(columns.max, kMaxColumns, kBottom<T>);
    std::fill_n(columns.nan, kMaxColumns, T{0});
    const Rows& rows = strip.rows;
    const T* row = x + strip.offset;
    size_t r = 0;
    for (; r + kRowGroup <= rows.rows; r += kRowGroup, row += kRowGroup * rows.stride) {
      AddRows<kRowGroup>(row, rows, columns);
    }
    for (; r < rows.rows; ++r, row += rows.stride) AddRows<1>(row, rows, columns);
    Extrema* channel = extrema + strip.first_channel;
    ForEachColumn(strip, [=, &columns](size_t j, size_t c) HWY_ATTR {
      channel[c].Merge(ExtremaOfLane(columns.min[j], columns.max[j], columns.nan[j]));
    });
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace batchnorm
HWY_AFTER_NAMESPACE();

#endif  // BATCHNORM_KERNELS_EXTREMA_INL_H_
