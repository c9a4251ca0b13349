#ifndef BATCHNORM_TESTING_LARGE_H_
#define BATCHNORM_TESTING_LARGE_H_

#include <gtest/gtest.h>

#include <array>
#include <cstddef>

#include "cpp/layout/shape.h"
#include "cpp/simd/streaming.h"
#include "cpp/testing/reference.h"
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
    ASSERT_TRUE((StoresFor<T>(runs.Count()) == Stores::kStreaming));
    test(runs);
  }
  for (const size_t columns : {1, 5, 33, 257, 1100}) {
    const Rows rows = {kLimit / columns + 1, columns};
    SCOPED_TRACE(::testing::Message() << rows);
    ASSERT_TRUE((StoresFor<T>(rows.Count()) == Stores::kStreaming));
    test(rows);
  }
}

// A part of a layout and where it starts.
template <class Layout>
struct Part {
  size_t offset;
  Layout layout;
};

// `count` runs of every group, or rows.
inline Part<Runs> Slice(Runs runs, size_t first, size_t count) {
  runs.runs = count;
  return {first * runs.run_stride, runs};
}
inline Part<Rows> Slice(Rows rows, size_t first, size_t count) {
  rows.rows = count;
  return {first * rows.stride, rows};
}

template <class Layout>
std::array<Part<Layout>, 2> Halves(const Layout& layout) {
  const size_t runs = AsRuns(layout).runs;
  return {Slice(layout, 0, runs / 2), Slice(layout, runs / 2, runs - runs / 2)};
}

}  // namespace batchnorm

#endif  // BATCHNORM_TESTING_LARGE_H_
