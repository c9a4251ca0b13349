#include "binding/group_norm.h"

#include "binding/arguments.h"
#include "binding/call.h"
#include "cpp/group_norm.h"

namespace batchnorm {

napi_value GroupNormForwardEntry(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  const Shape shape = arguments.ReadShape(2);
  const Layout layout = arguments.ReadLayout(5);
  const Grouping grouping = {arguments.ReadGroups(6, shape), arguments.ReadBool(7)};
  const size_t sets = shape.n * grouping.groups;
  const void* x = arguments.ReadElements(0, shape.Count());
  void* y = arguments.ReadElements(1, shape.Count());
  const void* weight = arguments.ReadElementsOrNull(8, shape.c);
  const void* bias = arguments.ReadElementsOrNull(9, shape.c);
  const double eps = arguments.ReadDouble(10);
  const BatchStatistics statistics = {arguments.ReadStatistics(11, sets),
                                      arguments.ReadStatistics(12, sets),
                                      arguments.ReadStatistics(13, sets)};
  return Return(env, WithElementType(arguments, [&](auto zero) {
                  using T = decltype(zero);
                  return Completed(GroupNormForward(static_cast<const T*>(x), static_cast<T*>(y),
                                                    shape, layout, grouping,
                                                    AsAffine<T>(weight, bias), eps, statistics));
                }));
}

napi_value GroupNormBackwardEntry(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  const Shape shape = arguments.ReadShape(3);
  const Layout layout = arguments.ReadLayout(6);
  const Grouping grouping = {arguments.ReadGroups(7, shape), arguments.ReadBool(8)};
  const size_t sets = shape.n * grouping.groups;
  const void* dy = arguments.ReadElements(0, shape.Count());
  const void* x = arguments.ReadElements(1, shape.Count());
  void* dx = arguments.ReadElements(2, shape.Count());
  const void* weight = arguments.ReadElementsOrNull(9, shape.c);
  const double* mean = arguments.ReadStatistics(10, sets);
  const double* invstd = arguments.ReadStatistics(11, sets);
  const ParameterGradients gradients = {arguments.ReadStatistics(12, shape.c),
                                        arguments.ReadStatistics(13, shape.c)};
  return Return(env, WithElementType(arguments, [&](auto zero) {
                  using T = decltype(zero);
                  const ForwardState<T> state = {static_cast<const T*>(weight), mean, invstd};
                  return Completed(GroupNormBackward(static_cast<const T*>(dy),
                                                     static_cast<const T*>(x), static_cast<T*>(dx),
                                                     shape, layout, grouping, state, gradients));
                }));
}

}  // namespace batchnorm
