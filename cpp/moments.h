#ifndef BATCHNORM_MOMENTS_H_
#define BATCHNORM_MOMENTS_H_

#include <cstdint>

#include "cpp/shape.h"

namespace batchnorm {

// mean[g] and m2[g], the sum of squared deviations from it, of each group of runs. Empty groups
// give 0 and 0.
void MomentsOfRuns(const uint8_t* x, const Runs& runs, double* mean, double* m2);
void MomentsOfRuns(const float* x, const Runs& runs, double* mean, double* m2);
void MomentsOfRuns(const double* x, const Runs& runs, double* mean, double* m2);

// The same for each column.
void MomentsOfColumns(const uint8_t* x, const Rows& rows, double* mean, double* m2);
void MomentsOfColumns(const float* x, const Rows& rows, double* mean, double* m2);
void MomentsOfColumns(const double* x, const Rows& rows, double* mean, double* m2);

}  // namespace batchnorm

#endif  // BATCHNORM_MOMENTS_H_
