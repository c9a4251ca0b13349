#ifndef BATCHNORM_FUZZ_KERNELS_CHOICES_H_
#define BATCHNORM_FUZZ_KERNELS_CHOICES_H_

#include <fuzzer/FuzzedDataProvider.h>
#include <string.h>

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <limits>
#include <optional>
#include <vector>

#include "cpp/layout/shape.h"
#include "cpp/simd/targets.h"
#include "cpp/testing/fused_calls.h"
#include "cpp/testing/padded_array.h"
#include "cpp/testing/random.h"

namespace batchnorm {

// What the fuzzer's bytes decide of a call.
class Choices {
 public:
  Choices(const uint8_t* bytes, size_t size) : bytes_(bytes, size) {}

  bool Flag() { return bytes_.ConsumeBool(); }

  size_t UpTo(size_t largest) { return bytes_.ConsumeIntegralInRange<size_t>(0, largest); }

  Layout AnyLayout() { return Flag() ? Layout::kChannelsLast : Layout::kChannelsFirst; }

  // Empty and tiny ones most, some wide or tall, few that threads share, very few that are written
  // past the cache.
  Shape AnyShape() {
    const size_t kind = UpTo(255);
    if (kind < 176) return {UpTo(9), UpTo(9), UpTo(70)};
    if (kind < 208) return {1 + UpTo(2), 1 + UpTo(600), 1 + UpTo(7)};
    if (kind < 240) return {1 + UpTo(299), 1 + UpTo(7), 1 + UpTo(7)};
    if (kind < 248) return {1 + UpTo(1), 1 + UpTo(1), UpTo(40000)};
    if (kind < 255) return {1 + UpTo(40000), 1 + UpTo(1), 1};
    return {1, 1 + UpTo(2), 524289 + UpTo(4000)};
  }

  double Eps() {
    constexpr double kEps[] = {1e-5, 0.0, 1e-300, 1.0, 1e30};
    return kEps[UpTo(std::size(kEps) - 1)];
  }

  Fused AnyFused() {
    const Activation activation = static_cast<Activation>(UpTo(2));
    return {activation, activation == Activation::kLeakyRelu ? Slope() : 0.0, Flag()};
  }

  // Uses one of the processor's targets for the rest of the call.
  void AnyTarget() {
    static const std::vector<std::string>& targets =
        *new std::vector<std::string>(AvailableTargets());
    SelectTarget(targets[UpTo(targets.size() - 1)]);
  }

  // At any misalignment: bytes of the fuzzer repeated, random numbers of some distribution, these
  // with special values among them, or a single value.
  template <typename T>
  PaddedArray<T> Elements(size_t count) {
    PaddedArray<T> elements(count, UpTo(64 / sizeof(T) - 1));
    const size_t kind = UpTo(7);
    if (kind < 2) {
      FillWithBytes(elements);
    } else if (kind == 2) {
      const T value = AnyBits<T>();
      for (size_t i = 0; i < count; ++i) elements[i] = value;
    } else {
      FillWithNumbers(elements, kind > 5);
    }
    return elements;
  }

  // The same, or null.
  template <typename T>
  std::optional<PaddedArray<T>> ElementsOrNull(size_t count) {
    if (Flag()) return std::nullopt;
    return std::optional<PaddedArray<T>>(std::in_place, Elements<T>(count));
  }

 private:
  double Slope() {
    constexpr double kSlopes[] = {0.01, 0.0, 1.0, -1.5, 1e30};
    return kSlopes[UpTo(std::size(kSlopes) - 1)];
  }

  template <typename T>
  T AnyBits() {
    const std::vector<uint8_t> bits = bytes_.ConsumeBytes<uint8_t>(sizeof(T));
    T value = 0;
    if (!bits.empty()) memcpy(&value, bits.data(), bits.size());
    return value;
  }

  template <typename T>
  void FillWithBytes(PaddedArray<T>& elements) {
    constexpr size_t kMost = 512;
    std::vector<uint8_t> bits = bytes_.ConsumeBytes<uint8_t>(UpTo(kMost));
    bits.resize(bits.size() / sizeof(T) * sizeof(T) + sizeof(T));
    const size_t values = bits.size() / sizeof(T);
    for (size_t i = 0; i < elements.size(); ++i) {
      memcpy(&elements[i], &bits[i % values * sizeof(T)], sizeof(T));
    }
  }

  template <typename T>
  void FillWithNumbers(PaddedArray<T>& elements, bool special) {
    using Limits = std::numeric_limits<T>;
    const T kSpecial[] = {Limits::infinity(), Limits::quiet_NaN(),  Limits::max(),
                          Limits::lowest(),   Limits::denorm_min(), T{0}};
    const Distribution distribution = kDistributions[UpTo(std::size(kDistributions) - 1)];
    Random random(bytes_.ConsumeIntegral<uint32_t>());
    for (size_t i = 0; i < elements.size(); ++i) {
      const double value = Limits::is_integer ? static_cast<double>(static_cast<T>(random.Bits()))
                                              : Draw(distribution, random);
      const bool replaced = special && random.Bits() % 32 == 0;
      elements[i] =
          replaced ? kSpecial[random.Bits() % std::size(kSpecial)] : static_cast<T>(value);
    }
  }

  FuzzedDataProvider bytes_;
};

// Makes a call of either element type, on any target: call(choices, zero) has a zero of that type.
template <class SomeCall>
int FuzzFloats(const uint8_t* bytes, size_t size, const SomeCall& call) {
  Choices choices(bytes, size);
  choices.AnyTarget();
  if (choices.Flag()) {
    call(choices, 0.0f);
  } else {
    call(choices, 0.0);
  }
  return 0;
}

}  // namespace batchnorm

#endif  // BATCHNORM_FUZZ_KERNELS_CHOICES_H_
