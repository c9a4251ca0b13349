#ifndef BATCHNORM_BINDING_JOB_TABLE_H_
#define BATCHNORM_BINDING_JOB_TABLE_H_

#include <cstddef>

#include "binding/job.h"
#include "binding/job_list.h"

namespace batchnorm {

// Jobs that are found by their ids, of which there may be thousands: one signal may abort them all.
class JobTable {
 public:
  // The job of that id, which is at least 1 and was given to some job, or null.
  Job* Find(double id) const { return lists_[ListOf(id)].Find(id); }

  void Add(Job* job) { lists_[ListOf(job->id())].Add(job); }
  void Remove(Job* job) { lists_[ListOf(job->id())].Remove(job); }

 private:
  static constexpr size_t kLists = 1024;

  // Ids follow each other, so that the lists grow alike.
  static size_t ListOf(double id) { return static_cast<size_t>(id) % kLists; }

  JobList lists_[kLists];
};

}  // namespace batchnorm

#endif  // BATCHNORM_BINDING_JOB_TABLE_H_
