#include "cpp/batch_norm.h"

#include <cmath>
#include <memory>
#include <new>

#include "cpp/backward_apply.h"
#include "cpp/backward_reduce.h"
#include "cpp/moments.h"
#include "cpp/normalize.h"
#include "cpp/training_backward.h"
#include "cpp/training_forward.h"

namespace batchnorm {
namespace {

// A channel of one element a sample, or a single channel, has one layout whatever it is called:
// columns and one long run are the fast ways through them.
bool UsesRuns(const Shape& shape, Layout layout) {
  if (shape.c == 1) return true;
  return layout == Layout::kChannelsFirst && shape.s != 1;
}

Runs RunsOf(const Shape& shape) {
  if (shape.c == 1) return ChannelsFirstRuns({1, 1, shape.n * shape.s});
  return ChannelsFirstRuns(shape);
}

template <typename Coefficients>
using PerChannel = std::unique_ptr<Coefficients[]>;

template <typename Coefficients>
PerChannel<Coefficients> AllocatePerChannel(const Shape& shape) {
  return PerChannel<Coefficients>(new (std::nothrow) Coefficients[shape.c]);
}

template <typename T>
void Normalize(const T* x, T* y, const Shape& shape, Layout layout,
               const NormalizeCoefficients<T>* coefficients) {
  if (UsesRuns(shape, layout)) {
    NormalizeRuns(x, y, RunsOf(shape), coefficients);
  } else {
    NormalizeColumns(x, y, ChannelsLastRows(shape), coefficients);
  }
}

template <typename T>
void Reduce(const T* dy, const T* x, const Shape& shape, Layout layout, const double* mean,
            double* sum, double* dot) {
  if (UsesRuns(shape, layout)) {
    BackwardReduceRuns(dy, x, RunsOf(shape), mean, sum, dot);
  } else {
    BackwardReduceColumns(dy, x, ChannelsLastRows(shape), mean, sum, dot);
  }
}

bool IsEmpty(const Shape& shape) { return shape.n == 0 || shape.c == 0 || shape.s == 0; }

}  // namespace

template <typename T, typename P>
bool BatchNormEval(const T* x, T* y, const Shape& shape, Layout layout, const Affine<P>& affine,
                   const RunningStatistics<P>& running, double eps) {
  if (IsEmpty(shape)) return true;
  const auto coefficients = AllocatePerChannel<NormalizeCoefficients<T>>(shape);
  if (coefficients == nullptr) return false;
  for (size_t c = 0; c < shape.c; ++c) {
    const double invstd = 1.0 / std::sqrt(static_cast<double>(running.var[c]) + eps);
    coefficients[c] = {static_cast<double>(running.mean[c]), invstd * affine.Weight(c),
                       affine.Bias(c)};
  }
  Normalize(x, y, shape, layout, coefficients.get());
  return true;
}

template <typename T, typename P>
bool BatchNormTrain(const T* x, T* y, const Shape& shape, Layout layout, const Affine<P>& affine,
                    double eps, const BatchStatistics& statistics) {
  if (IsEmpty(shape)) return true;
  if (UsesRuns(shape, layout)) {
    TrainingForwardRuns(x, y, RunsOf(shape), affine, eps, statistics);
    return true;
  }
  const auto coefficients = AllocatePerChannel<NormalizeCoefficients<T>>(shape);
  if (coefficients == nullptr) return false;
  // variance holds the sums of squared deviations until Set turns them into variances.
  MomentsOfColumns(x, ChannelsLastRows(shape), statistics.mean, statistics.variance);
  for (size_t c = 0; c < shape.c; ++c) {
    statistics.Set(c, statistics.mean[c], statistics.variance[c], shape.n * shape.s, eps);
    coefficients[c] = {statistics.mean[c], statistics.invstd[c] * affine.Weight(c), affine.Bias(c)};
  }
  NormalizeColumns(x, y, ChannelsLastRows(shape), coefficients.get());
  return true;
}

template <typename T, typename P>
bool BatchNormBackward(const T* dy, const T* x, T* dx, const Shape& shape, Layout layout,
                       const ForwardState<P>& state, bool training,
                       const ParameterGradients& gradients) {
  if (IsEmpty(shape)) {
    for (size_t c = 0; c < shape.c; ++c) gradients.weight[c] = gradients.bias[c] = 0.0;
    return true;
  }
  if (training && UsesRuns(shape, layout)) {
    TrainingBackwardRuns(dy, x, dx, RunsOf(shape), state, gradients);
    return true;
  }
  const auto training_coefficients =
      training ? AllocatePerChannel<BackwardCoefficients<T>>(shape) : nullptr;
  const auto eval_coefficients =
      training ? nullptr : AllocatePerChannel<NormalizeCoefficients<T>>(shape);
  if (training_coefficients == nullptr && eval_coefficients == nullptr) return false;

  Reduce(dy, x, shape, layout, state.mean, gradients.bias, gradients.weight);
  for (size_t c = 0; c < shape.c; ++c) {
    const double sum = gradients.bias[c];
    const double dot = gradients.weight[c];
    gradients.weight[c] = dot * state.invstd[c];
    if (training) {
      training_coefficients[c] = TrainingCoefficients<T>(state, c, sum, dot, shape.n * shape.s);
    } else {
      eval_coefficients[c] = {0.0, state.Scale(c), 0.0};
    }
  }
  if (training) {
    BackwardApplyColumns(dy, x, dx, ChannelsLastRows(shape), training_coefficients.get());
  } else {
    Normalize(dy, dx, shape, layout, eval_coefficients.get());
  }
  return true;
}

template <typename T>
void BatchNormMoments(const T* x, const Shape& shape, Layout layout, double* mean, double* m2) {
  if (UsesRuns(shape, layout)) {
    MomentsOfRuns(x, RunsOf(shape), mean, m2);
  } else {
    MomentsOfColumns(x, ChannelsLastRows(shape), mean, m2);
  }
}

#define BATCHNORM_INSTANTIATE(T, P)                                                          \
  template bool BatchNormEval(const T*, T*, const Shape&, Layout, const Affine<P>&,          \
                              const RunningStatistics<P>&, double);                          \
  template bool BatchNormTrain(const T*, T*, const Shape&, Layout, const Affine<P>&, double, \
                               const BatchStatistics&);                                      \
  template bool BatchNormBackward(const T*, const T*, T*, const Shape&, Layout,              \
                                  const ForwardState<P>&, bool, const ParameterGradients&);  \
  template void BatchNormMoments(const T*, const Shape&, Layout, double*, double*);

BATCHNORM_INSTANTIATE(float, float)
BATCHNORM_INSTANTIATE(double, double)

#undef BATCHNORM_INSTANTIATE

}  // namespace batchnorm
