#ifndef BATCHNORM_INVERSE_STD_H_
#define BATCHNORM_INVERSE_STD_H_

#include <cstddef>

namespace batchnorm {

// invstd[c] = 1 / sqrt(variance[c] + eps) for c < channels.
void InverseStd(const float* variance, double eps, double* invstd, size_t channels);
void InverseStd(const double* variance, double eps, double* invstd, size_t channels);

}  // namespace batchnorm

#endif  // BATCHNORM_INVERSE_STD_H_
