#include "cpp/local_response.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpp/local_response.cc"
#include "hwy/foreach_target.h"
// After foreach_target.h: these are compiled once a target.
#include "cpp/local_response-inl.h"

HWY_BEFORE_NAMESPACE();
namespace batchnorm {
namespace HWY_NAMESPACE {

template <typename T>
HWY_INLINE void NormalizeResponsesOf(const T* x, T* y, const ResponseTile& tile,
                                     const LocalResponse& response, double* scratch) {
  WithPower(response.beta, [=, &tile, &response](const auto power)
                               HWY_ATTR { NormalizeTile(x, y, tile, response, power, scratch); });
}

template <typename T>
HWY_INLINE void DifferentiateResponsesOf(const T* dy, const T* x, T* dx, const ResponseTile& tile,
                                         const LocalResponse& response, double* scratch) {
  WithPower(response.beta, [=, &tile, &response](const auto power) HWY_ATTR {
    DifferentiateTile(dy, x, dx, tile, response, power, scratch);
  });
}

// HWY_EXPORT takes no template: a name for each element type.
void NormalizeResponsesF32(const float* x, float* y, const ResponseTile& tile,
                           const LocalResponse& response, double* scratch) {
  NormalizeResponsesOf(x, y, tile, response, scratch);
}
void NormalizeResponsesF64(const double* x, double* y, const ResponseTile& tile,
                           const LocalResponse& response, double* scratch) {
  NormalizeResponsesOf(x, y, tile, response, scratch);
}
void DifferentiateResponsesF32(const float* dy, const float* x, float* dx, const ResponseTile& tile,
                               const LocalResponse& response, double* scratch) {
  DifferentiateResponsesOf(dy, x, dx, tile, response, scratch);
}
void DifferentiateResponsesF64(const double* dy, const double* x, double* dx,
                               const ResponseTile& tile, const LocalResponse& response,
                               double* scratch) {
  DifferentiateResponsesOf(dy, x, dx, tile, response, scratch);
}

}  // namespace HWY_NAMESPACE
}  // namespace batchnorm
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace batchnorm {

HWY_EXPORT(NormalizeResponsesF32);
HWY_EXPORT(NormalizeResponsesF64);
HWY_EXPORT(DifferentiateResponsesF32);
HWY_EXPORT(DifferentiateResponsesF64);

void NormalizeResponses(const float* x, float* y, const ResponseTile& tile,
                        const LocalResponse& response, double* scratch) {
  HWY_DYNAMIC_DISPATCH(NormalizeResponsesF32)(x, y, tile, response, scratch);
}
void NormalizeResponses(const double* x, double* y, const ResponseTile& tile,
                        const LocalResponse& response, double* scratch) {
  HWY_DYNAMIC_DISPATCH(NormalizeResponsesF64)(x, y, tile, response, scratch);
}
void DifferentiateResponses(const float* dy, const float* x, float* dx, const ResponseTile& tile,
                            const LocalResponse& response, double* scratch) {
  HWY_DYNAMIC_DISPATCH(DifferentiateResponsesF32)(dy, x, dx, tile, response, scratch);
}
void DifferentiateResponses(const double* dy, const double* x, double* dx, const ResponseTile& tile,
                            const LocalResponse& response, double* scratch) {
  HWY_DYNAMIC_DISPATCH(DifferentiateResponsesF64)(dy, x, dx, tile, response, scratch);
}

}  // namespace batchnorm
#endif  // HWY_ONCE
