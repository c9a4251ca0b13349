// Moments of columns: Welford by blocks of rows, a strip of columns at a time.

#if defined(BATCHNORM_KERNELS_COLUMN_MOMENTS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef BATCHNORM_KERNELS_COLUMN_MOMENTS_INL_H_
#undef BATCHNORM_KERNELS_COLUMN_MOMENTS_INL_H_
#else
#define BATCHNORM_KERNELS_COLUMN_MOMENTS_INL_H_
#endif

#include <string.h>

#include <algorithm>
#include <cmath>

#include "cpp/kernels/unfold-inl.h"
#include "cpp/layout/fold.h"
#include "cpp/layout/shape.h"
#include "cpp/layout/strips.h"
#include "cpp/numerics/chan.h"
#include "cpp/simd/prefetch-inl.h"
#include "cpp/simd/vectors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace batchnorm {
namespace HWY_NAMESPACE {

// A block of rows is read twice and stays in L2 between; merging it costs less than reading it.
constexpr size_t kColumnBlockBytes = 32 * 1024;

// sums[c] += x[r][c] - shift[c], or its square, over kRows rows.
template <bool kSquare, size_t kRows, typename T>
HWY_INLINE void AddRowDeviations(const T* x, size_t columns, size_t stride, size_t ahead,
                                 const double* shift, double* sums) {
  ForEachWideVec(columns, [=](const auto vec, size_t c) HWY_ATTR {
    const WideTag d;
    const WideVec vec_shift = hn::Load(d, shift + c);
    WideVec sum = hn::Load(d, sums + c);
    for (size_t r = 0; r < kRows; ++r) {
      if (!kSquare) PrefetchToL2(x + r * stride + c, ahead);
      const WideVec deviation = hn::Sub(vec.LoadWide(x + r * stride + c), vec_shift);
      sum = kSquare ? hn::MulAdd(deviation, deviation, sum) : hn::Add(sum, deviation);
    }
    hn::Store(sum, d, sums + c);
  });
}

// The scratch of a strip; whole vectors may be loaded and stored past its columns.
struct StripScratch {
  HWY_ALIGN double shift[kMaxColumns];
  HWY_ALIGN double sums[kMaxColumns];
  HWY_ALIGN double block_mean[kMaxColumns];
  HWY_ALIGN double mean[kMaxColumns];
  HWY_ALIGN double m2[kMaxColumns];
};

// scratch.sums = the sums over the block of deviations from shift, or of their squares.
template <bool kSquare, typename T>
HWY_INLINE void SumColumnDeviations(const T* x, const Rows& block, const double* shift,
                                    StripScratch& scratch) {
  const size_t stride = block.stride;
  const size_t ahead = RowsAhead<T>(block);
  memset(scratch.sums, 0, PaddedBytes(block.columns));
  size_t r = 0;
  for (; r + kRowGroup <= block.rows; r += kRowGroup) {
    AddRowDeviations<kSquare, kRowGroup>(x + r * stride, block.columns, stride, ahead, shift,
                                         scratch.sums);
  }
  for (; r < block.rows; ++r) {
    AddRowDeviations<kSquare, 1>(x + r * stride, block.columns, stride, ahead, shift, scratch.sums);
  }
}

// scratch.block_mean = shift + sums / rows; says whether all are finite.
HWY_INLINE bool SetBlockMean(const Rows& block, StripScratch& scratch) {
  const WideTag d;
  const WideVec rows = hn::Set(d, static_cast<double>(block.rows));
  bool finite = true;
  for (size_t c = 0; c < block.columns; c += kWideLanes) {
    const WideVec sum = hn::Load(d, scratch.sums + c);
    const WideVec mean = hn::Add(hn::Load(d, scratch.shift + c), hn::Div(sum, rows));
    finite = finite && hn::AllTrue(d, hn::IsFinite(mean));
    hn::Store(mean, d, scratch.block_mean + c);
  }
  return finite;
}

// An infinity as shift makes NaN of what is inf: sums such columns again, about 0.
template <typename T>
HWY_NOINLINE void RepairBlockMean(const T* x, const Rows& block, StripScratch& scratch) {
  for (size_t c = 0; c < block.columns; ++c) {
    if (std::isfinite(scratch.block_mean[c])) continue;
    double sum = 0.0;
    for (size_t r = 0; r < block.rows; ++r) {
      sum += static_cast<double>(x[r * block.stride + c]);
    }
    scratch.block_mean[c] = sum / static_cast<double>(block.rows);
  }
}

// Joins the block (block_mean, sums as M2) to what came before.
HWY_INLINE void MergeBlock(size_t rows_before, const Rows& block, StripScratch& scratch) {
  const WideTag d;
  const ChanWeights weights(rows_before, block.rows);
  const WideVec a = hn::Set(d, weights.a);
  const WideVec b = hn::Set(d, weights.b);
  const WideVec both = hn::Set(d, weights.both);
  for (size_t c = 0; c < block.columns; c += kWideLanes) {
    const WideVec mean = hn::Load(d, scratch.mean + c);
    const WideVec mean_b = hn::Load(d, scratch.block_mean + c);
    const WideVec delta = hn::Sub(mean_b, mean);
    const WideVec moved = hn::Add(mean, hn::Mul(delta, b));
    const WideVec weighted = hn::Add(hn::Mul(mean, a), hn::Mul(mean_b, b));
    hn::Store(hn::IfThenElse(hn::IsFinite(delta), moved, weighted), d, scratch.mean + c);
    const WideVec m2 = hn::Add(hn::Load(d, scratch.m2 + c), hn::Load(d, scratch.sums + c));
    hn::Store(hn::MulAdd(hn::Mul(delta, delta), both, m2), d, scratch.m2 + c);
  }
}

// Deviations from a block's first row are exact 0 in a constant column, so its mean is exact too.
template <typename T>
HWY_INLINE void LoadShift(const T* x, size_t columns, StripScratch& scratch) {
  ForEachWideVec(columns, [=, &scratch](const auto vec, size_t c) HWY_ATTR {
    hn::Store(vec.LoadWide(x + c), WideTag(), scratch.shift + c);
  });
}

// Moments of a strip of at most kMaxColumns columns.
template <typename T>
HWY_INLINE void MomentsOfStrip(const T* x, const Rows& strip, double* mean, double* m2) {
  StripScratch scratch;
  const size_t block_rows = BlockRows<T>(kColumnBlockBytes, strip.columns);
  for (size_t row = 0; row < strip.rows; row += block_rows) {
    const Rows block = {HWY_MIN(block_rows, strip.rows - row), strip.columns, strip.stride};
    const T* first = x + row * strip.stride;
    LoadShift(first, block.columns, scratch);
    SumColumnDeviations<false>(first, block, scratch.shift, scratch);
    if (!SetBlockMean(block, scratch)) RepairBlockMean(first, block, scratch);
    SumColumnDeviations<true>(first, block, scratch.block_mean, scratch);
    if (row == 0) {
      memcpy(scratch.mean, scratch.block_mean, PaddedBytes(block.columns));
      memcpy(scratch.m2, scratch.sums, PaddedBytes(block.columns));
    } else {
      MergeBlock(row, block, scratch);
    }
  }
  memcpy(mean, scratch.mean, strip.columns * sizeof(double));
  memcpy(m2, scratch.m2, strip.columns * sizeof(double));
}

template <typename T>
HWY_INLINE void MomentsOfMatrix(const T* x, const Rows& matrix, double* mean, double* m2) {
  if (matrix.Count() == 0) {
    std::fill_n(mean, matrix.columns, 0.0);
    std::fill_n(m2, matrix.columns, 0.0);
    return;
  }
  const Fold fold(matrix);
  if (fold.repeat > 1) {
    double wide_mean[kMaxColumns];
    double wide_m2[kMaxColumns];
    MomentsOfStrip(x, fold.wide, wide_mean, wide_m2);
    const Folded<T> folded = {fold, matrix.columns, wide_mean, wide_m2, x + fold.wide.Count()};
    for (size_t c = 0; c < matrix.columns; ++c) {
      const Moments moments = Unfold(folded, c);
      mean[c] = moments.mean;
      m2[c] = moments.m2;
    }
    return;
  }
  for (size_t c = 0; c < matrix.columns; c += kMaxColumns) {
    const Rows strip = {matrix.rows, HWY_MIN(kMaxColumns, matrix.columns - c), matrix.stride};
    MomentsOfStrip(x + c, strip, mean + c, m2 + c);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace batchnorm
HWY_AFTER_NAMESPACE();

#endif  // BATCHNORM_KERNELS_COLUMN_MOMENTS_INL_H_
