#include "cpp/kernels/local_response.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpp/kernels/local_response.cc"
#include "hwy/foreach_target.h"
// After foreach_target.h: these are compiled once a target.
#include "cpp/kernels/local_response-inl.h"
#include "cpp/simd/dispatch.h"

HWY_BEFORE_NAMESPACE();
namespace batchnorm {
namespace HWY_NAMESPACE {

template <typename T>
void NormalizeResponsesOf(const T* x, T* y, const ResponseTile& tile, const LocalResponse& response,
                          double* scratch) {
  WithPower(response.beta, [=, &tile, &response](const auto power)
                               HWY_ATTR { NormalizeTile(x, y, tile, response, power, scratch); });
}

template <typename T>
void DifferentiateResponsesOf(const T* dy, const T* x, T* dx, const ResponseTile& tile,
                              const LocalResponse& response, double* scratch) {
  WithPower(response.beta, [=, &tile, &response](const auto power) HWY_ATTR {
    DifferentiateTile(dy, x, dx, tile, response, power, scratch);
  });
}

}  // namespace HWY_NAMESPACE
}  // namespace batchnorm
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
// The same function under the name that it has had before glibc 2.29, so that the addon loads where
// Node.js does. The newer name leaves errno alone, which is not looked at.
#if defined(__GLIBC__) && defined(__x86_64__)
__asm__(".symver pow, pow@GLIBC_2.2.5");
#elif defined(__GLIBC__) && defined(__aarch64__)
__asm__(".symver pow, pow@GLIBC_2.17");
#endif

namespace batchnorm {

template <typename T>
void NormalizeResponses(const T* x, T* y, const ResponseTile& tile, const LocalResponse& response,
                        double* scratch) {
  BATCHNORM_DISPATCH((NormalizeResponses<T>), NormalizeResponsesOf, x, y, tile, response, scratch);
}
BATCHNORM_INSTANTIATE_FLOATS(NormalizeResponses);

template <typename T>
void DifferentiateResponses(const T* dy, const T* x, T* dx, const ResponseTile& tile,
                            const LocalResponse& response, double* scratch) {
  BATCHNORM_DISPATCH((DifferentiateResponses<T>), DifferentiateResponsesOf, dy, x, dx, tile,
                     response, scratch);
}
BATCHNORM_INSTANTIATE_FLOATS(DifferentiateResponses);

}  // namespace batchnorm
#endif  // HWY_ONCE
