#include "cpp/batch_norm.h"

#include <cstdint>
#include <cstring>

#include "cpp/kernels/inverse_std.h"
#include "cpp/layout/scratch.h"
#include "cpp/passes/columns.h"
#include "cpp/passes/runs.h"
#include "cpp/simd/bits.h"
#include "cpp/simd/element_types.h"
#include "cpp/simd/streaming.h"

namespace batchnorm {
namespace {

template <typename T>
void Normalize(const T* x, const Output<T>& y, const Shape& shape, Layout layout,
               const NormalizeCoefficients<Compute<T>>* coefficients) {
  if (UsesRuns(shape, layout)) {
    ThreadedNormalizeRuns(x, y, RunsOf(shape), coefficients);
  } else {
    ThreadedNormalizeColumns(x, y, ChannelsLastRows(shape), coefficients,
                             StoresFor<T>(shape.Count()));
  }
}

// Runs that end within a byte of the mask add their bits to it.
template <typename T>
void ClearMask(const Output<T>& y, const Shape& shape) {
  if (y.mask != nullptr) memset(y.mask, 0, BytesOfBits(shape.Count()));
}

}  // namespace

template <typename T, typename P>
bool BatchNormEval(const T* x, const Output<T>& y, const Shape& shape, Layout layout,
                   const Affine<P>& affine, const RunningStatistics<P>& running, double eps) {
  if (shape.IsEmpty()) return true;
  const auto coefficients = AllocateScratch<NormalizeCoefficients<Compute<T>>>(shape.c);
  const auto invstd = AllocateScratch<double>(shape.c);
  if (coefficients == nullptr || invstd == nullptr) return false;
  InverseStd(running.var, eps, invstd.get(), shape.c);
  for (size_t c = 0; c < shape.c; ++c) {
    coefficients[c] = {static_cast<double>(running.mean[c]), invstd[c] * affine.Weight(c),
                       affine.Bias(c)};
  }
  ClearMask(y, shape);
  Normalize(x, y, shape, layout, coefficients.get());
  return true;
}

template <typename T, typename P>
bool BatchNormTrain(const T* x, const Output<T>& y, const Shape& shape, Layout layout,
                    const Affine<P>& affine, double eps, const BatchStatistics& statistics) {
  if (shape.IsEmpty()) return true;
  ClearMask(y, shape);
  return UsesRuns(shape, layout)
             ? ThreadedForwardRuns(x, y, RunsOf(shape), affine, eps, statistics)
             : ThreadedForwardColumns(x, y, ChannelsLastRows(shape), affine, eps, statistics);
}

template <typename T, typename P>
bool BatchNormBackward(const OutputGradient<T>& dy, const T* x, T* dx, const Shape& shape,
                       Layout layout, const ForwardState<P>& state, bool training,
                       const ParameterGradients& gradients) {
  if (shape.IsEmpty()) {
    for (size_t c = 0; c < shape.c; ++c) gradients.weight[c] = gradients.bias[c] = 0.0;
    return true;
  }
  const bool runs = UsesRuns(shape, layout);
  if (training) {
    return runs ? ThreadedBackwardRuns(dy, x, dx, RunsOf(shape), state, gradients)
                : ThreadedBackwardColumns(dy, x, dx, ChannelsLastRows(shape), state, gradients);
  }
  const auto coefficients = AllocateScratch<BackwardCoefficients<Compute<T>>>(shape.c);
  if (coefficients == nullptr) return false;
  if (x != nullptr) {
    double* sum = gradients.bias;
    double* dot = gradients.weight;
    const bool reduced =
        runs ? ThreadedReduceRuns(dy, x, RunsOf(shape), state.mean, sum, dot)
             : ThreadedReduceColumns(dy, x, ChannelsLastRows(shape), state.mean, sum, dot);
    if (!reduced) return false;
    for (size_t c = 0; c < shape.c; ++c) dot[c] *= state.invstd[c];
  }
  for (size_t c = 0; c < shape.c; ++c) coefficients[c] = {0.0, 0.0, 0.0, state.Scale(c)};
  constexpr const T* kRunning = nullptr;
  if (runs) {
    ThreadedApplyRuns(dy, kRunning, dx, RunsOf(shape), coefficients.get());
  } else {
    ThreadedApplyColumns(dy, kRunning, dx, ChannelsLastRows(shape), coefficients.get(),
                         StoresFor<T>(shape.Count()));
  }
  return true;
}

template <typename T>
bool BatchNormMoments(const T* x, const Shape& shape, Layout layout, double* mean, double* m2) {
  if (shape.IsEmpty()) {
    for (size_t c = 0; c < shape.c; ++c) mean[c] = m2[c] = 0.0;
    return true;
  }
  return UsesRuns(shape, layout) ? ThreadedMomentsOfRuns(x, RunsOf(shape), mean, m2)
                                 : ThreadedMomentsOfColumns(x, ChannelsLastRows(shape), mean, m2);
}

BATCHNORM_INSTANTIATE_WITH_PARAMETERS(BatchNormEval);
BATCHNORM_INSTANTIATE_WITH_PARAMETERS(BatchNormTrain);
BATCHNORM_INSTANTIATE_WITH_PARAMETERS(BatchNormBackward);
BATCHNORM_INSTANTIATE_NUMBERS(BatchNormMoments);

// Pixels have moments only.

}  // namespace batchnorm
