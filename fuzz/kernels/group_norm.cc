#include "cpp/group_norm.h"

#include <optional>

#include "cpp/testing/channel_arrays.h"
#include "cpp/threads/thread_pool.h"
#include "fuzz/kernels/check.h"
#include "fuzz/kernels/choices.h"
#include "fuzz/kernels/definition.h"

// LayerNorm, RMSNorm, GroupNorm and InstanceNorm, forward and backward, in place or not.
namespace batchnorm {
namespace {

constexpr Fused kPlain = {Activation::kNone, 0.0, false};

size_t AnyGroups(Choices& choices, size_t channels) {
  const size_t groups = 1 + choices.UpTo(channels == 0 ? 0 : channels - 1);
  return channels % groups == 0 ? groups : choices.Flag() ? 1 : channels;
}

template <typename T>
struct Arguments {
  explicit Arguments(Choices& choices)
      : shape(choices.AnyShape()),
        layout(choices.AnyLayout()),
        grouping{AnyGroups(choices, shape.c), choices.Flag()},
        eps(choices.Eps()),
        over(choices.UpTo(2)),
        misalignment(choices.UpTo(15)),
        x(choices.Elements<T>(shape.Count())),
        dy(choices.Elements<T>(shape.Count())),
        weight(choices.ElementsOrNull<T>(shape.c)),
        bias(choices.ElementsOrNull<T>(shape.c)) {}

  size_t Sets() const { return shape.n * grouping.groups; }
  size_t SetSize() const { return shape.c / grouping.groups * shape.s; }
  const T* Weight() const { return weight.has_value() ? weight->data() : nullptr; }
  long double Weight(size_t c) const { return weight.has_value() ? (*weight)[c] : T{1}; }
  long double Bias(size_t c) const { return bias.has_value() ? (*bias)[c] : T{0}; }

  // Calls f(i, c) for each element of a set.
  template <class F>
  void ForEach(size_t set, const F& f) const {
    const size_t sample = set / grouping.groups;
    const size_t channels = shape.c / grouping.groups;
    const size_t first = set % grouping.groups * channels;
    for (size_t c = first; c < first + channels; ++c) {
      for (size_t j = 0; j < shape.s; ++j) {
        f(layout == Layout::kChannelsFirst ? (sample * shape.c + c) * shape.s + j
                                           : (sample * shape.s + j) * shape.c + c,
          c);
      }
    }
  }

  Shape shape;
  Layout layout;
  Grouping grouping;
  double eps;
  // Which array is written over: 0 none, 1 the first, 2 the second.
  size_t over;
  size_t misalignment;
  PaddedArray<T> x;
  PaddedArray<T> dy;
  std::optional<PaddedArray<T>> weight;
  std::optional<PaddedArray<T>> bias;
};

template <typename T>
struct Results {
  explicit Results(const Arguments<T>& in)
      : y(in.over == 1 ? in.x : PaddedArray<T>(in.x.size(), in.misalignment)),
        dx(in.over == 1   ? in.dy
           : in.over == 2 ? in.x
                          : PaddedArray<T>(in.x.size(), in.misalignment)),
        statistics(in.Sets()),
        gradients(in.shape.c) {
    const Affine<T> affine = {in.Weight(), in.bias.has_value() ? in.bias->data() : nullptr};
    Check(GroupNormForward(in.over == 1 ? y.data() : in.x.data(), y.data(), in.shape, in.layout,
                           in.grouping, affine, in.eps, statistics),
          "it ran out of memory");
    const ForwardState<T> state = {in.Weight(), statistics.mean.data(), statistics.invstd.data()};
    Check(GroupNormBackward(in.over == 1 ? dx.data() : in.dy.data(),
                            in.over == 2 ? dx.data() : in.x.data(), dx.data(), in.shape, in.layout,
                            in.grouping, state, gradients),
          "it ran out of memory");
  }

  void CheckSameAs(Results& other) {
    CheckSame(y, other.y, "outputs differ with the number of threads");
    CheckSame(dx, other.dx, "gradients of the input differ with the number of threads");
    CheckSame(statistics.mean, other.statistics.mean, "means differ");
    CheckSame(statistics.variance, other.statistics.variance, "variances differ");
    CheckSame(statistics.invstd, other.statistics.invstd, "invstds differ");
    CheckSame(gradients.weight, other.gradients.weight, "gradients of weight differ");
    CheckSame(gradients.bias, other.gradients.bias, "gradients of bias differ");
  }

  PaddedArray<T> y;
  PaddedArray<T> dx;
  Statistics statistics;
  Gradients gradients;
};

template <typename T>
void CheckStatistics(const Arguments<T>& in, const Results<T>& results, size_t set) {
  const double mean = results.statistics.mean[set];
  const double m2 = results.statistics.variance[set] * static_cast<double>(in.SetSize());
  const auto for_each = [&](const auto& add) {
    in.ForEach(set, [&](size_t i, size_t) { add(in.x[i]); });
  };
  const MomentsOfSet moments(for_each);
  if (in.grouping.centered) return CheckMoments(moments, mean, m2);
  Check(mean == 0, "a mean where there is no centering");
  if (!IsWithinFloat64(moments)) return;
  Sum squares;
  for_each([&](long double x) { squares.Add(x * x); });
  squares.Check(m2, 1, "sum of squares");
}

template <typename T>
void CheckElements(const Arguments<T>& in, const Results<T>& results, size_t set) {
  const long double count = in.SetSize();
  const long double mean = results.statistics.mean[set];
  const long double invstd = results.statistics.invstd[set];
  Sum sum;
  Sum dot;
  // Of a channel, before its weight.
  Sum unweighted;
  in.ForEach(set, [&](size_t i, size_t c) {
    const ForwardElement<T> forward = {in.x[i], mean, invstd * in.Weight(c), in.Bias(c), 0, kPlain};
    forward.Check(results.y[i]);
    const long double g = in.dy[i] * in.Weight(c);
    sum.Add(g);
    dot.AddProduct(g, in.x[i] - mean);
    unweighted.Add(in.dy[i] * (1 + std::fabs(in.x[i] - mean)));
  });
  // Beyond this the sums themselves may have overflowed.
  if (!(sum.magnitude + dot.magnitude + unweighted.magnitude < 1e150L)) return;
  const long double grad_mean = in.grouping.centered ? sum.sum / count : 0.0L;
  const long double slope = dot.sum * invstd * invstd / count;
  const long double off = 64 * kSumTolerance;
  in.ForEach(set, [&](size_t i, size_t c) {
    // The sums that the kernel has are off by as much, which counts as one more addend here.
    const long double deviation = in.x[i] - mean;
    const long double sums_off =
        off *
        (sum.magnitude / count + std::fabs(deviation) * dot.magnitude * invstd * invstd / count) *
        invstd;
    const long double g = in.dy[i] * in.Weight(c);
    GradientElement<T>{g, deviation, mean, grad_mean, slope, invstd}.Check(results.dx[i], sums_off);
  });
}

template <typename T>
void CheckParameters(const Arguments<T>& in, const Results<T>& results) {
  std::vector<Sum> weight(in.shape.c);
  std::vector<Sum> unscaled(in.shape.c);
  std::vector<Sum> bias(in.shape.c);
  for (size_t set = 0; set < in.Sets(); ++set) {
    in.ForEach(set, [&](size_t i, size_t c) {
      const long double deviation =
          static_cast<long double>(in.x[i]) - results.statistics.mean[set];
      unscaled[c].AddProduct(in.dy[i], deviation);
      weight[c].Add(in.dy[i] * deviation * results.statistics.invstd[set]);
      bias[c].Add(in.dy[i]);
    });
  }
  for (size_t c = 0; c < in.shape.c; ++c) {
    // Beyond this a sum may have overflowed before it was scaled.
    if (unscaled[c].magnitude < 1e150L)
      weight[c].Check(results.gradients.weight[c], 1, "gradient of weight");
    bias[c].Check(results.gradients.bias[c], 1, "gradient of bias");
  }
}

template <typename T>
void Call(Choices& choices) {
  const Arguments<T> in(choices);
  const size_t threads = 2 + choices.UpTo(6);
  SetNumThreads(1);
  Results<T> results(in);
  SetNumThreads(threads);
  Results<T> shared(in);
  results.CheckSameAs(shared);
  if (in.shape.IsEmpty() || !IsSmall(in.shape.Count())) return;
  for (size_t set = 0; set < in.Sets(); ++set) {
    CheckStatistics(in, results, set);
    CheckElements(in, results, set);
  }
  CheckParameters(in, results);
}

}  // namespace
}  // namespace batchnorm

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  return batchnorm::FuzzFloats(bytes, size, [](batchnorm::Choices& choices, auto zero) {
    batchnorm::Call<decltype(zero)>(choices);
  });
}
