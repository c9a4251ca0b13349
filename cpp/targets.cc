#include "cpp/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpp/targets.cc"
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

std::vector<std::string> AvailableTargets() {
  std::vector<std::string> names;
  for (const int64_t target : hwy::SupportedAndGeneratedTargets()) {
    names.push_back(hwy::TargetName(target));
  }
  return names;
}

std::string CurrentTarget() { return HWY_DYNAMIC_DISPATCH(ThisTarget)(); }

bool SelectTarget(const std::string& name) {
  for (const int64_t target : hwy::SupportedAndGeneratedTargets()) {
    if (name != hwy::TargetName(target)) continue;
    hwy::GetChosenTarget().Update(target);
    return true;
  }
  return false;
}

void SelectBestTarget() { hwy::GetChosenTarget().Update(hwy::SupportedTargets()); }

}  // namespace batchnorm
#endif  // HWY_ONCE
