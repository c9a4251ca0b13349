#include "cpp/channel_extrema.h"

#include <cstdint>

#include "cpp/kernels/extrema.h"
#include "cpp/layout/scratch.h"
#include "cpp/layout/split.h"
#include "cpp/simd/element_types.h"
#include "cpp/threads/thread_pool.h"

namespace batchnorm {
namespace {

// The channels of a part.
size_t FirstChannel(const RunsPart& part) { return part.first_group; }
size_t FirstChannel(const RowsPart& part) { return part.first_column; }
size_t Channels(const RunsPart& part) { return part.runs.groups; }
size_t Channels(const RowsPart& part) { return part.rows.columns; }

template <typename T>
void ExtremaOf(const T* x, const RunsPart& part, Extrema* extrema) {
  ExtremaOfRuns(x + part.offset, part.runs, extrema);
}
template <typename T>
void ExtremaOf(const T* x, const RowsPart& part, Extrema* extrema) {
  ExtremaOfColumns(x + part.offset, part.rows, extrema);
}

// Merges those of all parts into `extrema`. Any order gives the same.
template <typename T, class Parts>
bool MergeParts(const T* x, const Parts& parts, Extrema* extrema) {
  // The first part has no fewer channels than any other.
  const size_t most = Channels(parts[0]);
  const auto of_parts = AllocateScratch<Extrema>(parts.Count() * most);
  if (of_parts == nullptr) return false;
  ParallelFor(parts.Count(), [&](size_t i) { ExtremaOf(x, parts[i], &of_parts[i * most]); });
  for (size_t i = 0; i < parts.Count(); ++i) {
    const auto part = parts[i];
    for (size_t c = 0; c < Channels(part); ++c) {
      extrema[FirstChannel(part) + c].Merge(of_parts[i * most + c]);
    }
  }
  return true;
}

}  // namespace

template <typename T>
bool ChannelExtrema(const T* x, const Shape& shape, Layout layout, double* min, double* max) {
  const auto extrema = AllocateScratch<Extrema>(shape.c);
  if (extrema == nullptr) return false;
  if (!shape.IsEmpty()) {
    const bool merged =
        UsesRuns(shape, layout)
            ? MergeParts(x, RunsSplit::OfElements(RunsOf(shape), sizeof(T)), extrema.get())
            : MergeParts(x, RowsSplit::OfSums(ChannelsLastRows(shape), sizeof(T)), extrema.get());
    if (!merged) return false;
  }
  for (size_t c = 0; c < shape.c; ++c) {
    min[c] = extrema[c].min;
    max[c] = extrema[c].max;
  }
  return true;
}

BATCHNORM_INSTANTIATE_NUMBERS(ChannelExtrema);

}  // namespace batchnorm
