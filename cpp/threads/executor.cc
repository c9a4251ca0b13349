#include "cpp/threads/executor.h"

namespace batchnorm {
namespace {

thread_local Executor* current = nullptr;

}  // namespace

Executor* CurrentExecutor() { return current; }

ExecutorScope::ExecutorScope(Executor* executor) : before_(current) { current = executor; }
ExecutorScope::~ExecutorScope() { current = before_; }

}  // namespace batchnorm
