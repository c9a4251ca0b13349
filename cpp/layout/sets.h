#ifndef BATCHNORM_LAYOUT_SETS_H_
#define BATCHNORM_LAYOUT_SETS_H_

#include <cstddef>

namespace batchnorm {

// Sets of adjacent elements, one behind the other, each with statistics of its own and with
// `channels` runs of `length` elements. A sample is `period` sets, all of different channels.
struct Sets {
  size_t Size() const { return channels * length; }
  // The channel of the first run of a set.
  size_t FirstChannel(size_t set) const { return set % period * channels; }

  size_t count;
  size_t period;
  size_t channels;
  size_t length;
  // Whether the mean comes off; else it counts as 0, and the variance is the mean square.
  bool centered;
};

// Those from `begin` to before `end`.
struct SetRange {
  size_t begin;
  size_t end;
};

// Of some samples, those sets that are `sets` in the first one.
struct SampleSets {
  size_t first_sample;
  size_t end_sample;
  SetRange sets;
};

}  // namespace batchnorm

#endif  // BATCHNORM_LAYOUT_SETS_H_
