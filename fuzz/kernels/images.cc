#include <cmath>
#include <cstring>

#include "cpp/images/normalize_images.h"
#include "cpp/threads/thread_pool.h"
#include "fuzz/kernels/check.h"
#include "fuzz/kernels/choices.h"
#include "fuzz/kernels/definition.h"

// Images of bytes, of two-byte values and of floats, from either layout to either, with channels
// left out or not.
namespace batchnorm {
namespace {

size_t IndexOf(const Shape& shape, size_t channels, Layout layout, size_t i, size_t p, size_t c) {
  return layout == Layout::kChannelsLast ? (i * shape.s + p) * channels + c
                                         : (i * channels + c) * shape.s + p;
}

// A division, since of 1 / 255 and 255 the latter is exact.
template <typename T>
T Scaled(uint8_t x, double scale) {
  return static_cast<T>(x / (1.0 / scale));
}
template <typename T>
T Scaled(uint16_t x, double scale) {
  return static_cast<T>(x / (1.0 / scale));
}
template <typename T>
T Scaled(T x, double) {
  return x;
}

// A divisor that is not 0 in T, of the values that users give and of any others.
template <typename T>
double AnyDivisor(Choices& choices, double number) {
  constexpr double kUsual[] = {0.229, 0.224, 0.225, 0.5, 1.0, 255.0};
  const size_t i = choices.UpTo(std::size(kUsual));
  const double divisor = i < std::size(kUsual) ? kUsual[i] : number;
  return static_cast<T>(divisor) == 0 ? 1.0 : divisor;
}

template <typename X, typename T>
void Call(Choices& choices) {
  const Shape shape = choices.AnyShape();
  const size_t x_channels = shape.c + choices.UpTo(2);
  const Layout from = choices.AnyLayout();
  const Layout to = choices.AnyLayout();
  const size_t count = choices.Flag() || shape.c == 0 ? 1 : shape.c;
  const double scale = choices.Flag() ? 1.0 / 255.0 : AnyDivisor<T>(choices, 1e-3);
  const PaddedArray<X> x = choices.Elements<X>(shape.n * x_channels * shape.s);
  PaddedArray<double> mean = choices.Elements<double>(count);
  PaddedArray<double> std = choices.Elements<double>(count);
  for (size_t c = 0; c < count; ++c) std[c] = AnyDivisor<T>(choices, std[c]);
  const size_t misalignment = choices.UpTo(15);
  const size_t threads = 2 + choices.UpTo(6);
  const ImageScaling scaling = {mean.data(), std.data(), count, scale};

  const auto normalize = [&] {
    PaddedArray<T> y(shape.Count(), misalignment);
    Check(NormalizeImages(x.data(), x_channels, from, y.data(), shape, to, scaling),
          "out of memory");
    return y;
  };
  SetNumThreads(1);
  PaddedArray<T> y = normalize();
  SetNumThreads(threads);
  PaddedArray<T> shared = normalize();
  CheckSame(y, shared, "outputs differ with the number of threads");

  for (size_t i = 0; i < shape.n; ++i) {
    for (size_t p = 0; p < shape.s; p += StepOf(shape.Count())) {
      for (size_t c = 0; c < shape.c; ++c) {
        const size_t j = count == 1 ? 0 : c;
        const X value = x[IndexOf(shape, x_channels, from, i, p, c)];
        const T deviation = Scaled<T>(value, scale) - static_cast<T>(mean[j]);
        const T expected = deviation / static_cast<T>(std[j]);
        const T actual = y[IndexOf(shape, shape.c, to, i, p, c)];
        Check(
            std::isnan(expected) ? std::isnan(actual) : memcmp(&actual, &expected, sizeof(T)) == 0,
            "an output differs from (x * scale - mean) / std");
      }
    }
  }
}

}  // namespace
}  // namespace batchnorm

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  batchnorm::Choices choices(bytes, size);
  choices.AnyTarget();
  switch (choices.UpTo(5)) {
    case 0:
      batchnorm::Call<uint8_t, float>(choices);
      break;
    case 1:
      batchnorm::Call<uint8_t, double>(choices);
      break;
    case 2:
      batchnorm::Call<float, float>(choices);
      break;
    case 3:
      batchnorm::Call<uint16_t, float>(choices);
      break;
    case 4:
      batchnorm::Call<uint16_t, double>(choices);
      break;
    default:
      batchnorm::Call<double, double>(choices);
  }
  return 0;
}
