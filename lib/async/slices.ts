/** How long a turn of the event loop may be held up for all the copies that are under way. */
const budgetMs = 1;

interface Job {
  /** Does a small part; true where that was the last one. */
  readonly step: () => boolean;
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

// All jobs of the process share one budget: each with its own would hold up the loop together.
const jobs: Job[] = [];

/** Calls `step` until it returns true, a little in each turn of the event loop. */
export function inSlices(step: () => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    if (jobs.push({ step, resolve, reject }) === 1) setImmediate(work);
  });
}

function work(): void {
  const start = performance.now();
  do {
    const job = jobs.shift() as Job;
    try {
      if (job.step()) job.resolve();
      else jobs.push(job);
    } catch (error) {
      job.reject(error);
    }
  } while (jobs.length > 0 && performance.now() - start < budgetMs);
  if (jobs.length > 0) setImmediate(work);
}
