#include "cpp/simd/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpp/simd/targets.cc"
#include "hwy/foreach_target.h"
// After foreach_target.h: compiled once a target.
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace batchnorm {
namespace HWY_NAMESPACE {

const char* ThisTarget() { return hwy::TargetName(HWY_TARGET); }

}  // namespace HWY_NAMESPACE
}  // namespace batchnorm
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace batchnorm {

HWY_EXPORT(ThisTarget);

namespace {

// Asked once, and so before any selection: Highway's detection chooses the best target again.
const std::vector<int64_t>& DetectedTargets() {
  // Never destroyed, since a worker may still run while the process ends.
  static const auto& targets = *new std::vector<int64_t>(hwy::SupportedAndGeneratedTargets());
  return targets;
}

}  // namespace

std::vector<std::string> AvailableTargets() {
  std::vector<std::string> names;
  for (const int64_t target : DetectedTargets()) names.push_back(hwy::TargetName(target));
  return names;
}

std::string CurrentTarget() { return HWY_DYNAMIC_DISPATCH(ThisTarget)(); }

bool SelectTarget(const std::string& name) {
  for (const int64_t target : DetectedTargets()) {
    if (name != hwy::TargetName(target)) continue;
    hwy::GetChosenTarget().Update(target);
    return true;
  }
  return false;
}

void SelectBestTarget() { hwy::GetChosenTarget().Update(hwy::SupportedTargets()); }

}  // namespace batchnorm
#endif  // HWY_ONCE
