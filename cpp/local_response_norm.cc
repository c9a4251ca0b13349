#include "cpp/local_response_norm.h"

#include <algorithm>
#include <atomic>

#include "cpp/kernels/local_response.h"
#include "cpp/layout/scratch.h"
#include "cpp/layout/split.h"
#include "cpp/simd/element_types.h"
#include "cpp/threads/thread_pool.h"

namespace batchnorm {
namespace {

LocalResponse ResponseOf(const ResponseOptions& options, size_t channels) {
  const double factor = options.alpha / static_cast<double>(options.size);
  return {std::min(options.size / 2, channels - 1), std::min((options.size - 1) / 2, channels - 1),
          factor, options.beta, options.k};
}

struct TileAt {
  size_t offset;
  ResponseTile tile;
};

// Cuts a tensor into tiles whose scratch memory stays in L2.
class TileSplit {
 public:
  TileSplit(const Shape& shape, Layout layout, const LocalResponse& response)
      : channels_(shape.c), padding_(response.Window() - 1), uses_runs_(UsesRuns(shape, layout)) {
    // Elsewhere each position lies by itself, whichever sample it is of.
    const bool has_samples = uses_runs_ && shape.c != 1;
    samples_ = has_samples ? shape.n : 1;
    positions_ = has_samples ? shape.s : shape.n * shape.s;
    constexpr size_t kScratchElements = 128 * 1024 / sizeof(double);
    constexpr size_t kUnit = 16;
    const size_t fitting = kScratchElements / (2 * (channels_ + padding_));
    size_ = std::min(positions_, std::max(fitting / kUnit, size_t{1}) * kUnit);
  }

  size_t Count() const { return samples_ * TilesOfSample(); }
  size_t TileElements() const { return size_ * channels_; }

  TileAt operator[](size_t i) const {
    const size_t first = i % TilesOfSample() * size_;
    const size_t count = std::min(size_, positions_ - first);
    if (!uses_runs_) {
      return {first * channels_, {count, channels_, channels_, channels_ + padding_, 1}};
    }
    const size_t sample = i / TilesOfSample() * channels_ * positions_;
    // All positions of a sample: its channels are neighbours.
    if (count == positions_) return {sample, {1, channels_ * count, 0, 0, count}};
    return {sample + first, {channels_, count, positions_, count, count}};
  }

 private:
  size_t TilesOfSample() const { return DivideUp(positions_, size_); }

  size_t channels_;
  size_t padding_;
  bool uses_runs_;
  size_t samples_;
  size_t positions_;
  size_t size_;
};

// Calls pass(tile, response, scratch) for each tile, with the scratch memory that scratch_of(tile,
// response) asks for; false where there is none.
template <typename T, class ScratchOf, class Pass>
bool ForTiles(const Shape& shape, Layout layout, const ResponseOptions& options,
              const ScratchOf& scratch_of, const Pass& pass) {
  if (shape.IsEmpty()) return true;
  const LocalResponse response = ResponseOf(options, shape.c);
  const TileSplit tiles(shape, layout, response);
  const size_t task = DivideUp(kTaskBytes / sizeof(T), tiles.TileElements());
  std::atomic<bool> completed{true};
  ParallelFor(DivideUp(tiles.Count(), task), [&](size_t i) {
    // No tile is larger than the first.
    const auto scratch = AllocateScratch<double>(scratch_of(tiles[0].tile, response));
    if (scratch == nullptr) {
      completed = false;
      return;
    }
    const size_t end = std::min((i + 1) * task, tiles.Count());
    for (size_t t = i * task; t < end; ++t) pass(tiles[t], response, scratch.get());
  });
  return completed;
}

}  // namespace

template <typename T>
bool LocalResponseForward(const T* x, T* y, const Shape& shape, Layout layout,
                          const ResponseOptions& options) {
  const auto pass = [=](const TileAt& at, const LocalResponse& response, double* scratch) {
    NormalizeResponses(x + at.offset, y + at.offset, at.tile, response, scratch);
  };
  return ForTiles<T>(shape, layout, options, ForwardScratch, pass);
}

template <typename T>
bool LocalResponseBackward(const T* dy, const T* x, T* dx, const Shape& shape, Layout layout,
                           const ResponseOptions& options) {
  const auto pass = [=](const TileAt& at, const LocalResponse& response, double* scratch) {
    DifferentiateResponses(dy + at.offset, x + at.offset, dx + at.offset, at.tile, response,
                           scratch);
  };
  return ForTiles<T>(shape, layout, options, BackwardScratch, pass);
}

BATCHNORM_INSTANTIATE_FLOATS(LocalResponseForward);
BATCHNORM_INSTANTIATE_FLOATS(LocalResponseBackward);

}  // namespace batchnorm
