#include "cpp/numerics/statistics.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "cpp/batch_norm.h"
#include "cpp/channel_extrema.h"
#include "cpp/testing/reference.h"
#include "cpp/threads/thread_pool.h"
#include "fuzz/kernels/check.h"
#include "fuzz/kernels/choices.h"
#include "fuzz/kernels/definition.h"

// Moments and extrema of the channels of bytes, two-byte values, float32 and float64.
namespace batchnorm {
namespace {

template <typename T>
struct Results {
  Results(const PaddedArray<T>& x, const Shape& shape, Layout layout)
      : mean(shape.c), m2(shape.c), min(shape.c), max(shape.c) {
    Check(BatchNormMoments(x.data(), shape, layout, mean.data(), m2.data()), "out of memory");
    Check(ChannelExtrema(x.data(), shape, layout, min.data(), max.data()), "out of memory");
  }

  void CheckSameAs(Results& other) {
    CheckSame(mean, other.mean, "means differ with the number of threads");
    CheckSame(m2, other.m2, "sums of squares differ with the number of threads");
    CheckSame(min, other.min, "minima differ with the number of threads");
    CheckSame(max, other.max, "maxima differ with the number of threads");
  }

  PaddedArray<double> mean;
  PaddedArray<double> m2;
  PaddedArray<double> min;
  PaddedArray<double> max;
};

bool IsSame(double a, double b) {
  return a == b ? std::signbit(a) == std::signbit(b) : a != a && b != b;
}

template <typename T>
void Call(Choices& choices) {
  const Shape shape = choices.AnyShape();
  const Layout layout = choices.AnyLayout();
  const PaddedArray<T> x = choices.Elements<T>(shape.Count());
  const size_t threads = 2 + choices.UpTo(6);
  SetNumThreads(1);
  Results<T> results(x, shape, layout);
  SetNumThreads(threads);
  Results<T> shared(x, shape, layout);
  results.CheckSameAs(shared);
  for (size_t c = 0; c < shape.c; ++c) {
    const auto for_each = [&](const auto& add) {
      ForEachElement(AsRuns(shape, layout), c, [&](size_t i) { add(x[i]); });
    };
    if (IsSmall(shape.Count())) {
      CheckMoments(MomentsOfSet(for_each), results.mean[c], results.m2[c]);
    }
    double min = std::numeric_limits<double>::infinity();
    double max = -min;
    for_each([&](double value) {
      if (std::isnan(value)) min = max = value;
      if (value < min) min = value + 0.0;
      if (value > max) max = value + 0.0;
    });
    Check(IsSame(results.min[c], min) && IsSame(results.max[c], max), "extrema");
  }
}

}  // namespace
}  // namespace batchnorm

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  batchnorm::Choices choices(bytes, size);
  choices.AnyTarget();
  switch (choices.UpTo(3)) {
    case 0:
      batchnorm::Call<uint8_t>(choices);
      break;
    case 1:
      batchnorm::Call<float>(choices);
      break;
    case 2:
      batchnorm::Call<uint16_t>(choices);
      break;
    default:
      batchnorm::Call<double>(choices);
  }
  return 0;
}
