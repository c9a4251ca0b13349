#include "binding/moments.h"

#include "binding/arguments.h"
#include "binding/call.h"
#include "cpp/batch_norm.h"
#include "cpp/channel_extrema.h"

namespace batchnorm {
namespace {

// Calls run(x, shape, layout, a, b) for a call of x, n, c, s, channelsLast and two statistics.
template <class Run>
napi_value ReturnTwoStatistics(napi_env env, napi_callback_info info, const Run& run) {
  Arguments arguments(env, info);
  const Shape shape = arguments.ReadShape(1);
  const Layout layout = arguments.ReadLayout(4);
  const void* x = arguments.ReadInput(0, shape.Count());
  double* a = arguments.ReadStatistics(5, shape.c);
  double* b = arguments.ReadStatistics(6, shape.c);
  return Return(env, WithInputType(arguments, [&](auto zero) {
                  using T = decltype(zero);
                  return Completed(run(static_cast<const T*>(x), shape, layout, a, b));
                }));
}

}  // namespace

napi_value MomentsEntry(napi_env env, napi_callback_info info) {
  return ReturnTwoStatistics(
      env, info, [](auto x, const Shape& shape, Layout layout, double* mean, double* m2) {
        return BatchNormMoments(x, shape, layout, mean, m2);
      });
}

napi_value ExtremaEntry(napi_env env, napi_callback_info info) {
  return ReturnTwoStatistics(
      env, info, [](auto x, const Shape& shape, Layout layout, double* min, double* max) {
        return ChannelExtrema(x, shape, layout, min, max);
      });
}

}  // namespace batchnorm
