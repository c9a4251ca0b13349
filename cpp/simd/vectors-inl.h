// How kernels walk adjacent elements: whole vectors, then a partial one.

#if defined(BATCHNORM_SIMD_VECTORS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef BATCHNORM_SIMD_VECTORS_INL_H_
#undef BATCHNORM_SIMD_VECTORS_INL_H_
#else
#define BATCHNORM_SIMD_VECTORS_INL_H_
#endif

#include <stdint.h>

#include "cpp/simd/element_types.h"
#include "cpp/simd/lanes-inl.h"

// For a lambda whose state has to stay in registers: a call to it would put that in memory.
#ifndef BATCHNORM_INLINE_ATTR
#if HWY_COMPILER_MSVC
#define BATCHNORM_INLINE_ATTR HWY_ATTR
#else
#define BATCHNORM_INLINE_ATTR HWY_ATTR __attribute__((always_inline))
#endif
#endif

HWY_BEFORE_NAMESPACE();
namespace batchnorm {
namespace HWY_NAMESPACE {

// A vector that lies wholly within the elements.
struct WholeVec {
  template <typename T>
  HWY_INLINE WideVec LoadWide(const T* p) const {
    return HWY_NAMESPACE::LoadWide(p);
  }
  template <class D, typename T>
  HWY_INLINE hn::Vec<D> Load(D d, const T* p) const {
    return hn::LoadU(d, p);
  }
  // The same: there are no lanes past the elements.
  template <class D, typename T>
  HWY_INLINE hn::Vec<D> LoadOr(hn::Vec<D>, D d, const T* p) const {
    return hn::LoadU(d, p);
  }
  template <class D, typename T>
  HWY_INLINE void Store(hn::Vec<D> v, D d, T* p) const {
    hn::StoreU(v, d, p);
  }
  HWY_INLINE WideVec Within(WideVec v) const { return v; }
  template <class D>
  HWY_INLINE size_t Count(D d) const {
    return hn::Lanes(d);
  }
};

// The first `count` lanes of a vector.
struct PartialVec {
  size_t count;

  template <typename T>
  HWY_INLINE WideVec LoadWide(const T* p) const {
    return LoadWidePartial(p, count);
  }
  template <class D, typename T>
  HWY_INLINE hn::Vec<D> Load(D d, const T* p) const {
    return LoadPartial(d, p, count);
  }
  // `other` in the lanes past the elements.
  template <class D, typename T>
  HWY_INLINE hn::Vec<D> LoadOr(hn::Vec<D> other, D d, const T* p) const {
    return hn::IfThenElse(hn::FirstN(d, count), LoadPartial(d, p, count), other);
  }
  template <class D, typename T>
  HWY_INLINE void Store(hn::Vec<D> v, D d, T* p) const {
    StorePartial(v, d, p, count);
  }
  // 0 in the other lanes.
  HWY_INLINE WideVec Within(WideVec v) const {
    return hn::IfThenElseZero(hn::FirstN(WideTag(), count), v);
  }
  template <class D>
  HWY_INLINE size_t Count(D) const {
    return count;
  }
};

// Rows that a pass takes at a time: they share the loads of what belongs to the columns.
constexpr size_t kRowGroup = 4;

// Bytes of a scratch array that hold whole vectors of `columns`.
constexpr size_t PaddedBytes(size_t columns) {
  return hwy::RoundUpTo(columns, kLanes) * sizeof(double);
}

// Calls body(vec, i) for each vector of `length` elements.
template <class D, class Body>
HWY_INLINE void ForEachVec(D d, size_t length, const Body body) {
  const size_t lanes = hn::Lanes(d);
  size_t i = 0;
  for (; i + lanes <= length; i += lanes) body(WholeVec(), i);
  if (i < length) body(PartialVec{length - i}, i);
}

// The same for float64 vectors.
template <class Body>
HWY_INLINE void ForEachWideVec(size_t length, const Body body) {
  ForEachVec(WideTag(), length, body);
}

// Elements before the first vector-aligned one.
template <class D, typename T>
HWY_INLINE size_t Misaligned(D d, const T* p, size_t length) {
  const size_t vec_bytes = hn::Lanes(d) * sizeof(T);
  const size_t past = reinterpret_cast<uintptr_t>(p) % vec_bytes;
  return past == 0 ? 0 : HWY_MIN(length, (vec_bytes - past) / sizeof(T));
}

// y[i] = f(vec, i) for i < length. kStream writes past the cache.
template <bool kStream, typename T, class F>
HWY_INLINE void Transform(T* y, size_t length, const F f) {
  const hn::ScalableTag<Compute<T>> d;
  const size_t lanes = hn::Lanes(d);
  size_t i = 0;
  if (kStream) {
    i = Misaligned(d, y, length);
    if (i != 0) StorePartial(f(PartialVec{i}, 0), d, y, i);
  }
#pragma GCC unroll 4
  for (; i + lanes <= length; i += lanes) {
    const auto v = f(WholeVec(), i);
    if (kStream) {
      hn::Stream(v, d, y + i);
    } else {
      hn::StoreU(v, d, y + i);
    }
  }
  if (i < length) StorePartial(f(PartialVec{length - i}, i), d, y + i, length - i);
}

}  // namespace HWY_NAMESPACE
}  // namespace batchnorm
HWY_AFTER_NAMESPACE();

#endif  // BATCHNORM_SIMD_VECTORS_INL_H_
