/** Milliseconds of work before it tells how long the rest takes. */
const least = 1000;

/**
 * Items a second, from when the first are done: before, programs load and threads start, which the
 * rest does not repeat.
 */
export class Speed {
  readonly #before: number;
  #first: { done: number; time: number } | null = null;
  #last: { done: number; time: number } | null = null;

  constructor(before: number) {
    this.#before = before;
  }

  /** Notes that `done` items are, at a time in milliseconds. */
  at(done: number, time: number): void {
    if (done <= this.#before) return;
    this.#first ??= { done, time };
    this.#last = { done, time };
  }

  /** Items a second; null before there are two times to compare. */
  get perSecond(): number | null {
    const { items, milliseconds } = this.#measured;
    return items > 0 && milliseconds > 0 ? (items * 1000) / milliseconds : null;
  }

  /** How long `items` more take; null as long as it does not tell. */
  secondsFor(items: number): number | null {
    if (items <= 0) return 0;
    const { perSecond } = this;
    return perSecond === null || this.#measured.milliseconds < least ? null : items / perSecond;
  }

  get #measured(): { items: number; milliseconds: number } {
    const [first, last] = [this.#first, this.#last];
    if (first === null || last === null) return { items: 0, milliseconds: 0 };
    return { items: last.done - first.done, milliseconds: last.time - first.time };
  }
}
