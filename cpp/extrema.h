#ifndef BATCHNORM_EXTREMA_H_
#define BATCHNORM_EXTREMA_H_

#include <cmath>
#include <cstdint>
#include <limits>

#include "cpp/shape.h"

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
void ExtremaOfRuns(const uint8_t* x, const Runs& runs, Extrema* extrema);
void ExtremaOfRuns(const uint16_t* x, const Runs& runs, Extrema* extrema);
void ExtremaOfRuns(const float* x, const Runs& runs, Extrema* extrema);
void ExtremaOfRuns(const double* x, const Runs& runs, Extrema* extrema);

// The same for each column.
void ExtremaOfColumns(const uint8_t* x, const Rows& rows, Extrema* extrema);
void ExtremaOfColumns(const uint16_t* x, const Rows& rows, Extrema* extrema);
void ExtremaOfColumns(const float* x, const Rows& rows, Extrema* extrema);
void ExtremaOfColumns(const double* x, const Rows& rows, Extrema* extrema);

}  // namespace batchnorm

#endif  // BATCHNORM_EXTREMA_H_
