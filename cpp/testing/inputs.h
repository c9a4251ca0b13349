#ifndef BATCHNORM_TESTING_INPUTS_H_
#define BATCHNORM_TESTING_INPUTS_H_

#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <vector>

#include "cpp/layout/shape.h"
#include "cpp/testing/padded_array.h"
#include "cpp/testing/random.h"
#include "cpp/testing/reference.h"

namespace batchnorm {

// value(g) at each element of each group, group by group; NaN in the gaps between them.
template <typename T, class Value>
PaddedArray<T> MakeInput(const Runs& runs, size_t misalignment, const Value& value) {
  PaddedArray<T> x(Extent(runs), misalignment);
  for (size_t g = 0; g < runs.groups; ++g) {
    ForEachElement(runs, g, [&](size_t i) { x[i] = static_cast<T>(value(g)); });
  }
  return x;
}

// Integers have one distribution.
template <typename T>
PaddedArray<T> RandomInput(const Runs& runs, size_t misalignment, Distribution distribution,
                           uint64_t seed) {
  Random random(seed);
  return MakeInput<T>(runs, misalignment, [&](size_t) -> double {
    if (std::is_integral_v<T>) return static_cast<T>(random.Bits());
    return Draw(distribution, random);
  });
}

// Whether nothing was written but the elements of the groups.
template <typename T>
bool OnlyElementsWritten(const Runs& runs, PaddedArray<T>& y) {
  std::vector<bool> is_element(y.size(), false);
  for (size_t g = 0; g < runs.groups; ++g) {
    ForEachElement(runs, g, [&](size_t i) { is_element[i] = true; });
  }
  bool intact = y.PaddingIsUntouched();
  for (size_t i = 0; i < y.size(); ++i) intact = intact && (is_element[i] || y.IsUntouched(i));
  return intact;
}

}  // namespace batchnorm

#endif  // BATCHNORM_TESTING_INPUTS_H_
