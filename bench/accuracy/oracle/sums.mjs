/** Sums in float64, one for each index, with their rounding errors carried along (Neumaier 1974). */
export class Sums {
  #totals;
  #lost;

  constructor(count) {
    this.#totals = new Float64Array(count);
    this.#lost = new Float64Array(count);
  }

  add(index, value) {
    const total = this.#totals[index];
    const next = total + value;
    this.#lost[index] +=
      Math.abs(total) >= Math.abs(value) ? total - next + value : value - next + total;
    this.#totals[index] = next;
  }

  /** What was added, rounded once. */
  values() {
    return this.#totals.map((total, index) => total + this.#lost[index]);
  }
}
