// How kernels go through sets that share what belongs to the elements: several at a time.

#if defined(BATCHNORM_KERNELS_SETS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef BATCHNORM_KERNELS_SETS_INL_H_
#undef BATCHNORM_KERNELS_SETS_INL_H_
#else
#define BATCHNORM_KERNELS_SETS_INL_H_
#endif

#include "cpp/simd/lanes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace batchnorm {
namespace HWY_NAMESPACE {

// A sum waits for itself, element by element: those of several sets fill the time, as many as
// registers hold.
constexpr size_t kSetsTogether = kLaneVecs <= 2 ? 4 : kLaneVecs <= 4 ? 2 : 1;

// From the end of a run to the next one: at once, also behind the last one of a set.
constexpr size_t kNoJump = 0;

}  // namespace HWY_NAMESPACE
}  // namespace batchnorm
HWY_AFTER_NAMESPACE();

#endif  // BATCHNORM_KERNELS_SETS_INL_H_
