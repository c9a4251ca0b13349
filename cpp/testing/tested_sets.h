#ifndef BATCHNORM_TESTING_TESTED_SETS_H_
#define BATCHNORM_TESTING_TESTED_SETS_H_

#include <gtest/gtest.h>

#include <cstddef>
#include <iterator>
#include <vector>

#include "cpp/layout/blocks.h"
#include "cpp/layout/sets.h"
#include "cpp/testing/random.h"
#include "cpp/testing/shapes.h"

namespace batchnorm {

inline std::ostream& operator<<(std::ostream& out, const Sets& sets) {
  return out << sets.count << " sets of " << sets.channels << " runs of " << sets.length << ", "
             << sets.period << " a sample";
}

// Centered sets around the lengths of vectors and of blocks, as many as go together and some more.
template <typename T>
std::vector<Sets> TestedSets() {
  constexpr size_t kBlock = kBlockBytes / sizeof(T);
  std::vector<Sets> all;
  for (const size_t size : SizesAroundVectors()) all.push_back({9, 1, 1, size, true});
  for (const size_t size : {kBlock - 1, kBlock, kBlock + 1}) all.push_back({6, 1, 1, size, true});
  // Several channels, and several sets a sample.
  all.push_back({14, 2, 3, 5, true});
  all.push_back({15, 3, 2, 33, true});
  all.push_back({6, 3, 1, 49, true});
  all.push_back({3, 1, 5, kBlock / 4 + 1, true});
  return all;
}

// Calls test(sets, misalignment, distribution), with the misalignments and distributions in turn.
template <typename T, class Test>
void ForEachSets(const Test& test) {
  size_t turn = 0;
  for (const Sets& sets : TestedSets<T>()) {
    for (const size_t step : {0, 1}) {
      const size_t misalignment = (turn + step) % 4;
      SCOPED_TRACE(::testing::Message() << sets << ", misaligned by " << misalignment);
      test(sets, misalignment, kDistributions[(turn / 2 + 2 * step) % std::size(kDistributions)]);
    }
    ++turn;
  }
}

}  // namespace batchnorm

#endif  // BATCHNORM_TESTING_TESTED_SETS_H_
