#ifndef BATCHNORM_MOMENTS_H_
#define BATCHNORM_MOMENTS_H_

#include <cstdint>

#include "cpp/chan.h"
#include "cpp/shape.h"
#include "cpp/strips.h"

namespace batchnorm {

// mean[g] and m2[g], the sum of squared deviations from it, of each group of runs. Empty groups
// give 0 and 0.
void MomentsOfRuns(const uint8_t* x, const Runs& runs, double* mean, double* m2);
void MomentsOfRuns(const uint16_t* x, const Runs& runs, double* mean, double* m2);
void MomentsOfRuns(const float* x, const Runs& runs, double* mean, double* m2);
void MomentsOfRuns(const double* x, const Runs& runs, double* mean, double* m2);

// The same for each column.
void MomentsOfColumns(const uint8_t* x, const Rows& rows, double* mean, double* m2);
void MomentsOfColumns(const uint16_t* x, const Rows& rows, double* mean, double* m2);
void MomentsOfColumns(const float* x, const Rows& rows, double* mean, double* m2);
void MomentsOfColumns(const double* x, const Rows& rows, double* mean, double* m2);

// The same for each group of a strip of short runs.
void MomentsOfStrip(const uint8_t* x, const Strip& strip, Moments* moments);
void MomentsOfStrip(const uint16_t* x, const Strip& strip, Moments* moments);
void MomentsOfStrip(const float* x, const Strip& strip, Moments* moments);
void MomentsOfStrip(const double* x, const Strip& strip, Moments* moments);

}  // namespace batchnorm

#endif  // BATCHNORM_MOMENTS_H_
