// Moments of the channels of a folded matrix, from those of its wide columns.

#if defined(BATCHNORM_KERNELS_UNFOLD_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef BATCHNORM_KERNELS_UNFOLD_INL_H_
#undef BATCHNORM_KERNELS_UNFOLD_INL_H_
#else
#define BATCHNORM_KERNELS_UNFOLD_INL_H_
#endif

#include <stddef.h>

#include <cmath>

#include "cpp/layout/fold.h"
#include "cpp/numerics/chan.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace batchnorm {
namespace HWY_NAMESPACE {

// A folded matrix: the moments of its wide columns, and the rows left over.
template <typename T>
struct Folded {
  double Mean(size_t i, size_t c) const { return mean[i * channels + c]; }
  double M2(size_t i, size_t c) const { return m2[i * channels + c]; }
  double Rest(size_t r, size_t c) const { return static_cast<double>(rest[r * channels + c]); }

  Fold fold;
  size_t channels;
  const double* mean;
  const double* m2;
  const T* rest;
};

// Joins what belongs to channel c one after the other, as goes for infinities too.
template <typename T>
HWY_NOINLINE Moments MergeFolded(const Folded<T>& folded, size_t c) {
  const Fold& fold = folded.fold;
  Moments all;
  for (size_t i = 0; i < fold.repeat; ++i) {
    all.Merge({fold.wide.rows, folded.Mean(i, c), folded.M2(i, c)});
  }
  for (size_t r = 0; r < fold.rest_rows; ++r) {
    const double value = folded.Rest(r, c);
    // Its M2 is 0, but NaN for an infinity, as in a block.
    all.Merge({1, value, value - value});
  }
  return all;
}

// The moments of channel c: the mean from differences to the first column's, which cost it no
// digits, then M2 about that mean.
template <typename T>
HWY_INLINE Moments Unfold(const Folded<T>& folded, size_t c) {
  const Fold& fold = folded.fold;
  const double rows = static_cast<double>(fold.wide.rows);
  const size_t count = fold.repeat * fold.wide.rows + fold.rest_rows;
  const double first = folded.Mean(0, c);
  double wide = 0.0;
  double rest = 0.0;
  for (size_t i = 0; i < fold.repeat; ++i) wide += folded.Mean(i, c) - first;
  for (size_t r = 0; r < fold.rest_rows; ++r) rest += folded.Rest(r, c) - first;
  const double mean = first + (rows * wide + rest) / static_cast<double>(count);
  if (!std::isfinite(mean)) return MergeFolded(folded, c);
  double within = 0.0;
  double between = 0.0;
  for (size_t i = 0; i < fold.repeat; ++i) {
    const double deviation = folded.Mean(i, c) - mean;
    within += folded.M2(i, c);
    between += deviation * deviation;
  }
  double single = 0.0;
  for (size_t r = 0; r < fold.rest_rows; ++r) {
    const double deviation = folded.Rest(r, c) - mean;
    single += deviation * deviation;
  }
  return {count, mean, within + rows * between + single};
}

}  // namespace HWY_NAMESPACE
}  // namespace batchnorm
HWY_AFTER_NAMESPACE();

#endif  // BATCHNORM_KERNELS_UNFOLD_INL_H_
