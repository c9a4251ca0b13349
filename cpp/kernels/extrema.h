#ifndef BATCHNORM_KERNELS_EXTREMA_H_
#define BATCHNORM_KERNELS_EXTREMA_H_

#include <cmath>
#include <cstdint>
#include <limits>

#include "cpp/layout/shape.h"

namespace batchnorm {

// The least and the greatest of some elements, both NaN where one of them is NaN; inf and -inf of
// none.
struct Extrema {
  double min = std::numeric_limits<double>::infinity();
  double max = -std::numeric_limits<double>::infinity();

  void Merge(const Extrema& next) {
    // A NaN that is there already compares false and stays.
    if (next.min < min || std::isnan(next.min)) min = next.min;
    if (next.max > max || std::isnan(next.max)) max = next.max;
  }
};

// extrema[g] of each group of runs. A zero is 0, never -0: which of the two comes first would
// depend on the order of comparing.
template <typename T>
void ExtremaOfRuns(const T* x, const Runs& runs, Extrema* extrema);

// The same for each column.
template <typename T>
void ExtremaOfColumns(const T* x, const Rows& rows, Extrema* extrema);

}  // namespace batchnorm

#endif  // BATCHNORM_KERNELS_EXTREMA_H_
