#ifndef BATCHNORM_THREADS_COORDINATORS_H_
#define BATCHNORM_THREADS_COORDINATORS_H_

namespace batchnorm {

// What a coordinator is to do: function(argument).
struct Errand {
  void (*function)(void*);
  void* argument;
  Errand* next = nullptr;
};

// Coordinators are threads that lead a call through its passes and mostly wait for others to work
// on them. Each runs one errand at a time; the errand has to live until its function is called.
// False, and nothing runs, where the system gives no thread.
bool RunOnCoordinator(Errand* errand);

}  // namespace batchnorm

#endif  // BATCHNORM_THREADS_COORDINATORS_H_
