#include "cpp/passes/runs.h"

#include <cstdint>

#include "cpp/kernels/backward_apply.h"
#include "cpp/kernels/backward_reduce.h"
#include "cpp/kernels/moments.h"
#include "cpp/kernels/normalize.h"
#include "cpp/kernels/training_backward.h"
#include "cpp/kernels/training_forward.h"
#include "cpp/layout/blocks.h"
#include "cpp/layout/offset_or_null.h"
#include "cpp/layout/scratch.h"
#include "cpp/layout/split.h"
#include "cpp/numerics/chan.h"
#include "cpp/passes/short_runs.h"
#include "cpp/simd/element_types.h"
#include "cpp/simd/streaming.h"
#include "cpp/threads/thread_pool.h"

namespace batchnorm {
namespace {

// Whether whole groups give each thread enough to do and no task too much; if not, threads share
// the chunks of a group, or the blocks of short runs.
template <typename T>
bool SharesGroups(const Runs& runs, const RunsSplit& groups) {
  if (runs.Count() * sizeof(T) <= kTaskBytes) return true;
  const TaskLimits limits = CurrentTaskLimits();
  if (groups.MostElements() * sizeof(T) > limits.bytes) return false;
  // Short runs of a group are far apart: reading them twice costs more.
  const size_t parts_a_thread = AreShort(runs) ? 1 : 4;
  return limits.threads == 1 || groups.Count() >= parts_a_thread * limits.threads;
}

// The chunks of each group, as MomentsOfGroup and ReduceGroup cut them.
template <typename T>
class Chunks {
 public:
  explicit Chunks(const Runs& runs) : runs_(runs) {
    BlockCursor cursor = Cursor();
    Block chunk;
    while (cursor.Next(&chunk)) ++count_;
    chunks_ = AllocateScratch<Block>(count_);
    if (chunks_ == nullptr) return;
    cursor = Cursor();
    for (size_t i = 0; i < count_; ++i) cursor.Next(&chunks_[i]);
  }

  bool Allocated() const { return chunks_ != nullptr; }
  size_t CountOfGroup() const { return count_; }
  size_t Count() const { return runs_.groups * count_; }

  RunsPart operator[](size_t i) const {
    const size_t group = i / count_;
    const Block& chunk = chunks_[i % count_];
    return {group * runs_.group_stride + chunk.offset,
            group,
            {1, 0, chunk.runs, runs_.run_stride, chunk.length}};
  }

 private:
  BlockCursor Cursor() const {
    return BlockCursor(runs_.runs, runs_.run_stride, runs_.length, kChunkBytes / sizeof(T));
  }

  Runs runs_;
  size_t count_ = 0;
  std::unique_ptr<Block[]> chunks_;
};

template <typename T>
bool MomentsByChunks(const T* x, const Runs& runs, double* mean, double* m2) {
  if (AreShort(runs)) return ThreadedMomentsOfShortRuns(x, runs, mean, m2);
  const Chunks<T> chunks(runs);
  const auto parts = AllocateScratch<Moments>(chunks.Count());
  if (!chunks.Allocated() || parts == nullptr) return false;
  ParallelFor(chunks.Count(), [&](size_t i) {
    const RunsPart chunk = chunks[i];
    parts[i].count = chunk.runs.Count();
    MomentsOfRuns(x + chunk.offset, chunk.runs, &parts[i].mean, &parts[i].m2);
  });
  for (size_t g = 0; g < runs.groups; ++g) {
    Moments all;
    const Moments* group = &parts[g * chunks.CountOfGroup()];
    for (size_t k = 0; k < chunks.CountOfGroup(); ++k) all.Merge(group[k]);
    mean[g] = all.mean;
    m2[g] = all.m2;
  }
  return true;
}

template <typename T>
bool ReduceByChunks(const OutputGradient<T>& dy, const T* x, const Runs& runs, const double* mean,
                    double* sum, double* dot) {
  if (AreShort(runs)) return ThreadedReduceShortRuns(dy, x, runs, mean, sum, dot);
  const Chunks<T> chunks(runs);
  const auto sums = AllocateScratch<double>(chunks.Count());
  const auto dots = AllocateScratch<double>(chunks.Count());
  if (!chunks.Allocated() || sums == nullptr || dots == nullptr) return false;
  ParallelFor(chunks.Count(), [&](size_t i) {
    const RunsPart chunk = chunks[i];
    BackwardReduceRuns(dy + chunk.offset, x + chunk.offset, chunk.runs, mean + chunk.first_group,
                       &sums[i], &dots[i]);
  });
  for (size_t g = 0; g < runs.groups; ++g) {
    sum[g] = 0.0;
    dot[g] = 0.0;
    for (size_t i = g * chunks.CountOfGroup(); i < (g + 1) * chunks.CountOfGroup(); ++i) {
      sum[g] += sums[i];
      dot[g] += dots[i];
    }
  }
  return true;
}

}  // namespace

template <typename T>
void ThreadedNormalizeRuns(const T* x, const Output<T>& y, const Runs& runs,
                           const NormalizeCoefficients<Compute<T>>* coefficients) {
  const Stores stores = StoresFor<T>(runs.Count());
  const RunsSplit parts = RunsSplit::OfElements(runs, sizeof(T));
  ParallelFor(parts.Count(), [&](size_t i) {
    const RunsPart part = parts[i];
    NormalizeRuns(x + part.offset, y + part.offset, part.runs, coefficients + part.first_group,
                  stores);
  });
}

template <typename T>
void ThreadedApplyRuns(const OutputGradient<T>& dy, const T* x, T* dx, const Runs& runs,
                       const BackwardCoefficients<Compute<T>>* coefficients) {
  const Stores stores = StoresFor<T>(runs.Count());
  const RunsSplit parts = RunsSplit::OfElements(runs, sizeof(T));
  ParallelFor(parts.Count(), [&](size_t i) {
    const RunsPart part = parts[i];
    BackwardApplyRuns(dy + part.offset, OffsetOrNull(x, part.offset), dx + part.offset, part.runs,
                      coefficients + part.first_group, stores);
  });
}

template <typename T>
bool ThreadedMomentsOfRuns(const T* x, const Runs& runs, double* mean, double* m2) {
  const RunsSplit groups = RunsSplit::OfGroups(runs, sizeof(T));
  if (!SharesGroups<T>(runs, groups)) return MomentsByChunks(x, runs, mean, m2);
  ParallelFor(groups.Count(), [&](size_t i) {
    const RunsPart part = groups[i];
    MomentsOfRuns(x + part.offset, part.runs, mean + part.first_group, m2 + part.first_group);
  });
  return true;
}

template <typename T>
bool ThreadedReduceRuns(const OutputGradient<T>& dy, const T* x, const Runs& runs,
                        const double* mean, double* sum, double* dot) {
  const RunsSplit groups = RunsSplit::OfGroups(runs, sizeof(T));
  if (!SharesGroups<T>(runs, groups)) return ReduceByChunks(dy, x, runs, mean, sum, dot);
  ParallelFor(groups.Count(), [&](size_t i) {
    const RunsPart part = groups[i];
    const size_t g = part.first_group;
    BackwardReduceRuns(dy + part.offset, x + part.offset, part.runs, mean + g, sum + g, dot + g);
  });
  return true;
}

template <typename T, typename P>
bool ThreadedForwardRuns(const T* x, const Output<T>& y, const Runs& runs, const Affine<P>& affine,
                         double eps, const BatchStatistics& statistics) {
  const RunsSplit groups = RunsSplit::OfGroups(runs, sizeof(T));
  if (SharesGroups<T>(runs, groups)) {
    const Stores stores = StoresFor<T>(runs.Count());
    ParallelFor(groups.Count(), [&](size_t i) {
      const RunsPart part = groups[i];
      TrainingForwardRuns(x + part.offset, y + part.offset, part.runs,
                          affine.From(part.first_group), eps, statistics.From(part.first_group),
                          stores);
    });
    return true;
  }
  const auto coefficients = AllocateScratch<NormalizeCoefficients<Compute<T>>>(runs.groups);
  // variance holds the sums of squared deviations until FinishChannel.
  if (coefficients == nullptr || !MomentsByChunks(x, runs, statistics.mean, statistics.variance)) {
    return false;
  }
  for (size_t g = 0; g < runs.groups; ++g) {
    coefficients[g] =
        FinishChannel<Compute<T>>(statistics, affine, g, runs.runs * runs.length, eps);
  }
  ThreadedNormalizeRuns(x, y, runs, coefficients.get());
  return true;
}

template <typename T, typename P>
bool ThreadedBackwardRuns(const OutputGradient<T>& dy, const T* x, T* dx, const Runs& runs,
                          const ForwardState<P>& state, const ParameterGradients& gradients) {
  const RunsSplit groups = RunsSplit::OfGroups(runs, sizeof(T));
  if (SharesGroups<T>(runs, groups)) {
    const Stores stores = StoresFor<T>(runs.Count());
    ParallelFor(groups.Count(), [&](size_t i) {
      const RunsPart part = groups[i];
      TrainingBackwardRuns(dy + part.offset, x + part.offset, dx + part.offset, part.runs,
                           state.From(part.first_group), gradients.From(part.first_group), stores);
    });
    return true;
  }
  const auto coefficients = AllocateScratch<BackwardCoefficients<Compute<T>>>(runs.groups);
  // gradients.weight holds the dot products until FinishChannel.
  if (coefficients == nullptr ||
      !ReduceByChunks(dy, x, runs, state.mean, gradients.bias, gradients.weight)) {
    return false;
  }
  for (size_t g = 0; g < runs.groups; ++g) {
    coefficients[g] = FinishChannel<Compute<T>>(gradients, state, g, runs.runs * runs.length);
  }
  ThreadedApplyRuns(dy, x, dx, runs, coefficients.get());
  return true;
}

BATCHNORM_INSTANTIATE_FLOATS(ThreadedNormalizeRuns);
BATCHNORM_INSTANTIATE_FLOATS(ThreadedApplyRuns);
BATCHNORM_INSTANTIATE_NUMBERS(ThreadedMomentsOfRuns);
BATCHNORM_INSTANTIATE_FLOATS(ThreadedReduceRuns);
BATCHNORM_INSTANTIATE_WITH_PARAMETERS(ThreadedForwardRuns);
BATCHNORM_INSTANTIATE_WITH_PARAMETERS(ThreadedBackwardRuns);

// Pixels have moments only.

}  // namespace batchnorm
