#ifndef BATCHNORM_FOLD_H_
#define BATCHNORM_FOLD_H_

#include <algorithm>
#include <cstddef>

#include "cpp/shape.h"

namespace batchnorm {

// Columns that one pass of a column kernel holds in its scratch arrays.
constexpr size_t kMaxColumns = 512;

// A narrow matrix read as a wide one: `repeat` rows side by side make one wide row, in which column
// j belongs to channel j % columns. The last `rest_rows` rows fill no wide row.
struct Fold {
  explicit Fold(const Rows& matrix) {
    constexpr size_t kTargetColumns = 256;
    constexpr size_t kMinWideRows = 8;
    repeat = matrix.columns == 0
                 ? 1
                 : std::min(kTargetColumns / matrix.columns, matrix.rows / kMinWideRows);
    // Wide rows of whole vectors need no partial loads.
    if (repeat > 16) repeat -= repeat % 16;
    repeat = std::max<size_t>(repeat, 1);
    wide = {matrix.rows / repeat, matrix.columns * repeat};
    rest_rows = matrix.rows % repeat;
  }

  size_t repeat;
  Rows wide;
  size_t rest_rows;
};

// At most kMaxColumns columns of a matrix: row r starts at offset + r * stride. Column j belongs to
// channel first_channel + j % channels.
struct Strip {
  size_t offset;
  size_t rows;
  size_t columns;
  size_t stride;
  size_t first_channel;
  size_t channels;
};

// Gives each column of a strip the coefficients of its channel.
template <class Coefficients, class ColumnCoefficients>
void SpreadCoefficients(const Strip& strip, const Coefficients* channel,
                        ColumnCoefficients* columns) {
  size_t c = 0;
  for (size_t j = 0; j < strip.columns; ++j) {
    columns->Set(j, channel[strip.first_channel + c]);
    if (++c == strip.channels) c = 0;
  }
}

// Cuts a matrix into strips: a narrow one into its fold and the rows left over, a wide one into
// groups of columns.
class StripCursor {
 public:
  explicit StripCursor(const Rows& matrix) : matrix_(matrix), fold_(matrix) {}

  bool Next(Strip* strip) {
    if (fold_.repeat == 1) {
      if (next_ >= matrix_.columns) return false;
      const size_t columns = std::min(kMaxColumns, matrix_.columns - next_);
      *strip = {next_, matrix_.rows, columns, matrix_.columns, next_, columns};
      next_ += columns;
      return true;
    }
    const size_t folded = fold_.wide.rows * fold_.wide.columns;
    if (next_ == 0) {
      *strip = {0, fold_.wide.rows, fold_.wide.columns, fold_.wide.columns, 0, matrix_.columns};
      next_ = folded;
      return true;
    }
    if (next_ > folded || fold_.rest_rows == 0) return false;
    // As one row: it repeats the channels just as a wide row does.
    *strip = {folded, 1, fold_.rest_rows * matrix_.columns, 0, 0, matrix_.columns};
    ++next_;
    return true;
  }

 private:
  Rows matrix_;
  Fold fold_;
  size_t next_ = 0;
};

}  // namespace batchnorm

#endif  // BATCHNORM_FOLD_H_
