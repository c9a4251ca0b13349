#ifndef BATCHNORM_LAYOUT_SPLIT_H_
#define BATCHNORM_LAYOUT_SPLIT_H_

#include <algorithm>
#include <cstddef>

#include "cpp/layout/blocks.h"
#include "cpp/layout/sets.h"
#include "cpp/layout/shape.h"
#include "cpp/layout/strips.h"

namespace batchnorm {

// Work worth handing to another thread: it takes some tens of microseconds.
constexpr size_t kTaskBytes = 256 * 1024;

inline size_t DivideUp(size_t a, size_t b) { return (a + b - 1) / b; }

// A part of some runs: its first element, its first group, and the runs in it.
struct RunsPart {
  size_t offset;
  size_t first_group;
  Runs runs;
};

// Cuts runs into parts of about kTaskBytes, whose borders depend on the shape alone.
class RunsSplit {
 public:
  // For a pass that treats each element by itself: along the runs, then the groups of a run, then
  // the length of a run of one group.
  static RunsSplit OfElements(const Runs& runs, size_t element_size) {
    if (AreShort(runs)) return OfShortElements(runs, element_size);
    const size_t wanted = DivideUp(runs.Count() * element_size, kTaskBytes);
    const size_t run_parts = std::min(runs.runs, wanted);
    const size_t group_parts = std::min(runs.groups, DivideUp(wanted, run_parts));
    const size_t length_parts = std::min(runs.length, DivideUp(wanted, run_parts * group_parts));
    return RunsSplit(runs, DivideUp(runs.runs, run_parts), DivideUp(runs.groups, group_parts),
                     DivideUp(runs.length, length_parts));
  }

  // For a pass that needs whole groups.
  static RunsSplit OfGroups(const Runs& runs, size_t element_size) {
    const size_t group_bytes = runs.runs * runs.length * element_size;
    size_t groups = DivideUp(kTaskBytes, group_bytes);
    if (AreShort(runs)) groups = DivideUp(groups, kShortRunGroups) * kShortRunGroups;
    return RunsSplit(runs, runs.runs, groups, runs.length);
  }

  size_t Count() const { return RunParts() * GroupParts() * LengthParts(); }
  // Of the largest part.
  size_t MostElements() const {
    return run_size_ * std::min(group_size_, runs_.groups) * length_size_;
  }

  RunsPart operator[](size_t i) const {
    const size_t length = i % LengthParts() * length_size_;
    const size_t group = i / LengthParts() % GroupParts() * group_size_;
    const size_t run = i / LengthParts() / GroupParts() * run_size_;
    RunsPart part = {run * runs_.run_stride + group * runs_.group_stride + length, group, runs_};
    part.runs.runs = std::min(run_size_, runs_.runs - run);
    part.runs.groups = std::min(group_size_, runs_.groups - group);
    part.runs.length = std::min(length_size_, runs_.length - length);
    return part;
  }

 private:
  // Groups side by side, and so many of their runs that they still are short ones.
  static RunsSplit OfShortElements(const Runs& runs, size_t element_size) {
    const size_t groups = OfGroups(runs, element_size).group_size_;
    const size_t row_bytes = std::min(groups, runs.groups) * runs.length * element_size;
    const size_t run_size = std::max(kMinShortRuns, DivideUp(kTaskBytes, row_bytes));
    return RunsSplit(runs, std::min(run_size, runs.runs), groups, runs.length);
  }

  RunsSplit(const Runs& runs, size_t run_size, size_t group_size, size_t length_size)
      : runs_(runs), run_size_(run_size), group_size_(group_size), length_size_(length_size) {}

  size_t RunParts() const { return DivideUp(runs_.runs, run_size_); }
  size_t GroupParts() const { return DivideUp(runs_.groups, group_size_); }
  size_t LengthParts() const { return DivideUp(runs_.length, length_size_); }

  Runs runs_;
  size_t run_size_;
  size_t group_size_;
  size_t length_size_;
};

// A part of a matrix: its first element and column, and the rows in it.
struct RowsPart {
  size_t offset;
  size_t first_column;
  Rows rows;
};

// Cuts a matrix into parts whose borders depend on the shape alone.
class RowsSplit {
 public:
  // For a pass that treats each element by itself: parts of about kTaskBytes.
  static RowsSplit OfElements(const Rows& matrix, size_t element_size) {
    const size_t task_elements = kTaskBytes / element_size;
    const size_t rows = std::max<size_t>(task_elements / matrix.columns, 1);
    return RowsSplit(matrix, rows, std::min(matrix.columns, task_elements));
  }

  // For a pass that sums columns: so many rows that joining the sums costs little.
  static RowsSplit OfSums(const Rows& matrix, size_t element_size) {
    constexpr size_t kMinRows = 256;
    const size_t columns = std::min(matrix.columns, kMaxColumns);
    return RowsSplit(matrix, std::max(kMinRows, kChunkBytes / element_size / columns), columns);
  }

  size_t RowParts() const { return DivideUp(matrix_.rows, rows_); }
  size_t ColumnParts() const { return DivideUp(matrix_.columns, columns_); }
  size_t Count() const { return RowParts() * ColumnParts(); }

  // Which of the row parts part i is in.
  size_t RowPart(size_t i) const { return i / ColumnParts(); }
  size_t RowsBefore(size_t row_part) const { return row_part * rows_; }
  size_t RowsIn(size_t row_part) const {
    return std::min(rows_, matrix_.rows - RowsBefore(row_part));
  }

  RowsPart operator[](size_t i) const {
    const size_t row = RowsBefore(RowPart(i));
    const size_t column = i % ColumnParts() * columns_;
    return {row * matrix_.stride + column,
            column,
            {RowsIn(RowPart(i)), std::min(columns_, matrix_.columns - column), matrix_.stride}};
  }

 private:
  RowsSplit(const Rows& matrix, size_t rows, size_t columns)
      : matrix_(matrix), rows_(rows), columns_(columns) {}

  Rows matrix_;
  size_t rows_;
  size_t columns_;
};

// Cuts sets into parts of about kTaskBytes, whose borders depend on their shape alone.
class SetsSplit {
 public:
  SetsSplit(const Sets& sets, size_t element_size)
      : count_(sets.count), size_(DivideUp(kTaskBytes, sets.Size() * element_size)) {}

  size_t Count() const { return DivideUp(count_, size_); }

  SetRange operator[](size_t i) const { return {i * size_, std::min((i + 1) * size_, count_)}; }

 private:
  size_t count_;
  size_t size_;
};

// The same for a pass that sums over samples: so many of them to a part that joining the sums costs
// little, and some of their sets.
class SampleSetsSplit {
 public:
  SampleSetsSplit(const Sets& sets, size_t element_size)
      : samples_(sets.count / sets.period), sets_(sets.period), set_elements_(sets.Size()) {
    constexpr size_t kMinSamples = 64;
    const size_t set_bytes = sets.Size() * element_size;
    samples_size_ = std::max(kMinSamples, kChunkBytes / (sets_ * set_bytes));
    sets_size_ = DivideUp(kTaskBytes, std::min(samples_size_, samples_) * set_bytes);
  }

  size_t SampleParts() const { return DivideUp(samples_, samples_size_); }
  size_t Count() const { return SampleParts() * SetParts(); }

  // Of the largest part.
  size_t MostElements() const {
    return std::min(samples_size_, samples_) * std::min(sets_size_, sets_) * set_elements_;
  }

  // Which of the parts of the samples part i is in.
  size_t SamplePart(size_t i) const { return i / SetParts(); }

  SampleSets operator[](size_t i) const {
    const size_t sample = SamplePart(i) * samples_size_;
    const size_t set = i % SetParts() * sets_size_;
    return {sample,
            std::min(sample + samples_size_, samples_),
            {set, std::min(set + sets_size_, sets_)}};
  }

 private:
  size_t SetParts() const { return DivideUp(sets_, sets_size_); }

  size_t samples_;
  size_t sets_;
  size_t set_elements_;
  size_t samples_size_;
  size_t sets_size_;
};

}  // namespace batchnorm

#endif  // BATCHNORM_LAYOUT_SPLIT_H_
