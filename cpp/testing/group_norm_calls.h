#ifndef BATCHNORM_TESTING_GROUP_NORM_CALLS_H_
#define BATCHNORM_TESTING_GROUP_NORM_CALLS_H_

#include <gtest/gtest.h>

#include <cstddef>
#include <vector>

#include "cpp/group_norm.h"
#include "cpp/testing/batch_norm_calls.h"
#include "cpp/testing/channel_arrays.h"
#include "cpp/testing/inputs.h"
#include "cpp/testing/padded_array.h"
#include "cpp/testing/reference.h"
#include "cpp/testing/shapes.h"

// The operations of group_norm.h as tests call them.
namespace batchnorm {

// What is normalized, and how.
struct GroupCase {
  size_t Sets() const { return shape.n * grouping.groups; }
  size_t ChannelsOfSet() const { return shape.c / grouping.groups; }
  size_t SetSize() const { return ChannelsOfSet() * shape.s; }

  Shape shape;
  Layout layout;
  Grouping grouping;
};

inline std::ostream& operator<<(std::ostream& out, const GroupCase& c) {
  return out << c.shape << ", " << c.grouping.groups << " groups, "
             << (c.grouping.centered ? "centered" : "not centered")
             << (c.layout == Layout::kChannelsFirst ? ", channels first" : ", channels last");
}

struct GroupSizes {
  Shape shape;
  size_t groups;
};

// Calls test(case) for both layouts, centered and not.
template <class AllSizes, class Test>
void ForEachGroupCaseOf(const AllSizes& all, const Test& test) {
  for (const GroupSizes& sizes : all) {
    for (const Layout layout : kLayouts) {
      for (const bool centered : {true, false}) {
        const GroupCase c = {sizes.shape, layout, {sizes.groups, centered}};
        SCOPED_TRACE(::testing::Message() << c);
        test(c);
      }
    }
  }
}

// The same for LayerNorm, RMSNorm, GroupNorm and InstanceNorm of short shapes: sets around vectors
// and of several blocks; channels of one element, of a few, of many; more samples than a tile has.
template <class Test>
void ForEachShortGroupCase(const Test& test) {
  constexpr GroupSizes kSizes[] = {
      // LayerNorm and RMSNorm.
      {{1, 1, 1}, 1},
      {{9, 3, 1}, 1},
      {{6, 16, 1}, 1},
      {{7, 33, 1}, 1},
      {{131, 50, 1}, 1},
      {{2, 4099, 1}, 1},
      // GroupNorm.
      {{3, 8, 1}, 2},
      {{5, 6, 3}, 2},
      {{2, 12, 49}, 3},
      {{70, 4, 5}, 1},
      {{3, 4, 100}, 2},
      {{2, 6, 1500}, 3},
      // InstanceNorm.
      {{3, 5, 1}, 5},
      {{3, 5, 7}, 5},
      {{2, 3, 129}, 3},
      {{1, 2, 5000}, 2},
      // One channel.
      {{4, 1, 33}, 1},
  };
  ForEachGroupCaseOf(kSizes, test);
}

// The same with sets too long for a tile of a few.
template <class Test>
void ForEachGroupCase(const Test& test) {
  ForEachShortGroupCase(test);
  constexpr GroupSizes kLong[] = {{{5, 33001, 1}, 1}};
  ForEachGroupCaseOf(kLong, test);
}

// Calls f(element, channel) for each element of a set.
template <class F>
void ForEachOfSet(const GroupCase& c, size_t set, const F& f) {
  const auto& [n, channels, s] = c.shape;
  const size_t sample = set / c.grouping.groups;
  const size_t first = set % c.grouping.groups * c.ChannelsOfSet();
  for (size_t k = first; k < first + c.ChannelsOfSet(); ++k) {
    for (size_t j = 0; j < s; ++j) {
      const bool channels_first = c.layout == Layout::kChannelsFirst;
      f(channels_first ? (sample * channels + k) * s + j : (sample * s + j) * channels + k, k);
    }
  }
}

template <typename T>
PaddedArray<T> RandomElements(const GroupCase& c, size_t misalignment, Distribution distribution,
                              uint64_t seed) {
  return RandomInput<T>({1, 0, 1, 0, c.shape.Count()}, misalignment, distribution, seed);
}

// value(set) at each element of each set.
template <typename T, class Value>
PaddedArray<T> MakeElements(const GroupCase& c, size_t misalignment, const Value& value) {
  PaddedArray<T> x(c.shape.Count(), misalignment);
  for (size_t set = 0; set < c.Sets(); ++set) {
    ForEachOfSet(c, set, [&](size_t i, size_t) { x[i] = static_cast<T>(value(set)); });
  }
  return x;
}

// One forward pass and what it left.
template <typename T>
struct Normalized {
  Normalized(const PaddedArray<T>& x, const GroupCase& c, const Affine<T>& affine,
             double eps = kEps, size_t misalignment = 1)
      : y(x.size(), misalignment), statistics(c.Sets()) {
    Into(x.data(), y.data(), c, affine, eps);
  }

  // In place.
  Normalized(PaddedArray<T>* x, const GroupCase& c, const Affine<T>& affine)
      : y(0), statistics(c.Sets()) {
    Into(x->data(), x->data(), c, affine, kEps);
  }

  ForwardState<T> State(const T* weight) const {
    return {weight, statistics.mean.data(), statistics.invstd.data()};
  }

  PaddedArray<T> y;
  Statistics statistics;

 private:
  void Into(const T* from, T* to, const GroupCase& c, const Affine<T>& affine, double eps) {
    EXPECT_TRUE(GroupNormForward(from, to, c.shape, c.layout, c.grouping, affine, eps, statistics));
  }
};

// One backward pass and what it left.
template <typename T>
struct GroupGradients {
  GroupGradients(const PaddedArray<T>& dy, const PaddedArray<T>& x, const GroupCase& c,
                 const ForwardState<T>& state, size_t misalignment = 2)
      : dx(x.size(), misalignment), parameters(c.shape.c) {
    Into(dy.data(), x.data(), dx.data(), c, state);
  }

  // Over dy or x.
  GroupGradients(const T* dy, const T* x, T* over, const GroupCase& c, const ForwardState<T>& state)
      : dx(0), parameters(c.shape.c) {
    Into(dy, x, over, c, state);
  }

  PaddedArray<T> dx;
  Gradients parameters;

 private:
  void Into(const T* dy, const T* x, T* to, const GroupCase& c, const ForwardState<T>& state) {
    EXPECT_TRUE(GroupNormBackward(dy, x, to, c.shape, c.layout, c.grouping, state, parameters));
  }
};

}  // namespace batchnorm

#endif  // BATCHNORM_TESTING_GROUP_NORM_CALLS_H_
