// The gradient that a backward pass starts from: dy itself, or what the activation lets through.

#if defined(BATCHNORM_KERNELS_FUSED_BACKWARD_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef BATCHNORM_KERNELS_FUSED_BACKWARD_INL_H_
#undef BATCHNORM_KERNELS_FUSED_BACKWARD_INL_H_
#else
#define BATCHNORM_KERNELS_FUSED_BACKWARD_INL_H_
#endif

#include "cpp/numerics/fusion.h"
#include "cpp/simd/bits.h"
#include "cpp/simd/vectors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace batchnorm {
namespace HWY_NAMESPACE {

// Each gradient loads g, as elements or widened; Keep() puts it where the residual's gradient goes.

template <typename T>
class PlainGradient {
 public:
  HWY_INLINE explicit PlainGradient(const OutputGradient<T>& gradient) : dy_(gradient.dy) {}

  HWY_INLINE const T* dy() const { return dy_; }
  HWY_INLINE PlainGradient operator+(size_t offset) const { return PlainGradient(dy_ + offset); }

  template <class D, class Vec>
  HWY_INLINE hn::Vec<D> Load(D d, const Vec vec, size_t i) const {
    return vec.Load(d, dy_ + i);
  }
  template <class Vec>
  HWY_INLINE WideVec LoadWide(const Vec vec, size_t i) const {
    return vec.LoadWide(dy_ + i);
  }
  template <class D, class Vec>
  HWY_INLINE void Keep(D, const Vec, size_t, hn::Vec<D>) const {}

 private:
  const T* dy_;
};

template <typename T>
class GatedGradient {
 public:
  HWY_INLINE explicit GatedGradient(const OutputGradient<T>& gradient) : gradient_(gradient) {}

  HWY_INLINE const T* dy() const { return gradient_.dy; }
  HWY_INLINE GatedGradient operator+(size_t offset) const {
    return GatedGradient(gradient_ + offset);
  }

  template <class D, class Vec>
  HWY_INLINE hn::Vec<D> Load(D d, const Vec vec, size_t i) const {
    const auto grad = vec.Load(d, gradient_.dy + i);
    if (gradient_.activation == Activation::kNone) return grad;
    const uint64_t bits = LoadBits(gradient_.mask, gradient_.first + i);
    const auto passes = hn::LoadMaskBits(d, reinterpret_cast<const uint8_t*>(&bits));
    if (gradient_.activation == Activation::kRelu) return hn::IfThenElseZero(passes, grad);
    return hn::IfThenElse(passes, grad, hn::Mul(grad, hn::Set(d, gradient_.negative_slope)));
  }
  template <class Vec>
  HWY_INLINE WideVec LoadWide(const Vec vec, size_t i) const {
    return Widen(Load(NarrowTag<T>(), vec, i));
  }
  template <class D, class Vec>
  HWY_INLINE void Keep(D d, const Vec vec, size_t i, hn::Vec<D> grad) const {
    if (gradient_.residual != nullptr) vec.Store(grad, d, gradient_.residual + i);
  }

 private:
  OutputGradient<T> gradient_;
};

// Calls read(gradient) with the kind of gradient that it is.
template <typename T, class Read>
HWY_INLINE void WithGradient(const OutputGradient<T>& gradient, const Read read) {
  if (gradient.IsPlain()) {
    read(PlainGradient<T>(gradient));
  } else {
    read(GatedGradient<T>(gradient));
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace batchnorm
HWY_AFTER_NAMESPACE();

#endif  // BATCHNORM_KERNELS_FUSED_BACKWARD_INL_H_
