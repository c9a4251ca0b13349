// HWY_EXPORT for templates, which it does not take: Highway 1.0 has no HWY_EXPORT_T.
#ifndef BATCHNORM_SIMD_DISPATCH_H_
#define BATCHNORM_SIMD_DISPATCH_H_

#include "cpp/simd/element_types.h"
#include "hwy/highway.h"

#define BATCHNORM_UNPACK(...) __VA_ARGS__

// BATCHNORM_DISPATCH((Function<T, P>), KernelOf, arguments...) is all that Function does: it calls
// HWY_NAMESPACE::KernelOf, of the same type, of the target that was chosen, through a table as
// HWY_EXPORT makes it. The parentheses keep commas from the macros.
#if HWY_IDE || ((HWY_TARGETS & (HWY_TARGETS - 1)) == 0)
#define BATCHNORM_DISPATCH(Function, Kernel, ...) HWY_STATIC_DISPATCH(Kernel)(__VA_ARGS__)
#else
#define BATCHNORM_DISPATCH(Function, Kernel, ...)                       \
  using Type = decltype(BATCHNORM_UNPACK Function);                     \
  static Type* const table[HWY_MAX_DYNAMIC_TARGETS + 2] = {             \
      &decltype(hwy::DeduceFunctionCache(                               \
          static_cast<Type*>(nullptr)))::template ChooseAndCall<table>, \
      HWY_CHOOSE_TARGET_LIST(Kernel),                                   \
      HWY_CHOOSE_FALLBACK(Kernel),                                      \
  };                                                                    \
  (*table[hwy::GetChosenTarget().GetIndex()])(__VA_ARGS__)
#endif

#endif  // BATCHNORM_SIMD_DISPATCH_H_
