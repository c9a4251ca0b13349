#ifndef BATCHNORM_TESTING_REFERENCE_H_
#define BATCHNORM_TESTING_REFERENCE_H_

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "cpp/layout/shape.h"

namespace batchnorm {

// Both variants in one form: a column is a group of runs of one element.
inline Runs AsRuns(const Runs& runs) { return runs; }
inline Runs AsRuns(const Rows& rows) { return {rows.columns, 1, rows.rows, rows.stride, 1}; }
inline Runs AsRuns(const Shape& shape, Layout layout) {
  return layout == Layout::kChannelsFirst ? ChannelsFirstRuns(shape)
                                          : AsRuns(ChannelsLastRows(shape));
}

// Elements from the first of a layout to past its last, gaps included.
inline size_t Extent(const Runs& runs) {
  if (runs.Count() == 0) return 0;
  return (runs.groups - 1) * runs.group_stride + (runs.runs - 1) * runs.run_stride + runs.length;
}

// Calls f(offset) for each element of group g.
template <class F>
void ForEachElement(const Runs& runs, size_t g, const F& f) {
  for (size_t r = 0; r < runs.runs; ++r) {
    const size_t first = g * runs.group_stride + r * runs.run_stride;
    for (size_t i = 0; i < runs.length; ++i) f(first + i);
  }
}

struct ReferenceMoments {
  long double mean = 0;
  long double m2 = 0;
  // The largest |x|.
  long double magnitude = 0;
};

template <typename T>
ReferenceMoments MomentsByDefinition(const T* x, const Runs& runs, size_t g) {
  const long double count = static_cast<long double>(runs.runs * runs.length);
  ReferenceMoments moments;
  ForEachElement(runs, g, [&](size_t i) {
    moments.mean += x[i];
    moments.magnitude = std::max<long double>(moments.magnitude, std::fabs(x[i]));
  });
  moments.mean /= count;
  ForEachElement(runs, g, [&](size_t i) {
    const long double deviation = x[i] - moments.mean;
    moments.m2 += deviation * deviation;
  });
  return moments;
}

struct ReferenceSums {
  long double sum = 0;
  long double dot = 0;
  // The sums of |dy| and |dy * (x - mean)|, the sizes of what the two sum.
  long double sum_magnitude = 0;
  long double dot_magnitude = 0;
};

template <typename T>
ReferenceSums SumsByDefinition(const T* dy, const T* x, const Runs& runs, size_t g,
                               long double mean) {
  ReferenceSums sums;
  ForEachElement(runs, g, [&](size_t i) {
    const long double product = dy[i] * (x[i] - mean);
    sums.sum += dy[i];
    sums.dot += product;
    sums.sum_magnitude += std::fabs(dy[i]);
    sums.dot_magnitude += std::fabs(product);
  });
  return sums;
}

}  // namespace batchnorm

#endif  // BATCHNORM_TESTING_REFERENCE_H_
