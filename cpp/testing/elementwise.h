#ifndef BATCHNORM_TESTING_ELEMENTWISE_H_
#define BATCHNORM_TESTING_ELEMENTWISE_H_

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <vector>

#include "cpp/testing/cases.h"
#include "cpp/testing/every_target.h"
#include "cpp/testing/inputs.h"
#include "cpp/testing/large.h"
#include "cpp/testing/same_bits.h"
#include "cpp/testing/ulps.h"

// What holds for a kernel that makes each element of its output from the same element of its
// inputs. Such a Kernel<T> has
//   Kernel(groups, center)      random coefficients for inputs around center
//   kInputs
//   Run(inputs, y, layout)      calls the kernel
//   Expect(inputs, i, g)        element i of group g by definition
namespace batchnorm {

template <typename T>
using ElementwiseInputs = std::array<const T*, 2>;

// A value by definition, and the size of what was added up to it.
struct Expectation {
  long double value;
  long double magnitude;
};

// The arrays of one call: the inputs, each with its own misalignment, and their random values.
template <class Kernel, typename T>
struct ElementwiseArrays {
  ElementwiseArrays(const Runs& runs, size_t misalignment, Distribution distribution) {
    for (size_t k = 0; k < Kernel::kInputs; ++k) {
      arrays.push_back(
          RandomInput<T>(runs, misalignment + k, distribution, runs.Count() + 1000 * k));
    }
  }

  ElementwiseInputs<T> Inputs() const {
    ElementwiseInputs<T> inputs = {};
    for (size_t k = 0; k < Kernel::kInputs; ++k) inputs[k] = arrays[k].data();
    return inputs;
  }

  std::vector<PaddedArray<T>> arrays;
};

template <template <typename> class Kernel, typename T>
void ExpectWithinUlpsOfTheDefinition(long double bound) {
  ForEachCase<T>([bound](const auto& layout, size_t misalignment, Distribution distribution) {
    const Runs runs = AsRuns(layout);
    const double center = distribution == Distribution::kFarFromZero ? 1e6 : 0.0;
    const Kernel<T> kernel(runs.groups, center);
    const ElementwiseArrays<Kernel<T>, T> x(runs, misalignment, distribution);
    PaddedArray<T> y(Extent(runs), 3 - misalignment);
    kernel.Run(x.Inputs(), y.data(), layout);
    long double ulps = 0;
    for (size_t g = 0; g < runs.groups; ++g) {
      ForEachElement(runs, g, [&](size_t i) {
        const Expectation expected = kernel.Expect(x.Inputs(), i, g);
        ulps = std::max(ulps, UlpsAt(expected.magnitude, y[i], expected.value));
      });
    }
    EXPECT_LE(ulps, bound);
    EXPECT_TRUE(OnlyElementsWritten(runs, y));
  });
}

// y may be any of the inputs.
template <template <typename> class Kernel, typename T>
void ExpectSameBitsInPlace() {
  ForEachCase<T>([](const auto& layout, size_t misalignment, Distribution distribution) {
    const Runs runs = AsRuns(layout);
    const Kernel<T> kernel(runs.groups, 0.0);
    const ElementwiseArrays<Kernel<T>, T> x(runs, misalignment, distribution);
    PaddedArray<T> y(Extent(runs), misalignment);
    kernel.Run(x.Inputs(), y.data(), layout);
    for (size_t k = 0; k < Kernel<T>::kInputs; ++k) {
      PaddedArray<T> in_place = x.arrays[k];
      ElementwiseInputs<T> inputs = x.Inputs();
      inputs[k] = in_place.data();
      kernel.Run(inputs, in_place.data(), layout);
      EXPECT_TRUE(SameBits(in_place.data(), y.data(), y.size()));
      EXPECT_TRUE(in_place.PaddingIsUntouched());
    }
  });
}

// A large output, which is written past the cache, has the bits of its halves, which are not.
template <template <typename> class Kernel, typename T>
void ExpectLargeOutputsAsTheirHalves() {
  ForEachLargeLayout<T>([](const auto& layout) {
    const Runs runs = AsRuns(layout);
    const Kernel<T> kernel(runs.groups, 0.0);
    const ElementwiseArrays<Kernel<T>, T> x(runs, 1, Distribution::kNormal);
    PaddedArray<T> expected(Extent(runs));
    for (const auto& half : Halves(layout)) {
      ASSERT_FALSE((StoresFor<T>(half.layout.Count()) == Stores::kStreaming));
      ElementwiseInputs<T> inputs = x.Inputs();
      for (size_t k = 0; k < Kernel<T>::kInputs; ++k) inputs[k] += half.offset;
      kernel.Run(inputs, expected.data() + half.offset, half.layout);
    }
    for (const size_t misalignment : {0, 1, 3, 5}) {
      PaddedArray<T> y(Extent(runs), misalignment);
      kernel.Run(x.Inputs(), y.data(), layout);
      EXPECT_TRUE(SameBits(y.data(), expected.data(), y.size()));
      EXPECT_TRUE(y.PaddingIsUntouched());
    }
    PaddedArray<T> in_place = x.arrays[0];
    ElementwiseInputs<T> inputs = x.Inputs();
    inputs[0] = in_place.data();
    kernel.Run(inputs, in_place.data(), layout);
    EXPECT_TRUE(SameBits(in_place.data(), expected.data(), expected.size()));
  });
}

template <template <typename> class Kernel, typename T>
void ExpectNothingWrittenOfNothing() {
  const Kernel<T> kernel(3, 0.0);
  const auto expect_untouched = [&](const auto& layout) {
    PaddedArray<T> y(100);
    kernel.Run({y.data(), y.data()}, y.data(), layout);
    EXPECT_TRUE(OnlyElementsWritten(AsRuns(layout), y));
  };
  expect_untouched(Runs{0, 5, 3, 5, 5});
  expect_untouched(Runs{3, 5, 0, 15, 5});
  expect_untouched(Runs{3, 0, 4, 0, 0});
  expect_untouched(Rows{0, 3});
  expect_untouched(Rows{30, 0});
}

template <template <typename> class Kernel, typename T>
void ExpectElementsAgreeOnTargets() {
  ForEachLayout<T>([](const auto& layout) {
    const Runs runs = AsRuns(layout);
    const Kernel<T> kernel(runs.groups, 0.0);
    const ElementwiseArrays<Kernel<T>, T> x(runs, 1, Distribution::kNormal);
    ExpectSameBitsOnTargets([&] {
      std::vector<T> y(Extent(runs));
      kernel.Run(x.Inputs(), y.data(), layout);
      return y;
    });
  });
}

}  // namespace batchnorm

// The tests that elementwise kernels share; `ulps` is the bound on the distance from the
// definition.
#define ELEMENTWISE_TESTS(suite, Kernel, ulps)                   \
  EVERY_TARGET_TEST(suite, IsWithinUlpsOfTheDefinition) {        \
    batchnorm::ExpectWithinUlpsOfTheDefinition<Kernel, T>(ulps); \
  }                                                              \
  EVERY_TARGET_TEST(suite, GivesTheSameBitsInPlace) {            \
    batchnorm::ExpectSameBitsInPlace<Kernel, T>();               \
  }                                                              \
  EVERY_TARGET_TEST(suite, GivesTheSameBitsPastTheCache) {       \
    batchnorm::ExpectLargeOutputsAsTheirHalves<Kernel, T>();     \
  }                                                              \
  EVERY_TARGET_TEST(suite, WritesNothingOfNothing) {             \
    batchnorm::ExpectNothingWrittenOfNothing<Kernel, T>();       \
  }                                                              \
  TEST(suite##OnTargets, AgreeBitForBitF32) {                    \
    batchnorm::ExpectElementsAgreeOnTargets<Kernel, float>();    \
  }                                                              \
  TEST(suite##OnTargets, AgreeBitForBitF64) {                    \
    batchnorm::ExpectElementsAgreeOnTargets<Kernel, double>();   \
  }                                                              \
  static_assert(true, "")

#endif  // BATCHNORM_TESTING_ELEMENTWISE_H_
