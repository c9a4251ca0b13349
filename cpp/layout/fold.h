#ifndef BATCHNORM_LAYOUT_FOLD_H_
#define BATCHNORM_LAYOUT_FOLD_H_

#include <algorithm>
#include <cstddef>

#include "cpp/layout/shape.h"

namespace batchnorm {

// A narrow matrix read as a wide one: `repeat` rows side by side make one wide row, in which column
// j belongs to channel j % columns. The last `rest_rows` rows fill no wide row.
struct Fold {
  explicit Fold(const Rows& matrix) {
    constexpr size_t kTargetColumns = 128;
    constexpr size_t kMinWideRows = 8;
    // Rows that are no neighbours, or of no columns, do not fold.
    repeat = 1;
    if (matrix.columns != 0 && matrix.stride == matrix.columns) {
      repeat = std::min(kTargetColumns / matrix.columns, matrix.rows / kMinWideRows);
      // Wide rows of whole vectors need no partial loads.
      if (repeat > 16) repeat -= repeat % 16;
      repeat = std::max<size_t>(repeat, 1);
    }
    wide = {matrix.rows / repeat, matrix.columns * repeat, matrix.stride * repeat};
    rest_rows = matrix.rows % repeat;
  }

  size_t repeat;
  Rows wide;
  size_t rest_rows;
};

}  // namespace batchnorm

#endif  // BATCHNORM_LAYOUT_FOLD_H_
