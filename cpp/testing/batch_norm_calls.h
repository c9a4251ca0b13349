#ifndef BATCHNORM_TESTING_BATCH_NORM_CALLS_H_
#define BATCHNORM_TESTING_BATCH_NORM_CALLS_H_

#include <gtest/gtest.h>

#include <cstddef>

#include "cpp/batch_norm.h"
#include "cpp/testing/channel_arrays.h"
#include "cpp/testing/padded_array.h"
#include "cpp/testing/shapes.h"

// The operations of batch_norm.h as tests call them.
namespace batchnorm {

constexpr double kEps = 1e-5;
// Shapes with many values a channel, up to several chunks of it.
constexpr Shape kLongShapes[] = {{16, 8, 700}, {256, 40, 1},  {40, 300, 2},  {1, 1, 20000},
                                 {50, 12, 49}, {2, 2, 70001}, {140001, 3, 1}};

// Calls test(shape, layout) for shapes of every path through the layouts.
template <class Test>
void ForEachShape(const Test& test) {
  const Shape shapes[] = {{1, 1, 1},   {2, 3, 1},    {100, 2, 1},  {1000, 1, 1}, {1, 1, 1000},
                          {4, 1, 7},   {2, 33, 17},  {3, 5, 49},   {20, 100, 1}, {8, 257, 1},
                          {3, 513, 3}, {2, 3, 5000}, {300, 16, 4}, {17, 1100, 1}};
  for (const Shape& shape : shapes) {
    for (const Layout layout : kLayouts) {
      SCOPED_TRACE(::testing::Message()
                   << shape
                   << (layout == Layout::kChannelsFirst ? ", channels first" : ", channels last"));
      test(shape, layout);
    }
  }
}

template <typename T>
constexpr Affine<T> NoAffine() {
  return {nullptr, nullptr};
}

// One training step and what it left.
template <typename T>
struct Trained {
  Trained(const PaddedArray<T>& x, const Shape& shape, Layout layout, const Affine<T>& affine,
          double eps = kEps, size_t misalignment = 1)
      : y(x.size(), misalignment), statistics(shape.c) {
    Into(x.data(), y.data(), shape, layout, affine, eps);
  }

  // In place.
  Trained(PaddedArray<T>* x, const Shape& shape, Layout layout, const Affine<T>& affine)
      : y(0), statistics(shape.c) {
    Into(x->data(), x->data(), shape, layout, affine, kEps);
  }

  PaddedArray<T> y;
  Statistics statistics;

 private:
  void Into(const T* from, T* to, const Shape& shape, Layout layout, const Affine<T>& affine,
            double eps) {
    EXPECT_TRUE(BatchNormTrain(from, Output<T>(to), shape, layout, affine, eps, statistics));
  }
};

// Random running statistics.
template <typename T>
struct RandomRunning {
  explicit RandomRunning(size_t channels, Distribution distribution = Distribution::kNormal)
      : mean(RandomChannels<T>(channels, distribution, 2)),
        var(RandomChannels<T>(channels, Distribution::kUniform, 3)) {}

  operator RunningStatistics<T>() const { return {mean.data(), var.data()}; }

  PaddedArray<T> mean;
  PaddedArray<T> var;
};

template <typename T>
void Eval(const T* x, T* y, const Shape& shape, Layout layout, const Affine<T>& affine,
          const RunningStatistics<T>& running) {
  EXPECT_TRUE(BatchNormEval(x, Output<T>(y), shape, layout, affine, running, kEps));
}

template <typename T>
void Backward(const T* dy, const T* x, T* dx, const Shape& shape, Layout layout,
              const ForwardState<T>& state, bool training, const ParameterGradients& gradients) {
  EXPECT_TRUE(
      BatchNormBackward(OutputGradient<T>(dy), x, dx, shape, layout, state, training, gradients));
}

// The state that a training step leaves for backward.
template <typename T>
ForwardState<T> StateOf(const Statistics& statistics, const PaddedArray<T>& weight) {
  return {weight.data(), statistics.mean.data(), statistics.invstd.data()};
}

}  // namespace batchnorm

#endif  // BATCHNORM_TESTING_BATCH_NORM_CALLS_H_
