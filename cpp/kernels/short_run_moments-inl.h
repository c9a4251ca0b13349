// Moments of short runs, side by side: Welford by blocks of rows, in which a group has as many
// columns as a run has elements.

#if defined(BATCHNORM_KERNELS_SHORT_RUN_MOMENTS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef BATCHNORM_KERNELS_SHORT_RUN_MOMENTS_INL_H_
#undef BATCHNORM_KERNELS_SHORT_RUN_MOMENTS_INL_H_
#else
#define BATCHNORM_KERNELS_SHORT_RUN_MOMENTS_INL_H_
#endif

#include <algorithm>
#include <cmath>

#include "cpp/kernels/column_moments-inl.h"
#include "cpp/kernels/run_moments-inl.h"
#include "cpp/layout/strips.h"

HWY_BEFORE_NAMESPACE();
namespace batchnorm {
namespace HWY_NAMESPACE {

// The sum of `width` adjacent values.
HWY_INLINE double SumOf(const double* values, size_t width) {
  return SumDeviations(AddDeviation(), values, Block{0, 1, width, 0}, 0, 0.0);
}

// The mean of a group in a block of rows from its columns' sums of deviations from its first
// element, which are exact 0 in a constant group.
template <typename T>
HWY_INLINE double GroupMean(const T* group, const Rows& rows, size_t width, const double* sums) {
  const double count = static_cast<double>(rows.rows * width);
  const double mean = static_cast<double>(group[0]) + SumOf(sums, width) / count;
  if (std::isfinite(mean)) return mean;
  // An infinity as shift makes NaN of what is inf.
  return SumDeviations(AddDeviation(), group, Block{0, rows.rows, width, 0}, rows.stride, 0.0) /
         count;
}

// moments[c] for each group of a strip of short runs. Not inlined, as MomentsOfGroup.
template <typename T>
HWY_NOINLINE void MomentsOfShortRuns(const T* x, const Strip& strip, Moments* moments) {
  StripScratch scratch;
  const size_t width = strip.width;
  const size_t columns = strip.rows.columns;
  const size_t block_rows = BlockRows<T>(kShortRunBlockBytes, columns);
  std::fill_n(moments, strip.channels, Moments());
  // Whole vectors are read past the columns.
  std::fill_n(scratch.shift, kMaxColumns, 0.0);
  std::fill_n(scratch.block_mean, kMaxColumns, 0.0);
  for (size_t row = 0; row < strip.rows.rows; row += block_rows) {
    const Rows block(HWY_MIN(block_rows, strip.rows.rows - row), columns, strip.rows.stride);
    const T* first = x + strip.offset + row * block.stride;
    for (size_t j = 0; j < columns; j += width) {
      std::fill_n(scratch.shift + j, width, static_cast<double>(first[j]));
    }
    SumColumnDeviations<false>(first, block, scratch.shift, scratch);
    for (size_t j = 0; j < columns; j += width) {
      const double mean = GroupMean(first + j, block, width, scratch.sums + j);
      std::fill_n(scratch.block_mean + j, width, mean);
    }
    SumColumnDeviations<true>(first, block, scratch.block_mean, scratch);
    for (size_t c = 0; c < strip.channels; ++c) {
      const size_t j = c * width;
      moments[c].Merge({block.rows * width, scratch.block_mean[j], SumOf(scratch.sums + j, width)});
    }
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace batchnorm
HWY_AFTER_NAMESPACE();

#endif  // BATCHNORM_KERNELS_SHORT_RUN_MOMENTS_INL_H_
