#ifndef BATCHNORM_TESTING_SHAPES_H_
#define BATCHNORM_TESTING_SHAPES_H_

#include <cstddef>
#include <ostream>
#include <set>
#include <vector>

#include "cpp/layout/blocks.h"
#include "cpp/layout/shape.h"

namespace batchnorm {

constexpr Layout kLayouts[] = {Layout::kChannelsFirst, Layout::kChannelsLast};

inline std::ostream& operator<<(std::ostream& out, const Runs& runs) {
  return out << runs.groups << " groups of " << runs.runs << " runs of " << runs.length;
}
inline std::ostream& operator<<(std::ostream& out, const Rows& rows) {
  return out << rows.rows << " rows of " << rows.columns << ", " << rows.stride << " apart";
}
inline std::ostream& operator<<(std::ostream& out, const Shape& shape) {
  return out << "n " << shape.n << ", c " << shape.c << ", s " << shape.s;
}

// 1, 3, N-1, N, N+1, 4N/3 and 8N+2 for the vector length N of every target, and the 16 lanes of a
// sum.
inline std::set<size_t> SizesAroundVectors() {
  std::set<size_t> sizes = {31, 32, 33};
  for (const size_t n : {1, 2, 4, 8, 16}) {
    sizes.insert({1, 3, n, n + 1, 4 * n / 3, 8 * n + 2});
    if (n > 1) sizes.insert(n - 1);
  }
  return sizes;
}

template <typename T>
std::vector<Runs> TestedRuns() {
  constexpr size_t kBlock = kBlockBytes / sizeof(T);
  std::vector<Runs> all;
  for (const size_t s : SizesAroundVectors()) {
    all.push_back(ChannelsFirstRuns({1, 1, s}));
    all.push_back(ChannelsFirstRuns({3, 2, s}));
    // So many rows that short runs go side by side.
    all.push_back(ChannelsFirstRuns({9, 5, s}));
  }
  for (const size_t s : {kBlock - 1, kBlock, kBlock + 1, 2 * kBlock + 5}) {
    all.push_back(ChannelsFirstRuns({1, 1, s}));
    all.push_back(ChannelsFirstRuns({2, 3, s}));
  }
  // Many runs to a block; runs that leave part of a block empty; runs of one element.
  all.push_back(ChannelsFirstRuns({100, 3, 49}));
  all.push_back(ChannelsFirstRuns({9, 2, kBlock / 4 - 1}));
  all.push_back(ChannelsFirstRuns({3, 2, kBlock / 2 + 1}));
  all.push_back(ChannelsFirstRuns({kBlock + 3, 1, 1}));
  // Short runs and the first that are not; several strips of them; several blocks.
  for (const size_t s : {127, 128}) all.push_back(ChannelsFirstRuns({8, 12, s}));
  all.push_back(ChannelsFirstRuns({9, 30, 49}));
  all.push_back(ChannelsFirstRuns({10, 600, 1}));
  all.push_back(ChannelsFirstRuns({700, 3, 33}));
  // Several chunks.
  constexpr size_t kChunk = kChunkBytes / sizeof(T);
  all.push_back(ChannelsFirstRuns({1, 1, kChunk + 5}));
  all.push_back(ChannelsFirstRuns({3, 1, kChunk / 2 + 1}));
  // Gaps between groups, between runs, or both.
  for (const size_t runs : {4, 40}) {
    all.push_back({3, 20, runs, 100, 17});
    all.push_back({3, 17, runs, 60, 17});
  }
  return all;
}

template <typename T>
std::vector<Rows> TestedRows() {
  std::vector<Rows> all;
  for (const size_t columns : {1, 3, 5, 16, 33, 100, 127, 128, 129, 255, 256, 257, 511, 512, 513}) {
    for (const size_t rows : {1, 2, 3, 7, 8, 9, 100}) all.push_back({rows, columns});
  }
  for (const size_t rows : {1, 3, 17, 40}) all.push_back({rows, 1100});
  // Enough rows for a fold: with rows left over, and in several blocks.
  for (const size_t rows : {15, 16, 17, 2047, 2048, 2049, 20011}) all.push_back({rows, 1});
  for (const size_t rows : {175, 176, 177, 4003}) all.push_back({rows, 5});
  for (const size_t rows : {127, 128, 129, 1500}) all.push_back({rows, 16});
  all.push_back({1001, 33});
  // Gaps between rows.
  for (const size_t rows : {3, 100}) {
    for (const size_t columns : {1, 5, 33, 513}) all.push_back({rows, columns, columns + 7});
  }
  return all;
}

// Columns around the limits of a fold (256) and of a strip (512), rows around those of a fold.
inline std::vector<Rows> FoldedRows() {
  std::vector<Rows> all = TestedRows<float>();
  for (const size_t columns : {0, 2, 7, 8, 9, 15, 17, 31, 32, 64, 85, 1023, 1024, 1025}) {
    for (const size_t rows : {0, 1, 8, 15, 16, 17, 31, 127, 128, 129, 1000}) {
      all.push_back({rows, columns});
    }
  }
  return all;
}

}  // namespace batchnorm

#endif  // BATCHNORM_TESTING_SHAPES_H_
