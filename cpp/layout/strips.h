#ifndef BATCHNORM_LAYOUT_STRIPS_H_
#define BATCHNORM_LAYOUT_STRIPS_H_

#include <algorithm>
#include <cstddef>

#include "cpp/layout/fold.h"
#include "cpp/layout/shape.h"

namespace batchnorm {

// Columns that one pass of a column kernel holds in its scratch arrays.
constexpr size_t kMaxColumns = 512;

// Rows of a block of about so many bytes, whose columns' moments are found together.
template <typename T>
constexpr size_t BlockRows(size_t bytes, size_t columns) {
  constexpr size_t kMinRows = 16;
  // A column adds up row by row: longer sums would lose digits.
  constexpr size_t kMaxRows = 256;
  return std::max(kMinRows, std::min(kMaxRows, bytes / sizeof(T) / columns));
}

// A block of short runs stays in L2 between its two readings; larger than one of columns, since its
// sums take longer to join.
constexpr size_t kShortRunBlockBytes = 64 * 1024;

// Rows that the backward pass sums up before it adds them to the rest.
constexpr size_t kReduceBlockRows = 64;

// At most kMaxColumns columns of a matrix: row r starts at offset + r * stride. Each channel has
// `width` columns side by side; after `channels` channels they repeat.
struct Strip {
  size_t offset;
  Rows rows;
  size_t first_channel;
  size_t channels;
  size_t width;
};

// Cuts a matrix of one column a channel into strips: a narrow one into its fold and the rows left
// over, a wide one into groups of columns.
class StripCursor {
 public:
  explicit StripCursor(const Rows& matrix) : matrix_(matrix), fold_(matrix) {}

  bool Next(Strip* strip) {
    if (fold_.repeat == 1) {
      if (next_ >= matrix_.columns) return false;
      const size_t columns = std::min(kMaxColumns, matrix_.columns - next_);
      *strip = {next_, {matrix_.rows, columns, matrix_.stride}, next_, columns, 1};
      next_ += columns;
      return true;
    }
    const size_t folded = fold_.wide.Count();
    if (next_ == 0) {
      *strip = {0, fold_.wide, 0, matrix_.columns, 1};
      next_ = folded;
      return true;
    }
    if (next_ > folded || fold_.rest_rows == 0) return false;
    // As one row: it repeats the channels just as a wide row does.
    const size_t rest = fold_.rest_rows * matrix_.columns;
    *strip = {folded, {1, rest, rest}, 0, matrix_.columns, 1};
    ++next_;
    return true;
  }

 private:
  Rows matrix_;
  Fold fold_;
  size_t next_ = 0;
};

// Of fewer runs each goes by itself, however short.
constexpr size_t kMinShortRuns = 8;

// Whether runs are too short to go through one by one: adjacent runs of several groups then make
// the rows of a matrix, with `length` columns a group.
inline bool AreShort(const Runs& runs) {
  constexpr size_t kShortLength = 128;
  return runs.length != 0 && runs.length < kShortLength && runs.runs >= kMinShortRuns &&
         runs.group_stride == runs.length;
}

// Short runs are cut after so many groups where they can be: a mask then begins there with a byte.
constexpr size_t kShortRunGroups = 8;

// Cuts short runs into strips of whole groups.
class ShortRunCursor {
 public:
  explicit ShortRunCursor(const Runs& runs) : runs_(runs) {}

  bool Next(Strip* strip) {
    if (next_ >= runs_.groups) return false;
    size_t most = kMaxColumns / runs_.length;
    if (most > kShortRunGroups) most -= most % kShortRunGroups;
    const size_t groups = std::min(most, runs_.groups - next_);
    *strip = {next_ * runs_.length,
              {runs_.runs, groups * runs_.length, runs_.run_stride},
              next_,
              groups,
              runs_.length};
    next_ += groups;
    return true;
  }

 private:
  Runs runs_;
  size_t next_ = 0;
};

}  // namespace batchnorm

#endif  // BATCHNORM_LAYOUT_STRIPS_H_
