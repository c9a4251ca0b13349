#ifndef BATCHNORM_TESTING_CASES_H_
#define BATCHNORM_TESTING_CASES_H_

#include <gtest/gtest.h>

#include <cstddef>
#include <iterator>

#include "cpp/testing/random.h"
#include "cpp/testing/shapes.h"

namespace batchnorm {

// Calls test(layout, misalignment, distribution) for each layout at misalignments 0 to 3, with the
// distributions in turn so that each layout meets them all.
template <class Layouts, class Test>
void ForEachCase(const Layouts& layouts, const Test& test) {
  for (size_t l = 0; l < layouts.size(); ++l) {
    for (size_t misalignment = 0; misalignment < 4; ++misalignment) {
      SCOPED_TRACE(::testing::Message() << layouts[l] << ", misaligned by " << misalignment);
      test(layouts[l], misalignment,
           kDistributions[(l + misalignment) % std::size(kDistributions)]);
    }
  }
}

// The same for the layouts of both variants.
template <typename T, class Test>
void ForEachCase(const Test& test) {
  ForEachCase(TestedRuns<T>(), test);
  ForEachCase(TestedRows<T>(), test);
}

// Calls test(layout) for each layout of both variants.
template <typename T, class Test>
void ForEachLayout(const Test& test) {
  for (const Runs& runs : TestedRuns<T>()) {
    SCOPED_TRACE(::testing::Message() << runs);
    test(runs);
  }
  for (const Rows& rows : TestedRows<T>()) {
    SCOPED_TRACE(::testing::Message() << rows);
    test(rows);
  }
}

}  // namespace batchnorm

#endif  // BATCHNORM_TESTING_CASES_H_
