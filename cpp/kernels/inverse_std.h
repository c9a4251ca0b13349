#ifndef BATCHNORM_KERNELS_INVERSE_STD_H_
#define BATCHNORM_KERNELS_INVERSE_STD_H_

#include <cstddef>

namespace batchnorm {

// invstd[c] = 1 / sqrt(variance[c] + eps) for c < channels.
template <typename T>
void InverseStd(const T* variance, double eps, double* invstd, size_t channels);

}  // namespace batchnorm

#endif  // BATCHNORM_KERNELS_INVERSE_STD_H_
