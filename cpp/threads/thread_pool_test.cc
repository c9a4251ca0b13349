#include "cpp/threads/thread_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <set>
#include <thread>
#include <vector>

namespace batchnorm {
namespace {

class ThreadPoolTest : public ::testing::Test {
 protected:
  void TearDown() override { SetNumThreads(1); }
};

TEST_F(ThreadPoolTest, NumThreadsIsAtLeastOne) {
  SetNumThreads(3);
  EXPECT_EQ(NumThreads(), 3u);
  SetNumThreads(0);
  EXPECT_EQ(NumThreads(), 1u);
}

TEST_F(ThreadPoolTest, ADefaultDoesNotReplaceANumber) {
  SetNumThreads(3);
  SetDefaultNumThreads(5);
  EXPECT_EQ(NumThreads(), 3u);
}

TEST_F(ThreadPoolTest, RunsEachTaskOnce) {
  for (const size_t threads : {1, 2, 3, 7, 16}) {
    SetNumThreads(threads);
    for (const size_t count : {0, 1, 2, 3, 16, 17, 1000}) {
      std::vector<std::atomic<int>> runs(count);
      ParallelFor(count, [&](size_t i) { ++runs[i]; });
      for (const auto& run : runs) ASSERT_EQ(run.load(), 1) << threads << " threads";
    }
  }
}

TEST_F(ThreadPoolTest, WhatTasksWroteIsThereAfterwards) {
  SetNumThreads(4);
  for (size_t round = 1; round <= 2000; ++round) {
    std::vector<size_t> written(9, 0);
    ParallelFor(written.size(), [&](size_t i) { written[i] = round; });
    ASSERT_EQ(written, std::vector<size_t>(written.size(), round));
  }
}

// Each task waits for all others: one thread alone would wait for ever.
TEST_F(ThreadPoolTest, TasksRunAtTheSameTime) {
  SetNumThreads(4);
  std::atomic<int> waiting{0};
  ParallelFor(4, [&](size_t) {
    ++waiting;
    while (waiting.load() < 4) std::this_thread::yield();
  });
  EXPECT_EQ(waiting.load(), 4);
}

TEST_F(ThreadPoolTest, OneThreadIsTheCaller) {
  std::set<std::thread::id> ids;
  ParallelFor(100, [&](size_t) { ids.insert(std::this_thread::get_id()); });
  EXPECT_EQ(ids, std::set<std::thread::id>{std::this_thread::get_id()});
}

TEST_F(ThreadPoolTest, CallersAtTheSameTimeShareOnePool) {
  constexpr size_t kThreads = 3;
  constexpr size_t kCallers = 4;
  SetNumThreads(kThreads);
  std::atomic<size_t> busy{0};
  std::atomic<size_t> most{0};
  std::atomic<size_t> tasks{0};
  std::vector<std::thread> callers;
  for (size_t caller = 0; caller < kCallers; ++caller) {
    callers.emplace_back([&] {
      for (int call = 0; call < 200; ++call) {
        ParallelFor(8, [&](size_t) {
          const size_t now = ++busy;
          size_t seen = most.load();
          while (now > seen && !most.compare_exchange_weak(seen, now)) {
          }
          ++tasks;
          --busy;
        });
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(tasks.load(), kCallers * 200 * 8);
  // The callers themselves, and the threads of one pool.
  EXPECT_LE(most.load(), kCallers + kThreads - 1);
}

}  // namespace
}  // namespace batchnorm
