#include "cpp/batch_norm.h"

#include <optional>

#include "cpp/simd/bits.h"
#include "cpp/testing/channel_arrays.h"
#include "cpp/testing/reference.h"
#include "cpp/threads/thread_pool.h"
#include "fuzz/kernels/check.h"
#include "fuzz/kernels/choices.h"
#include "fuzz/kernels/definition.h"

// Training, evaluation and their gradients, fused or not, in place or not.
namespace batchnorm {
namespace {

template <typename T>
const T* DataOrNull(const std::optional<PaddedArray<T>>& array) {
  return array.has_value() ? array->data() : nullptr;
}

template <typename T>
double ValueOr(const std::optional<PaddedArray<T>>& array, size_t i, double absent) {
  return array.has_value() ? static_cast<double>((*array)[i]) : absent;
}

// The arguments, which all passes leave as they are.
template <typename T>
struct Arguments {
  explicit Arguments(Choices& choices)
      : shape(choices.AnyShape()),
        layout(choices.AnyLayout()),
        training(choices.Flag()),
        eps(choices.Eps()),
        fused(choices.AnyFused()),
        over(choices.UpTo(2)),
        misalignment(choices.UpTo(15)),
        x(choices.Elements<T>(shape.Count())),
        residual(choices.Elements<T>(shape.Count())),
        dy(choices.Elements<T>(shape.Count())),
        weight(choices.ElementsOrNull<T>(shape.c)),
        bias(choices.ElementsOrNull<T>(shape.c)),
        running_mean(choices.Elements<T>(shape.c)),
        running_var(choices.Elements<T>(shape.c)) {}

  // Calls f(i) for each element of channel c that is checked.
  template <class F>
  void ForEach(size_t c, const F& f) const {
    size_t next = 0;
    ForEachElement(AsRuns(shape, layout), c, [&](size_t i) {
      if (next++ % StepOf(shape.Count()) == 0) f(i);
    });
  }
  bool IsSmall() const { return batchnorm::IsSmall(shape.Count()); }

  Shape shape;
  Layout layout;
  bool training;
  double eps;
  Fused fused;
  // Which array is written over: 0 none, 1 the first, 2 the second.
  size_t over;
  size_t misalignment;
  PaddedArray<T> x;
  PaddedArray<T> residual;
  PaddedArray<T> dy;
  std::optional<PaddedArray<T>> weight;
  std::optional<PaddedArray<T>> bias;
  PaddedArray<T> running_mean;
  PaddedArray<T> running_var;
};

template <typename T>
struct Forward {
  explicit Forward(const Arguments<T>& in)
      : y(in.over == 1   ? in.x
          : in.over == 2 ? in.residual
                         : PaddedArray<T>(in.x.size(), in.misalignment)),
        mask(BytesOfBits(in.x.size())),
        statistics(in.shape.c) {
    const T* x = in.over == 1 ? y.data() : in.x.data();
    const T* residual = in.over == 2 ? y.data() : in.residual.data();
    const Output<T> output = FusedOutputOf(y.data(), in.fused, residual, mask.data());
    const Affine<T> affine = {DataOrNull(in.weight), DataOrNull(in.bias)};
    const bool enough =
        in.training ? BatchNormTrain(x, output, in.shape, in.layout, affine, in.eps, statistics)
                    : BatchNormEval<T, T>(x, output, in.shape, in.layout, affine,
                                          {in.running_mean.data(), in.running_var.data()}, in.eps);
    Check(enough, "it ran out of memory");
    if (!in.training) UseRunning(in);
  }

  void CheckSameAs(Forward& other) {
    CheckSame(y, other.y, "outputs differ with the number of threads");
    CheckSame(mask, other.mask, "masks differ with the number of threads");
    CheckSame(statistics.mean, other.statistics.mean, "means differ with the number of threads");
    CheckSame(statistics.variance, other.statistics.variance,
              "variances differ with the number of threads");
    CheckSame(statistics.invstd, other.statistics.invstd,
              "invstds differ with the number of threads");
  }

  PaddedArray<T> y;
  PaddedArray<uint8_t> mask;
  Statistics statistics;

 private:
  void UseRunning(const Arguments<T>& in) {
    for (size_t c = 0; c < in.shape.c; ++c) {
      statistics.mean[c] = in.running_mean[c];
      statistics.variance[c] = in.running_var[c];
      statistics.invstd[c] = 1.0 / std::sqrt(in.running_var[c] + in.eps);
    }
  }
};

template <typename T>
struct Backward {
  Backward(const Arguments<T>& in, Forward<T>& forward, bool with_input)
      : with_input(with_input),
        over_dy(in.over == 1),
        dx(over_dy ? in.dy : PaddedArray<T>(in.dy.size(), in.misalignment)),
        residual(in.over == 2 ? in.dy : PaddedArray<T>(in.dy.size(), in.misalignment)),
        gradients(in.shape.c) {
    const T* dy = over_dy ? dx.data() : in.over == 2 ? residual.data() : in.dy.data();
    const OutputGradient<T> gradient =
        FusedGradientOf(dy, in.fused, residual.data(), forward.mask.data());
    const ForwardState<T> state = {DataOrNull(in.weight), forward.statistics.mean.data(),
                                   forward.statistics.invstd.data()};
    Check(BatchNormBackward(gradient, with_input ? in.x.data() : nullptr, dx.data(), in.shape,
                            in.layout, state, in.training, gradients),
          "it ran out of memory");
  }

  void CheckSameAs(Backward& other) {
    CheckSame(dx, other.dx, "gradients of the input differ with the number of threads");
    CheckSame(residual, other.residual, "gradients of the residual differ");
    CheckSame(gradients.weight, other.gradients.weight, "gradients of weight differ");
    CheckSame(gradients.bias, other.gradients.bias, "gradients of bias differ");
  }

  bool with_input;
  bool over_dy;
  PaddedArray<T> dx;
  PaddedArray<T> residual;
  Gradients gradients;
};

bool BitOf(const PaddedArray<uint8_t>& mask, size_t i) { return (mask[i / 8] >> (i % 8) & 1) != 0; }

template <typename T>
void CheckForward(const Arguments<T>& in, const Forward<T>& forward) {
  const size_t count = in.shape.n * in.shape.s;
  for (size_t c = 0; c < in.shape.c; ++c) {
    const double mean = forward.statistics.mean[c];
    const double invstd = forward.statistics.invstd[c];
    if (in.training && in.IsSmall() && count > 0) {
      const MomentsOfSet moments(
          [&](const auto& add) { in.ForEach(c, [&](size_t i) { add(in.x[i]); }); });
      CheckMoments(moments, mean, forward.statistics.variance[c] * static_cast<double>(count));
    }
    const long double scale = invstd * ValueOr(in.weight, c, 1.0);
    const double bias = ValueOr(in.bias, c, 0.0);
    in.ForEach(c, [&](size_t i) {
      const T added = in.fused.has_residual ? in.residual[i] : T{0};
      ForwardElement<T>{in.x[i], mean, scale, bias, added, in.fused}.Check(forward.y[i]);
      if (in.fused.activation == Activation::kRelu) {
        Check(BitOf(forward.mask, i) == Passes(in.fused, forward.y[i]),
              "the mask differs from what the output shows");
      }
    });
  }
}

template <typename T>
void CheckBackward(const Arguments<T>& in, const Forward<T>& forward, const Backward<T>& backward) {
  const long double count = in.shape.n * in.shape.s;
  for (size_t c = 0; c < in.shape.c; ++c) {
    const double mean = forward.statistics.mean[c];
    const long double invstd = forward.statistics.invstd[c];
    const auto dz = [&](size_t i) {
      return GradientBefore(in.fused, in.dy[i], BitOf(forward.mask, i));
    };
    if (backward.with_input && in.IsSmall()) {
      Sum sum;
      Sum dot;
      in.ForEach(c, [&](size_t i) {
        sum.Add(dz(i));
        dot.AddProduct(dz(i), static_cast<long double>(in.x[i]) - mean);
      });
      sum.Check(backward.gradients.bias[c], 1, "gradient of bias");
      dot.Check(backward.gradients.weight[c], invstd, "gradient of weight");
    }
    const long double grad_mean = in.training ? backward.gradients.bias[c] / count : 0.0L;
    const long double slope = in.training ? backward.gradients.weight[c] * invstd / count : 0.0L;
    const long double scale = invstd * ValueOr(in.weight, c, 1.0);
    in.ForEach(c, [&](size_t i) {
      const long double deviation = in.training ? in.x[i] - static_cast<long double>(mean) : 0.0L;
      GradientElement<T>{dz(i), deviation, in.training ? mean : 0, grad_mean, slope, scale}.Check(
          backward.dx[i]);
    });
  }
}

template <typename T>
void Call(Choices& choices) {
  const Arguments<T> in(choices);
  const bool with_input = in.training || choices.Flag();
  const size_t threads = 2 + choices.UpTo(6);
  SetNumThreads(1);
  Forward<T> forward(in);
  Backward<T> backward(in, forward, with_input);
  SetNumThreads(threads);
  Forward<T> shared(in);
  forward.CheckSameAs(shared);
  Backward<T> shared_backward(in, shared, with_input);
  backward.CheckSameAs(shared_backward);
  CheckForward(in, forward);
  CheckBackward(in, forward, backward);
}

}  // namespace
}  // namespace batchnorm

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  return batchnorm::FuzzFloats(bytes, size, [](batchnorm::Choices& choices, auto zero) {
    batchnorm::Call<decltype(zero)>(choices);
  });
}
