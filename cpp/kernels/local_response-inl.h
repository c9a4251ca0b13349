// Division by a power of the responses of neighbouring channels, over a tile in either layout.

#if defined(BATCHNORM_KERNELS_LOCAL_RESPONSE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef BATCHNORM_KERNELS_LOCAL_RESPONSE_INL_H_
#undef BATCHNORM_KERNELS_LOCAL_RESPONSE_INL_H_
#else
#define BATCHNORM_KERNELS_LOCAL_RESPONSE_INL_H_
#endif

#include <stddef.h>

#include <algorithm>

#include "cpp/kernels/local_response.h"
#include "cpp/kernels/powers-inl.h"
#include "cpp/kernels/window_sums-inl.h"
#include "cpp/simd/vectors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace batchnorm {
namespace HWY_NAMESPACE {

HWY_INLINE hn::Vec<NarrowTag<float>> Narrow(WideVec v, float) {
  const NarrowTag<float> d;
#if HWY_TARGET == HWY_SCALAR || HWY_TARGET == HWY_EMU128
  // Their DemoteTo makes the largest float of an infinity.
  HWY_ALIGN double wide[kWideLanes];
  HWY_ALIGN float lanes[kWideLanes];
  hn::Store(v, WideTag(), wide);
  for (size_t i = 0; i < kWideLanes; ++i) lanes[i] = static_cast<float>(wide[i]);
  return hn::Load(d, lanes);
#else
  return hn::DemoteTo(d, v);
#endif
}
HWY_INLINE WideVec Narrow(WideVec v, double) { return v; }

// Rounds and stores.
template <class AnyVec, typename T>
HWY_INLINE void StoreNarrow(const AnyVec vec, WideVec v, T* p) {
  vec.Store(Narrow(v, T()), NarrowTag<T>(), p);
}

// Calls body(vec, i, j) for the vectors of a tile, at i in memory and j in scratch memory.
template <class Body>
HWY_INLINE void ForEachVecOfTile(const ResponseTile& tile, const Body body) {
  for (size_t segment = 0; segment < tile.segments; ++segment) {
    const size_t i = segment * tile.stride;
    const size_t j = segment * tile.pitch;
    ForEachWideVec(tile.length, [=](const auto vec, size_t k)
                                    BATCHNORM_INLINE_ATTR { body(vec, i + k, j + k); });
  }
}

// 0 around the segments of a tile, the first of which is at `lead`.
HWY_INLINE void ClearPadding(const ResponseTile& tile, size_t lead, size_t padded, double* values) {
  std::fill_n(values, lead, 0.0);
  for (size_t segment = 0; segment < tile.segments; ++segment) {
    const size_t end = lead + segment * tile.pitch + tile.length;
    const size_t next = segment + 1 < tile.segments ? end + tile.pitch - tile.length : padded;
    std::fill(values + end, values + next, 0.0);
  }
}

// The sums of x^2 over the window of each element.
template <typename T>
HWY_INLINE void SumSquares(const T* x, const ResponseTile& tile, const LocalResponse& response,
                           double* values, double* sums) {
  const size_t lead = response.before * tile.step;
  ClearPadding(tile, lead, tile.Padded(response), values);
  double* first = values + lead;
  ForEachVecOfTile(tile, [=](const auto vec, size_t i, size_t j) BATCHNORM_INLINE_ATTR {
    const auto v = vec.LoadWide(x + i);
    vec.Store(hn::Mul(v, v), WideTag(), first + j);
  });
  WindowSums(values, sums, tile.Spread(), tile.step, response.Window());
}

template <typename T, class Power>
HWY_INLINE void NormalizeTile(const T* x, T* y, const ResponseTile& tile,
                              const LocalResponse& response, const Power power, double* scratch) {
  double* sums = scratch + tile.Padded(response);
  SumSquares(x, tile, response, scratch, sums);
  const auto factor = hn::Set(WideTag(), response.factor);
  const auto k = hn::Set(WideTag(), response.k);
  ForEachVecOfTile(tile, [=](const auto vec, size_t i, size_t j) BATCHNORM_INLINE_ATTR {
    const auto d = hn::MulAdd(factor, vec.LoadWide(sums + j), k);
    StoreNarrow(vec, hn::Div(vec.LoadWide(x + i), power(d)), y + i);
  });
}

template <typename T, class Power>
HWY_INLINE void DifferentiateTile(const T* dy, const T* x, T* dx, const ResponseTile& tile,
                                  const LocalResponse& response, const Power power,
                                  double* scratch) {
  double* sums = scratch + tile.Padded(response);
  double* scaled = sums + tile.Spread();
  SumSquares(x, tile, response, scratch, sums);
  const auto factor = hn::Set(WideTag(), response.factor);
  const auto k = hn::Set(WideTag(), response.k);
  // The channels whose window has an element are its window the other way round.
  const size_t lead = response.after * tile.step;
  ClearPadding(tile, lead, tile.Padded(response), scratch);
  double* first = scratch + lead;
  ForEachVecOfTile(tile, [=](const auto vec, size_t i, size_t j) BATCHNORM_INLINE_ATTR {
    const auto d = hn::MulAdd(factor, vec.LoadWide(sums + j), k);
    const auto g = hn::Div(vec.LoadWide(dy + i), power(d));
    vec.Store(g, WideTag(), scaled + j);
    vec.Store(hn::Div(hn::Mul(g, vec.LoadWide(x + i)), d), WideTag(), first + j);
  });
  WindowSums(scratch, sums, tile.Spread(), tile.step, response.Window());
  const auto slope = hn::Set(WideTag(), 2.0 * response.factor * response.beta);
  ForEachVecOfTile(tile, [=](const auto vec, size_t i, size_t j) BATCHNORM_INLINE_ATTR {
    const auto of_x = hn::Mul(slope, vec.LoadWide(x + i));
    const auto g = vec.LoadWide(scaled + j);
    StoreNarrow(vec, hn::NegMulAdd(of_x, vec.LoadWide(sums + j), g), dx + i);
  });
}

}  // namespace HWY_NAMESPACE
}  // namespace batchnorm
HWY_AFTER_NAMESPACE();

#endif  // BATCHNORM_KERNELS_LOCAL_RESPONSE_INL_H_
