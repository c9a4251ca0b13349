// sum(dy) and sum(dy * (x - mean)) of groups of runs and of columns.

#if defined(BATCHNORM_KERNELS_BACKWARD_REDUCE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef BATCHNORM_KERNELS_BACKWARD_REDUCE_INL_H_
#undef BATCHNORM_KERNELS_BACKWARD_REDUCE_INL_H_
#else
#define BATCHNORM_KERNELS_BACKWARD_REDUCE_INL_H_
#endif

#include <string.h>

#include <algorithm>

#include "cpp/kernels/fused_backward-inl.h"
#include "cpp/kernels/strips-inl.h"
#include "cpp/layout/blocks.h"
#include "cpp/layout/shape.h"
#include "cpp/simd/prefetch-inl.h"
#include "cpp/simd/vectors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace batchnorm {
namespace HWY_NAMESPACE {

struct GradSums {
  double sum;
  double dot;

  void Add(const GradSums& next) {
    sum += next.sum;
    dot += next.dot;
  }
  GradSums Times(double weight) const { return {sum * weight, dot * weight}; }
};

// In what follows, dy is a PlainGradient or a GatedGradient.

template <class Gradient, typename T>
HWY_INLINE void AddGradients(const Gradient dy, const T* x, size_t length, size_t jump,
                             WideVec mean, LaneSums& sums, LaneSums& dots) {
  size_t i = 0;
  for (; i + kLanes <= length; i += kLanes) {
    PrefetchAhead(dy.dy() + i, length - i, jump);
    PrefetchAhead(x + i, length - i, jump);
    for (size_t k = 0; k < kLaneVecs; ++k) {
      const size_t j = i + k * kWideLanes;
      const WideVec grad = dy.LoadWide(WholeVec(), j);
      const WideVec deviation = hn::Sub(LoadWide(x + j), mean);
      sums.v[k] = hn::Add(sums.v[k], grad);
      dots.v[k] = hn::MulAdd(grad, deviation, dots.v[k]);
    }
  }
  for (size_t k = 0; k < kLaneVecs && i < length; ++k, i += kWideLanes) {
    const PartialVec vec{HWY_MIN(length - i, kWideLanes)};
    const WideVec grad = dy.LoadWide(vec, i);
    const WideVec deviation = hn::Sub(vec.LoadWide(x + i), mean);
    sums.v[k] = hn::Add(sums.v[k], grad);
    // Past the end 0 * (0 - mean) is NaN for an infinite mean.
    dots.v[k] = hn::MulAdd(grad, vec.Within(deviation), dots.v[k]);
  }
}

template <class Gradient, typename T>
HWY_INLINE GradSums ReduceBlock(const Gradient dy, const T* x, const Block& block,
                                size_t run_stride, WideVec mean) {
  LaneSums sums;
  LaneSums dots;
  for (size_t r = 0; r < block.runs; ++r) {
    AddGradients(dy + r * run_stride, x + r * run_stride, block.length, block.jump, mean, sums,
                 dots);
  }
  return {sums.Total(), dots.Total()};
}

template <class Gradient, typename T>
HWY_INLINE GradSums ReduceChunk(const Gradient dy, const T* x, const Block& chunk,
                                size_t run_stride, WideVec mean) {
  GradSums all = {0.0, 0.0};
  BlockCursor blocks(chunk.runs, run_stride, chunk.length, kBlockBytes / sizeof(T));
  Block block;
  while (blocks.Next(&block)) {
    all.Add(ReduceBlock(dy + block.offset, x + block.offset, block, run_stride, mean));
  }
  return all;
}

// Sums of the group that starts at dy and x: by blocks and chunks, so that long sums keep their
// digits.
// Not inlined: a copy in each of its callers would cost compilers minutes.
template <class Gradient, typename T>
HWY_NOINLINE GradSums ReduceGroup(const Gradient dy, const T* x, const Runs& runs, double mean) {
  GradSums all = {0.0, 0.0};
  const WideVec wide_mean = hn::Set(WideTag(), mean);
  BlockCursor chunks(runs.runs, runs.run_stride, runs.length, kChunkBytes / sizeof(T));
  Block chunk;
  while (chunks.Next(&chunk)) {
    all.Add(ReduceChunk(dy + chunk.offset, x + chunk.offset, chunk, runs.run_stride, wide_mean));
  }
  return all;
}

// Whole vectors may be loaded and stored past the columns of a strip.
struct ReduceScratch {
  HWY_ALIGN double mean[kMaxColumns];
  HWY_ALIGN double sum[kMaxColumns];
  HWY_ALIGN double dot[kMaxColumns];
  HWY_ALIGN double block_sum[kMaxColumns];
  HWY_ALIGN double block_dot[kMaxColumns];
};

template <size_t kRows, class Gradient, typename T>
HWY_INLINE void AddRowGradients(const Gradient dy, const T* x, size_t columns, size_t stride,
                                size_t ahead, ReduceScratch& scratch) {
  ForEachWideVec(columns, [=, &scratch](const auto vec, size_t c) HWY_ATTR {
    const WideTag d;
    const WideVec mean = hn::Load(d, scratch.mean + c);
    WideVec sum = hn::Load(d, scratch.block_sum + c);
    WideVec dot = hn::Load(d, scratch.block_dot + c);
    for (size_t r = 0; r < kRows; ++r) {
      const size_t j = r * stride + c;
      PrefetchToL2(dy.dy() + j, ahead);
      PrefetchToL2(x + j, ahead);
      const WideVec grad = dy.LoadWide(vec, j);
      const WideVec deviation = hn::Sub(vec.LoadWide(x + j), mean);
      sum = hn::Add(sum, grad);
      dot = hn::MulAdd(grad, deviation, dot);
    }
    hn::Store(sum, d, scratch.block_sum + c);
    hn::Store(dot, d, scratch.block_dot + c);
  });
}

HWY_INLINE void AddBlockSums(size_t columns, ReduceScratch& scratch) {
  const WideTag d;
  for (size_t c = 0; c < columns; c += kWideLanes) {
    const WideVec sum = hn::Load(d, scratch.sum + c);
    const WideVec dot = hn::Load(d, scratch.dot + c);
    hn::Store(hn::Add(sum, hn::Load(d, scratch.block_sum + c)), d, scratch.sum + c);
    hn::Store(hn::Add(dot, hn::Load(d, scratch.block_dot + c)), d, scratch.dot + c);
  }
}

// scratch.sum and scratch.dot = the sums of each column of the strip about scratch.mean.
template <class Gradient, typename T>
HWY_INLINE void ReduceStrip(const Gradient dy, const T* x, const Rows& strip,
                            ReduceScratch& scratch) {
  const size_t padded = PaddedBytes(strip.columns);
  const size_t ahead = RowsAhead<T>(strip);
  memset(scratch.sum, 0, padded);
  memset(scratch.dot, 0, padded);
  for (size_t row = 0; row < strip.rows; row += kReduceBlockRows) {
    const size_t end = HWY_MIN(row + kReduceBlockRows, strip.rows);
    memset(scratch.block_sum, 0, padded);
    memset(scratch.block_dot, 0, padded);
    size_t r = row;
    for (; r + kRowGroup <= end; r += kRowGroup) {
      const size_t offset = r * strip.stride;
      AddRowGradients<kRowGroup>(dy + offset, x + offset, strip.columns, strip.stride, ahead,
                                 scratch);
    }
    for (; r < end; ++r) {
      const size_t offset = r * strip.stride;
      AddRowGradients<1>(dy + offset, x + offset, strip.columns, strip.stride, ahead, scratch);
    }
    AddBlockSums(strip.columns, scratch);
  }
}

// The same about mean[c], that of the column's channel, counted from the strip's first.
template <class Gradient, typename T>
HWY_INLINE void ReduceColumns(const Gradient dy, const T* x, const Strip& strip, const double* mean,
                              ReduceScratch& scratch) {
  memset(scratch.mean, 0, sizeof(scratch.mean));
  ForEachColumn(strip, [=, &scratch](size_t j, size_t c) HWY_ATTR { scratch.mean[j] = mean[c]; });
  ReduceStrip(dy + strip.offset, x + strip.offset, strip.rows, scratch);
}

// Adds the sums of each column to sum[c] and dot[c], those of its channel. mean, sum and dot start
// at the strip's first channel.
template <class Gradient, typename T>
HWY_INLINE void ReduceChannels(const Gradient dy, const T* x, const Strip& strip,
                               const double* mean, double* sum, double* dot,
                               ReduceScratch& scratch) {
  ReduceColumns(dy, x, strip, mean, scratch);
  ForEachColumn(strip, [=, &scratch](size_t j, size_t c) HWY_ATTR {
    sum[c] += scratch.sum[j];
    dot[c] += scratch.dot[j];
  });
}

// sum[c] and dot[c] of each group of a strip of short runs. Not inlined, as ReduceGroup.
template <class Gradient, typename T>
HWY_NOINLINE void ReduceShortRuns(const Gradient dy, const T* x, const Strip& strip,
                                  const double* mean, double* sum, double* dot,
                                  ReduceScratch& scratch) {
  std::fill_n(sum, strip.channels, 0.0);
  std::fill_n(dot, strip.channels, 0.0);
  ReduceChannels(dy, x, strip, mean, sum, dot, scratch);
}

template <class Gradient, typename T>
HWY_INLINE void ReduceMatrix(const Gradient dy, const T* x, const Rows& matrix, const double* mean,
                             double* sum, double* dot) {
  std::fill_n(sum, matrix.columns, 0.0);
  std::fill_n(dot, matrix.columns, 0.0);
  ReduceScratch scratch;
  StripCursor strips(matrix);
  Strip strip;
  while (strips.Next(&strip)) {
    const size_t c = strip.first_channel;
    ReduceChannels(dy, x, strip, mean + c, sum + c, dot + c, scratch);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace batchnorm
HWY_AFTER_NAMESPACE();

#endif  // BATCHNORM_KERNELS_BACKWARD_REDUCE_INL_H_
