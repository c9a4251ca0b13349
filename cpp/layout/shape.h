#ifndef BATCHNORM_LAYOUT_SHAPE_H_
#define BATCHNORM_LAYOUT_SHAPE_H_

#include <cstddef>

namespace batchnorm {

// Every input, collapsed: n samples, c channels, s elements a sample and channel.
struct Shape {
  size_t Count() const { return n * c * s; }
  bool IsEmpty() const { return Count() == 0; }

  size_t n;
  size_t c;
  size_t s;
};

enum class Layout { kChannelsFirst, kChannelsLast };

// Groups of elements that share statistics, each a set of runs of adjacent elements: run r of
// group g starts at g * group_stride + r * run_stride.
struct Runs {
  size_t groups;
  size_t group_stride;
  size_t runs;
  size_t run_stride;
  size_t length;

  size_t Count() const { return groups * runs * length; }
};

// A matrix whose columns share statistics: rows of adjacent elements, `stride` apart.
struct Rows {
  Rows() = default;
  Rows(size_t rows, size_t columns) : Rows(rows, columns, columns) {}
  Rows(size_t rows, size_t columns, size_t stride) : rows(rows), columns(columns), stride(stride) {}

  size_t Count() const { return rows * columns; }

  size_t rows;
  size_t columns;
  size_t stride;
};

inline Runs ChannelsFirstRuns(const Shape& shape) {
  return {shape.c, shape.s, shape.n, shape.c * shape.s, shape.s};
}

inline Rows ChannelsLastRows(const Shape& shape) { return {shape.n * shape.s, shape.c, shape.c}; }

// A channel of one element a sample, or a single channel, has one layout whatever it is called:
// columns and one long run are the fast ways through them.
inline bool UsesRuns(const Shape& shape, Layout layout) {
  if (shape.c == 1) return true;
  return layout == Layout::kChannelsFirst && shape.s != 1;
}

// The runs of a shape that uses them.
inline Runs RunsOf(const Shape& shape) {
  if (shape.c == 1) return ChannelsFirstRuns({1, 1, shape.n * shape.s});
  return ChannelsFirstRuns(shape);
}

}  // namespace batchnorm

#endif  // BATCHNORM_LAYOUT_SHAPE_H_
