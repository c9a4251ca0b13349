// sum(dy) and sum(dy * (x - mean)) of groups of runs and of columns.

#if defined(BATCHNORM_BACKWARD_REDUCE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef BATCHNORM_BACKWARD_REDUCE_INL_H_
#undef BATCHNORM_BACKWARD_REDUCE_INL_H_
#else
#define BATCHNORM_BACKWARD_REDUCE_INL_H_
#endif

#include <string.h>

#include <algorithm>

#include "cpp/blocks.h"
#include "cpp/fold.h"
#include "cpp/shape.h"
#include "cpp/vectors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace batchnorm {
namespace HWY_NAMESPACE {

struct GradSums {
  double sum;
  double dot;
};

template <typename T>
HWY_INLINE void AddGradients(const T* dy, const T* x, size_t length, WideVec mean, LaneSums& sums,
                             LaneSums& dots) {
  const WideTag d;
  size_t i = 0;
  for (; i + kLanes <= length; i += kLanes) {
    for (size_t k = 0; k < kLaneVecs; ++k) {
      const WideVec grad = LoadWide(d, dy + i + k * kWideLanes);
      const WideVec deviation = hn::Sub(LoadWide(d, x + i + k * kWideLanes), mean);
      sums.v[k] = hn::Add(sums.v[k], grad);
      dots.v[k] = hn::MulAdd(grad, deviation, dots.v[k]);
    }
  }
  for (size_t k = 0; k < kLaneVecs && i < length; ++k, i += kWideLanes) {
    const size_t count = HWY_MIN(length - i, kWideLanes);
    const WideVec grad = LoadWidePartial(d, dy + i, count);
    const WideVec deviation = hn::Sub(LoadWidePartial(d, x + i, count), mean);
    sums.v[k] = hn::Add(sums.v[k], grad);
    // Past the end 0 * (0 - mean) is NaN for an infinite mean.
    const auto inside = hn::FirstN(d, count);
    dots.v[k] = hn::MulAdd(grad, hn::IfThenElseZero(inside, deviation), dots.v[k]);
  }
}

// Sums of the group that starts at dy and x: block by block, so that long sums keep their digits.
template <typename T>
HWY_INLINE GradSums ReduceGroup(const T* dy, const T* x, const Runs& runs, double mean) {
  GradSums all = {0.0, 0.0};
  const WideVec wide_mean = hn::Set(WideTag(), mean);
  BlockCursor blocks(runs.runs, runs.run_stride, runs.length, sizeof(T));
  Block block;
  while (blocks.Next(&block)) {
    LaneSums sums;
    LaneSums dots;
    for (size_t r = 0; r < block.runs; ++r) {
      const size_t offset = block.offset + r * runs.run_stride;
      AddGradients(dy + offset, x + offset, block.length, wide_mean, sums, dots);
    }
    all.sum += sums.Total();
    all.dot += dots.Total();
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

template <size_t kRows, typename T>
HWY_INLINE void AddRowGradients(const T* dy, const T* x, const Strip& strip,
                                ReduceScratch& scratch) {
  ForEachWideVec(strip.columns, [=, &strip, &scratch](const auto vec, size_t c) HWY_ATTR {
    const WideTag d;
    const WideVec mean = hn::Load(d, scratch.mean + c);
    WideVec sum = hn::Load(d, scratch.block_sum + c);
    WideVec dot = hn::Load(d, scratch.block_dot + c);
    for (size_t r = 0; r < kRows; ++r) {
      const WideVec grad = vec.LoadWide(dy + r * strip.stride + c);
      const WideVec deviation = hn::Sub(vec.LoadWide(x + r * strip.stride + c), mean);
      sum = hn::Add(sum, grad);
      dot = hn::MulAdd(grad, deviation, dot);
    }
    hn::Store(sum, d, scratch.block_sum + c);
    hn::Store(dot, d, scratch.block_dot + c);
  });
}

HWY_INLINE void AddBlockSums(size_t columns, ReduceScratch& scratch) {
  for (size_t c = 0; c < columns; ++c) {
    scratch.sum[c] += scratch.block_sum[c];
    scratch.dot[c] += scratch.block_dot[c];
  }
}

// Adds the strip's sums to those of its channels.
template <typename T>
HWY_INLINE void ReduceStrip(const T* dy, const T* x, const Strip& strip, const double* mean,
                            double* sum, double* dot, ReduceScratch& scratch) {
  constexpr size_t kBlockRows = 64;
  memset(&scratch, 0, sizeof(scratch));
  for (size_t j = 0; j < strip.columns; ++j) {
    scratch.mean[j] = mean[strip.first_channel + j % strip.channels];
  }
  for (size_t row = 0; row < strip.rows; row += kBlockRows) {
    const size_t end = HWY_MIN(row + kBlockRows, strip.rows);
    memset(scratch.block_sum, 0, sizeof(scratch.block_sum));
    memset(scratch.block_dot, 0, sizeof(scratch.block_dot));
    size_t r = row;
    for (; r + kRowGroup <= end; r += kRowGroup) {
      const size_t offset = strip.offset + r * strip.stride;
      AddRowGradients<kRowGroup>(dy + offset, x + offset, strip, scratch);
    }
    for (; r < end; ++r) {
      const size_t offset = strip.offset + r * strip.stride;
      AddRowGradients<1>(dy + offset, x + offset, strip, scratch);
    }
    AddBlockSums(strip.columns, scratch);
  }
  for (size_t j = 0; j < strip.columns; ++j) {
    const size_t channel = strip.first_channel + j % strip.channels;
    sum[channel] += scratch.sum[j];
    dot[channel] += scratch.dot[j];
  }
}

template <typename T>
HWY_INLINE void ReduceMatrix(const T* dy, const T* x, const Rows& matrix, const double* mean,
                             double* sum, double* dot) {
  std::fill_n(sum, matrix.columns, 0.0);
  std::fill_n(dot, matrix.columns, 0.0);
  ReduceScratch scratch;
  StripCursor strips(matrix);
  Strip strip;
  while (strips.Next(&strip)) ReduceStrip(dy, x, strip, mean, sum, dot, scratch);
}

}  // namespace HWY_NAMESPACE
}  // namespace batchnorm
HWY_AFTER_NAMESPACE();

#endif  // BATCHNORM_BACKWARD_REDUCE_INL_H_
