#include "cpp/threads/sliced_call.h"

#include <gtest/gtest.h>
#include <pthread.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <set>
#include <thread>
#include <vector>

#include "cpp/testing/sliced.h"
#include "cpp/threads/thread_pool.h"

namespace batchnorm {
namespace {

constexpr std::chrono::nanoseconds kOneTask{0};
constexpr std::chrono::hours kForEver{1};

using Body = std::function<void()>;

TEST(SlicedCallTest, RunsEachTaskOfEachPhaseOnce) {
  for (const size_t threads : {1, 2, 7}) {
    for (const size_t count : {0, 1, 2, 3, 17, 1000}) {
      std::vector<std::atomic<int>> runs(count);
      RunSliced(threads, [&] {
        for (int phase = 1; phase <= 3; ++phase) {
          ParallelFor(count, [&](size_t i) { ++runs[i]; });
          for (const auto& run : runs) ASSERT_EQ(run.load(), phase) << threads << " threads";
        }
      });
    }
  }
}

TEST(SlicedCallTest, WhatTasksWroteIsThereAfterwards) {
  RunSliced(3, [] {
    for (size_t round = 1; round <= 2000; ++round) {
      std::vector<size_t> written(9, 0);
      ParallelFor(written.size(), [&](size_t i) { written[i] = round; });
      ASSERT_EQ(written, std::vector<size_t>(written.size(), round));
    }
  });
}

TEST(SlicedCallTest, WorkEndsWithTheTaskInWhichItsTimeEnds) {
  constexpr size_t kTasks = 20;
  std::atomic<size_t> tasks{0};
  Sliced<Body> sliced([&] { ParallelFor(kTasks, [&](size_t) { ++tasks; }); });
  ASSERT_TRUE(sliced.call.Coordinate(1));
  size_t before = 0;
  while (!sliced.call.Work(kOneTask)) {
    EXPECT_LE(tasks.load(), before + 1);
    before = tasks.load();
  }
  EXPECT_EQ(tasks.load(), kTasks);
}

TEST(SlicedCallTest, WorkDoesNotWaitLongerForTasks) {
  std::atomic<bool> go{false};
  Sliced<Body> sliced([&] {
    while (!go.load()) std::this_thread::yield();
  });
  ASSERT_TRUE(sliced.call.Coordinate(1));
  for (int i = 0; i < 10; ++i) EXPECT_FALSE(sliced.call.Work(std::chrono::microseconds(50)));
  go = true;
  EXPECT_TRUE(sliced.call.Work(kForEver));
}

// Each task waits for all others: one thread alone would wait for ever.
TEST(SlicedCallTest, ThreadsWorkAtTheSameTime) {
  std::atomic<int> waiting{0};
  RunSliced(4, [&] {
    ParallelFor(4, [&](size_t) {
      ++waiting;
      while (waiting.load() < 4) std::this_thread::yield();
    });
  });
  EXPECT_EQ(waiting.load(), 4);
}

TEST(SlicedCallTest, OnlyThoseThatWorkRunTasks) {
  std::set<std::thread::id> ids;
  Sliced<Body> sliced([&] {
    ParallelFor(100, [&](size_t) {
      // What a task shares out itself stays on its thread.
      ParallelFor(3, [&](size_t) { ids.insert(std::this_thread::get_id()); });
    });
  });
  ASSERT_TRUE(sliced.call.Coordinate(1));
  EXPECT_TRUE(sliced.call.Work(kForEver));
  EXPECT_EQ(ids, std::set<std::thread::id>{std::this_thread::get_id()});
}

TEST(SlicedCallTest, WithoutACoordinatorTheFirstWorkRunsItAll) {
  std::set<std::thread::id> ids;
  SetNumThreads(4);
  Sliced<Body> sliced(
      [&] { ParallelFor(100, [&](size_t) { ids.insert(std::this_thread::get_id()); }); });
  EXPECT_TRUE(sliced.call.Work(kOneTask));
  SetNumThreads(1);
  EXPECT_EQ(ids, std::set<std::thread::id>{std::this_thread::get_id()});
}

TEST(SlicedCallTest, TasksAreShort) {
  TaskLimits limits = {0, 0};
  RunSliced(3, [&] { limits = CurrentTaskLimits(); });
  EXPECT_EQ(limits.threads, 3u);
  EXPECT_LE(limits.bytes, size_t{4} << 20);
  SetNumThreads(5);
  EXPECT_EQ(CurrentTaskLimits().threads, 5u);
  EXPECT_EQ(CurrentTaskLimits().bytes, SIZE_MAX);
  SetNumThreads(1);
}

TEST(SlicedCallTest, AbortedBeforeItBeginsItRunsNothing) {
  for (const bool coordinated : {true, false}) {
    std::atomic<size_t> tasks{0};
    Sliced<Body> sliced([&] { ParallelFor(100, [&](size_t) { ++tasks; }); });
    EXPECT_TRUE(sliced.call.Abort());
    if (coordinated) {
      ASSERT_TRUE(sliced.call.Coordinate(1));
    }
    EXPECT_TRUE(sliced.call.Work(kForEver));
    EXPECT_EQ(tasks.load(), 0u);
  }
}

TEST(SlicedCallTest, AbortLeavesOutTheTasksThatNobodyHasBegun) {
  for (const bool coordinated : {true, false}) {
    size_t tasks = 0;
    bool returned = false;
    SlicedCall* call = nullptr;
    Sliced<Body> sliced([&] {
      for (int phase = 0; phase < 3; ++phase) {
        ParallelFor(100, [&](size_t) {
          if (++tasks == 5) {
            EXPECT_TRUE(call->Abort());
          }
        });
      }
      returned = true;
    });
    call = &sliced.call;
    if (coordinated) {
      ASSERT_TRUE(sliced.call.Coordinate(1));
    }
    EXPECT_TRUE(sliced.call.Work(kForEver));
    EXPECT_EQ(tasks, 5u);
    EXPECT_TRUE(returned);
  }
}

TEST(SlicedCallTest, AbortedInTheMiddleItEndsByItself) {
  std::atomic<size_t> tasks{0};
  Sliced<Body> sliced([&] { ParallelFor(100, [&](size_t) { ++tasks; }); });
  ASSERT_TRUE(sliced.call.Coordinate(2));
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(sliced.call.Work(kOneTask));
  EXPECT_TRUE(sliced.call.Abort());
  sliced.call.Wait();
  EXPECT_LE(tasks.load(), 3u);
  EXPECT_FALSE(sliced.call.Abort());
}

TEST(SlicedCallTest, AbortOfWhatIsDoneSaysSo) {
  Sliced<Body> sliced([] {});
  ASSERT_TRUE(sliced.call.Coordinate(1));
  EXPECT_TRUE(sliced.call.Work(kForEver));
  EXPECT_FALSE(sliced.call.Abort());
}

TEST(SlicedCallTest, ManyAtATime) {
  constexpr size_t kCalls = 12;
  std::atomic<size_t> tasks{0};
  std::vector<std::thread> callers;
  for (size_t caller = 0; caller < kCalls; ++caller) {
    callers.emplace_back([&, caller] {
      for (size_t round = 0; round < 50; ++round) {
        if ((caller + round) % 5 == 0) {
          Sliced<Body> sliced([] { ParallelFor(8, [](size_t) {}); });
          ASSERT_TRUE(sliced.call.Coordinate(1));
          if (round % 2 == 0) sliced.call.Work(kOneTask);
          sliced.call.Abort();
          sliced.call.Wait();
        } else {
          RunSliced(2, [&] { ParallelFor(8, [&](size_t) { ++tasks; }); });
        }
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(tasks.load(), kCalls * 40 * 8);
}

#if defined(__GLIBC__)

// Threads as large as all memory cannot be had.
class NoThreads {
 public:
  NoThreads() {
    pthread_getattr_default_np(&before_);
    pthread_attr_t huge;
    pthread_attr_init(&huge);
    pthread_attr_setstacksize(&huge, size_t{1} << 47);
    pthread_setattr_default_np(&huge);
    pthread_attr_destroy(&huge);
  }
  ~NoThreads() {
    pthread_setattr_default_np(&before_);
    pthread_attr_destroy(&before_);
  }

 private:
  pthread_attr_t before_;
};

TEST(SlicedCallTest, WhereNoThreadCanBeHadTheCallStillCompletes) {
  // Keeps those busy that there are.
  std::atomic<bool> go{false};
  std::vector<std::unique_ptr<Sliced<Body>>> busy;
  std::unique_ptr<Sliced<Body>> refused;
  {
    const NoThreads no_threads;
    for (;;) {
      auto sliced = std::make_unique<Sliced<Body>>([&] {
        while (!go.load()) std::this_thread::yield();
      });
      if (!sliced->call.Coordinate(2)) {
        refused = std::move(sliced);
        break;
      }
      busy.push_back(std::move(sliced));
    }
  }
  go = true;
  EXPECT_TRUE(refused->call.Work(kOneTask));
  for (const auto& sliced : busy) EXPECT_TRUE(sliced->call.Work(kForEver));
  RunSliced(2, [] { ParallelFor(3, [](size_t) {}); });
}

#endif

}  // namespace
}  // namespace batchnorm
