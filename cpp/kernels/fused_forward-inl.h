// What a forward pass does with z, the normalized input: nothing, or activation(z + residual).

#if defined(BATCHNORM_KERNELS_FUSED_FORWARD_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef BATCHNORM_KERNELS_FUSED_FORWARD_INL_H_
#undef BATCHNORM_KERNELS_FUSED_FORWARD_INL_H_
#else
#define BATCHNORM_KERNELS_FUSED_FORWARD_INL_H_
#endif

#include "cpp/numerics/fusion.h"
#include "cpp/simd/bits.h"
#include "cpp/simd/vectors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace batchnorm {
namespace HWY_NAMESPACE {

// Each output finishes runs of elements: Seek() to the first, Finish() for each vector, Done(); and
// after the last run End(). It is copied for each run, so that its state can stay in registers.

template <typename T>
class PlainOutput {
 public:
  HWY_INLINE explicit PlainOutput(const Output<T>& output) : all_(output.y), y_(output.y) {}

  // Where the run starts.
  HWY_INLINE T* y() const { return y_; }

  HWY_INLINE void Seek(size_t offset) { y_ = all_ + offset; }
  template <class D, class Vec>
  HWY_INLINE hn::Vec<D> Finish(D, const Vec, size_t, hn::Vec<D> z) const {
    return z;
  }
  HWY_INLINE void Done(size_t) const {}
  HWY_INLINE void End() const {}

 private:
  T* all_;
  T* y_;
};

template <typename T>
class FusedOutput {
 public:
  HWY_INLINE explicit FusedOutput(const Output<T>& output)
      : all_(output), run_(output), bits_(WriterAt(output)) {}

  HWY_INLINE T* y() const { return run_.y; }

  HWY_INLINE void Seek(size_t offset) {
    run_ = all_ + offset;
    if (offset == end_) return;
    End();
    bits_ = WriterAt(run_);
    end_ = offset;
  }

  template <class D, class Vec>
  HWY_INLINE hn::Vec<D> Finish(D d, const Vec vec, size_t i, hn::Vec<D> z) {
    if (run_.residual != nullptr) z = hn::Add(z, vec.Load(d, run_.residual + i));
    if (run_.activation == Activation::kNone) return z;
    const auto zero = hn::Zero(d);
    if (run_.activation == Activation::kRelu) {
      // NaN is not negative: it passes, and so does its gradient.
      const auto passes = hn::Not(hn::Le(z, zero));
      Keep(d, vec, passes);
      return hn::IfThenElseZero(passes, z);
    }
    const auto passes = hn::Gt(z, zero);
    Keep(d, vec, passes);
    return hn::IfThenElse(passes, z, hn::Mul(z, hn::Set(d, run_.negative_slope)));
  }

  HWY_INLINE void Done(size_t length) { end_ += length; }

  HWY_INLINE void End() {
    if (run_.mask != nullptr) bits_.End();
  }

 private:
  HWY_INLINE static BitWriter WriterAt(const Output<T>& output) {
    return BitWriter(output.mask, output.mask == nullptr ? 0 : output.first);
  }

  template <class D, class Vec>
  HWY_INLINE void Keep(D d, const Vec vec, hn::Mask<D> passes) {
    if (run_.mask == nullptr) return;
    // StoreMaskBits may write more bytes than there are lanes for.
    uint64_t bits = 0;
    hn::StoreMaskBits(d, passes, reinterpret_cast<uint8_t*>(&bits));
    const size_t count = vec.Count(d);
    bits_.Put(bits & ((uint64_t{1} << count) - 1), count);
  }

  Output<T> all_;
  Output<T> run_;
  // A run that starts where the last one ended goes on with its bits.
  size_t end_ = 0;
  BitWriter bits_;
};

// Calls write(output) with the kind of output that it is.
template <typename T, class Write>
HWY_INLINE void WithOutput(const Output<T>& output, const Write write) {
  if (output.IsPlain()) {
    write(PlainOutput<T>(output));
  } else {
    write(FusedOutput<T>(output));
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace batchnorm
HWY_AFTER_NAMESPACE();

#endif  // BATCHNORM_KERNELS_FUSED_FORWARD_INL_H_
