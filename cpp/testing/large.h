#ifndef BATCHNORM_TESTING_LARGE_H_
#define BATCHNORM_TESTING_LARGE_H_

#include <gtest/gtest.h>

#include <cstddef>

#include "cpp/shape.h"
#include "cpp/streaming.h"
#include "cpp/testing/shapes.h"

namespace batchnorm {

// Calls test(layout) for layouts that are just large enough to be written past the cache, with runs
// and rows that do not end at vectors.
template <typename T, class Test>
void ForEachLargeLayout(const Test& test) {
  constexpr size_t kLimit = kStreamBytes / sizeof(T);
  for (const size_t s : {size_t{33}, size_t{3} + kLimit / 6}) {
    const Runs runs = ChannelsFirstRuns({kLimit / (3 * s) + 1, 3, s});
    SCOPED_TRACE(::testing::Message() << runs);
    ASSERT_TRUE(ShouldStream<T>(runs.Count()));
    test(runs);
  }
  for (const size_t columns : {1, 5, 33, 257, 1100}) {
    const Rows rows = {kLimit / columns + 1, columns};
    SCOPED_TRACE(::testing::Message() << rows);
    ASSERT_TRUE(ShouldStream<T>(rows.Count()));
    test(rows);
  }
}

// A part of a layout and where it starts.
template <class Layout>
struct Part {
  size_t offset;
  Layout layout;
};

// The first and the second half of the runs of every group, or of the rows.
inline Part<Runs> FirstHalf(Runs runs) {
  runs.runs /= 2;
  return {0, runs};
}
inline Part<Runs> SecondHalf(Runs runs) {
  const size_t before = runs.runs / 2;
  runs.runs -= before;
  return {before * runs.run_stride, runs};
}
inline Part<Rows> FirstHalf(Rows rows) {
  rows.rows /= 2;
  return {0, rows};
}
inline Part<Rows> SecondHalf(Rows rows) {
  const size_t before = rows.rows / 2;
  rows.rows -= before;
  return {before * rows.columns, rows};
}

}  // namespace batchnorm

#endif  // BATCHNORM_TESTING_LARGE_H_
