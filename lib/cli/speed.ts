/** Milliseconds of work from which it can be told how long the rest takes. */
const least = 1000;
/** It is told once so much of it is done, or so much time is over. */
const [leastShare, mostPatience] = [0.05, 20_000];
/** How much more is done from one time that is kept to the next. */
const growth = 1.05;

interface Sample {
  /** In this run. */
  readonly done: number;
  readonly time: number;
}

/**
 * Items a second, over the later half of what this run has done: at first programs load, threads
 * start and networks are tested often, which the rest does not repeat.
 */
export class Speed {
  readonly #before: number;
  readonly #total: number;
  readonly #samples: Sample[] = [];
  #now: Sample | null = null;

  /** @param before - how many of the `total` items earlier runs have done */
  constructor(before: number, total: number) {
    this.#before = before;
    this.#total = total - before;
  }

  /** Notes that `items` are done, at a time in milliseconds. */
  at(items: number, time: number): void {
    const done = items - this.#before;
    if (done <= 0) return;
    this.#now = { done, time };
    const kept = this.#samples.at(-1);
    if (kept === undefined || done >= growth * kept.done) this.#samples.push(this.#now);
  }

  /** Items a second; null before there are two times to compare. */
  get perSecond(): number | null {
    const { items, milliseconds } = this.#laterHalf;
    return items > 0 && milliseconds > 0 ? (items * 1000) / milliseconds : null;
  }

  /** How long the rest takes; null as long as that cannot be told. */
  get secondsLeft(): number | null {
    const { done, time } = this.#now ?? { done: 0, time: 0 };
    if (done >= this.#total) return 0;
    const { perSecond } = this;
    if (perSecond === null || this.#laterHalf.milliseconds < least) return null;
    const isEnough = done >= leastShare * this.#total;
    const isLong = time - (this.#samples[0]?.time ?? time) >= mostPatience;
    return isEnough || isLong ? (this.#total - done) / perSecond : null;
  }

  get #laterHalf(): { items: number; milliseconds: number } {
    const now = this.#now;
    if (now === null) return { items: 0, milliseconds: 0 };
    const isEarlier = ({ done }: Sample) => done <= now.done / 2;
    const from = [...this.#samples].reverse().find(isEarlier) ?? (this.#samples[0] as Sample);
    return { items: now.done - from.done, milliseconds: now.time - from.time };
  }
}
