#include "cpp/passes/short_runs.h"

#include <algorithm>
#include <cstdint>

#include "cpp/kernels/backward_reduce.h"
#include "cpp/kernels/moments.h"
#include "cpp/layout/scratch.h"
#include "cpp/layout/split.h"
#include "cpp/layout/strips.h"
#include "cpp/numerics/chan.h"
#include "cpp/simd/element_types.h"
#include "cpp/threads/thread_pool.h"

namespace batchnorm {
namespace {

// The rows of a strip in blocks, each with some values of its own.
struct BlockedStrip {
  size_t Blocks() const { return DivideUp(strip.rows.rows, block_rows); }
  size_t FirstValue(size_t block) const { return first_value + block * values; }

  Strip Block(size_t block) const {
    Strip part = strip;
    part.offset += block * block_rows * strip.rows.stride;
    part.rows.rows = std::min(block_rows, strip.rows.rows - block * block_rows);
    return part;
  }

  Strip strip;
  size_t block_rows;
  size_t values;
  size_t first_value;
};

// The strips through which whole groups go.
class BlockedStrips {
 public:
  // block_rows(strip) and values(strip) are those of a block.
  template <class BlockRows, class Values>
  BlockedStrips(const Runs& runs, size_t element_size, const BlockRows& block_rows,
                const Values& values) {
    ForEachStrip(runs, element_size, [this](const Strip&) { ++count_; });
    strips_ = AllocateScratch<BlockedStrip>(count_);
    if (strips_ == nullptr) return;
    BlockedStrip* next = strips_.get();
    ForEachStrip(runs, element_size, [&](const Strip& strip) {
      *next = {strip, block_rows(strip), values(strip), values_};
      most_blocks_ = std::max(most_blocks_, next->Blocks());
      values_ += next->Blocks() * next->values;
      ++next;
    });
  }

  bool Allocated() const { return strips_ != nullptr; }
  // Those of all blocks.
  size_t Values() const { return values_; }

  // Calls sum(block, first_value) for each block, and then join(strip) for each strip.
  template <class Sum, class Join>
  void ForEach(const Sum& sum, const Join& join) const {
    // Some hundred KB.
    constexpr size_t kBlocksATask = 8;
    const size_t tasks = DivideUp(most_blocks_, kBlocksATask);
    ParallelFor(count_ * tasks, [&](size_t i) {
      const BlockedStrip& strip = strips_[i / tasks];
      const size_t first = i % tasks * kBlocksATask;
      const size_t end = std::min(first + kBlocksATask, strip.Blocks());
      for (size_t b = first; b < end; ++b) sum(strip.Block(b), strip.FirstValue(b));
    });
    ParallelFor(count_, [&](size_t i) { join(strips_[i]); });
  }

 private:
  template <class F>
  static void ForEachStrip(const Runs& runs, size_t element_size, const F& f) {
    const RunsSplit parts = RunsSplit::OfGroups(runs, element_size);
    for (size_t i = 0; i < parts.Count(); ++i) {
      const RunsPart part = parts[i];
      ShortRunCursor strips(part.runs);
      Strip strip;
      while (strips.Next(&strip)) {
        strip.offset += part.offset;
        strip.first_channel += part.first_group;
        f(strip);
      }
    }
  }

  size_t count_ = 0;
  size_t most_blocks_ = 0;
  size_t values_ = 0;
  std::unique_ptr<BlockedStrip[]> strips_;
};

}  // namespace

template <typename T>
bool ThreadedMomentsOfShortRuns(const T* x, const Runs& runs, double* mean, double* m2) {
  const BlockedStrips strips(
      runs, sizeof(T),
      [](const Strip& strip) { return BlockRows<T>(kShortRunBlockBytes, strip.rows.columns); },
      [](const Strip& strip) { return strip.channels; });
  const auto parts = AllocateScratch<Moments>(strips.Values());
  if (!strips.Allocated() || parts == nullptr) return false;
  strips.ForEach([&](const Strip& block, size_t first) { MomentsOfStrip(x, block, &parts[first]); },
                 [&](const BlockedStrip& strip) {
                   for (size_t c = 0; c < strip.strip.channels; ++c) {
                     Moments all;
                     for (size_t b = 0; b < strip.Blocks(); ++b) {
                       all.Merge(parts[strip.FirstValue(b) + c]);
                     }
                     mean[strip.strip.first_channel + c] = all.mean;
                     m2[strip.strip.first_channel + c] = all.m2;
                   }
                 });
  return true;
}

template <typename T>
bool ThreadedReduceShortRuns(const OutputGradient<T>& dy, const T* x, const Runs& runs,
                             const double* mean, double* sum, double* dot) {
  const BlockedStrips strips(
      runs, sizeof(T), [](const Strip&) { return kReduceBlockRows; },
      [](const Strip& strip) { return strip.rows.columns; });
  const auto sums = AllocateScratch<double>(strips.Values());
  const auto dots = AllocateScratch<double>(strips.Values());
  if (!strips.Allocated() || sums == nullptr || dots == nullptr) return false;
  // A column from block to block, then a channel from column to column.
  const auto join = [](const BlockedStrip& strip, const double* parts, double* channels) {
    const Strip& whole = strip.strip;
    for (size_t c = 0; c < whole.channels; ++c) {
      double channel = 0.0;
      for (size_t j = c * whole.width; j < (c + 1) * whole.width; ++j) {
        double column = 0.0;
        for (size_t b = 0; b < strip.Blocks(); ++b) column += parts[strip.FirstValue(b) + j];
        channel += column;
      }
      channels[whole.first_channel + c] = channel;
    }
  };
  strips.ForEach(
      [&](const Strip& block, size_t first) {
        BackwardReduceStrip(dy, x, block, mean + block.first_channel, &sums[first], &dots[first]);
      },
      [&](const BlockedStrip& strip) {
        join(strip, sums.get(), sum);
        join(strip, dots.get(), dot);
      });
  return true;
}

BATCHNORM_INSTANTIATE_NUMBERS(ThreadedMomentsOfShortRuns);
BATCHNORM_INSTANTIATE_FLOATS(ThreadedReduceShortRuns);

// Pixels have moments only.

}  // namespace batchnorm
