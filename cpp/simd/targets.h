#ifndef BATCHNORM_SIMD_TARGETS_H_
#define BATCHNORM_SIMD_TARGETS_H_

#include <string>
#include <vector>

namespace batchnorm {

// Names of the SIMD targets compiled in that this CPU has, best first.
std::vector<std::string> AvailableTargets();

// Name of the target that kernels run on.
std::string CurrentTarget();

// Makes the whole process use one target. False, and no change, where it is not available.
bool SelectTarget(const std::string& name);

// The best target again.
void SelectBestTarget();

}  // namespace batchnorm

#endif  // BATCHNORM_SIMD_TARGETS_H_
