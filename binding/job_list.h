#ifndef BATCHNORM_BINDING_JOB_LIST_H_
#define BATCHNORM_BINDING_JOB_LIST_H_

#include "binding/job.h"

namespace batchnorm {

// Jobs in the order in which they came. A job is in one list at a time.
class JobList {
 public:
  Job* first() const { return first_; }

  // The job of that id, or null.
  Job* Find(double id) const {
    Job* job = first_;
    while (job != nullptr && job->id() != id) job = job->after;
    return job;
  }

  void Add(Job* job) {
    job->before = last_;
    job->after = nullptr;
    (last_ == nullptr ? first_ : last_->after) = job;
    last_ = job;
  }

  void Remove(Job* job) {
    (job->before == nullptr ? first_ : job->before->after) = job->after;
    (job->after == nullptr ? last_ : job->after->before) = job->before;
  }

 private:
  Job* first_ = nullptr;
  Job* last_ = nullptr;
};

}  // namespace batchnorm

#endif  // BATCHNORM_BINDING_JOB_LIST_H_
