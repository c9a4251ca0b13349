// Loads and sums that the kernels share: elements widened to float64, sixteen lanes a sum.

#if defined(BATCHNORM_SIMD_LANES_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef BATCHNORM_SIMD_LANES_INL_H_
#undef BATCHNORM_SIMD_LANES_INL_H_
#else
#define BATCHNORM_SIMD_LANES_INL_H_
#endif

#include <stddef.h>
#include <stdint.h>

#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace batchnorm {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Element i of a run goes to lane i % 16 whatever the vector's width, so that every target adds in
// the same order.
constexpr size_t kLanes = 16;

using WideTag = hn::ScalableTag<double>;
using WideVec = hn::Vec<WideTag>;
constexpr size_t kWideLanes = hn::MaxLanes(WideTag());
constexpr size_t kLaneVecs = kLanes / kWideLanes;

// Loads the first `count` lanes, 0 in the rest; never touches memory beyond them.
template <class D, typename T>
HWY_INLINE hn::Vec<D> LoadPartial(D d, const T* p, size_t count) {
#if HWY_MEM_OPS_MIGHT_FAULT
  HWY_ALIGN T lanes[hn::MaxLanes(D())] = {};
  for (size_t i = 0; i < count; ++i) lanes[i] = p[i];
  return hn::Load(d, lanes);
#else
  return hn::MaskedLoad(hn::FirstN(d, count), d, p);
#endif
}

// Stores the first `count` lanes; never touches memory beyond them.
template <class D, typename T>
HWY_INLINE void StorePartial(hn::Vec<D> v, D d, T* p, size_t count) {
#if HWY_MEM_OPS_MIGHT_FAULT
  HWY_ALIGN T lanes[hn::MaxLanes(D())];
  hn::Store(v, d, lanes);
  for (size_t i = 0; i < count; ++i) p[i] = lanes[i];
#else
  hn::BlendedStore(v, hn::FirstN(d, count), d, p);
#endif
}

// As many elements as WideVec has lanes.
template <typename T>
using NarrowTag = hn::Rebind<T, WideTag>;

HWY_INLINE WideVec Widen(hn::Vec<NarrowTag<uint8_t>> v) {
  return hn::PromoteTo(WideTag(), hn::PromoteTo(NarrowTag<int32_t>(), v));
}
HWY_INLINE WideVec Widen(hn::Vec<NarrowTag<uint16_t>> v) {
  return hn::PromoteTo(WideTag(), hn::PromoteTo(NarrowTag<int32_t>(), v));
}
HWY_INLINE WideVec Widen(hn::Vec<NarrowTag<float>> v) { return hn::PromoteTo(WideTag(), v); }
HWY_INLINE WideVec Widen(WideVec v) { return v; }

template <typename T>
HWY_INLINE WideVec LoadWide(const T* p) {
  return Widen(hn::LoadU(NarrowTag<T>(), p));
}

template <typename T>
HWY_INLINE WideVec LoadWidePartial(const T* p, size_t count) {
  return Widen(LoadPartial(NarrowTag<T>(), p, count));
}

// Sixteen partial sums.
struct LaneSums {
  WideVec v[kLaneVecs];

  HWY_INLINE LaneSums() {
    for (size_t k = 0; k < kLaneVecs; ++k) v[k] = hn::Zero(WideTag());
  }

  // Pairs lane i with lane i + 8, then i + 4, i + 2, i + 1: the same tree on every target.
  HWY_INLINE double Total() const {
    WideVec sums[kLaneVecs];
    for (size_t k = 0; k < kLaneVecs; ++k) sums[k] = v[k];
    for (size_t half = kLaneVecs / 2; half != 0; half /= 2) {
      for (size_t k = 0; k < half; ++k) sums[k] = hn::Add(sums[k], sums[k + half]);
    }
    HWY_ALIGN double lanes[kWideLanes];
    hn::Store(sums[0], WideTag(), lanes);
    for (size_t half = kWideLanes / 2; half != 0; half /= 2) {
      for (size_t i = 0; i < half; ++i) lanes[i] += lanes[i + half];
    }
    return lanes[0];
  }
};

}  // namespace HWY_NAMESPACE
}  // namespace batchnorm
HWY_AFTER_NAMESPACE();

#endif  // BATCHNORM_SIMD_LANES_INL_H_
