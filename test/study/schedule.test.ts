import { Batches } from '../../lib/study/batches';
import { hasStatistics, isPoint, nextPoint, roundedInterval } from '../../lib/study/schedule';

describe('the points of the curves', () => {
  const points = (every: number, end: number) => {
    const found = [0];
    while ((found.at(-1) as number) < end)
      found.push(nextPoint(found.at(-1) as number, every, end));
    return found;
  };

  test('are closer in the beginning, and include the end', () => {
    expect(points(50, 180)).toEqual([0, 1, 2, 5, 10, 20, 50, 100, 150, 180]);
    expect(points(1, 3)).toEqual([0, 1, 2, 3]);
  });

  test('are the same for a longer run, but for the end', () => {
    const long = points(50, 1000);
    expect(long.slice(0, 9)).toEqual(points(50, 150));
    expect(long.every((step) => isPoint(step, 50))).toBe(true);
    expect(isPoint(180, 50)).toBe(false);
  });

  test('are about 50, at round steps', () => {
    expect([1, 40, 300, 1500, 50_000].map(roundedInterval)).toEqual([1, 1, 10, 50, 1000]);
  });

  test('have statistics more rarely', () => {
    expect(points(50, 600).filter((step) => hasStatistics(step, 50))).toEqual([
      0, 1, 2, 5, 10, 20, 50, 100, 200, 250, 500,
    ]);
  });
});

describe('the batches', () => {
  const all = (batches: Batches, steps: number, from = 0) =>
    Array.from({ length: steps }, (_, step) => [...batches.at(from + step)]);
  const sorted = (indices: number[][]) => indices.flat().sort((a, b) => a - b);

  test('have every image once in an epoch, in another order in the next', () => {
    const batches = new Batches(12, 4, 1);
    const [first, second] = [all(batches, 3), all(batches, 3, 3)];
    expect(sorted(first)).toEqual(Array.from({ length: 12 }, (_, i) => i));
    expect(sorted(second)).toEqual(sorted(first));
    expect(second).not.toEqual(first);
  });

  test('leave out in each epoch what is no whole batch', () => {
    const batches = new Batches(11, 4, 1);
    expect(all(batches, 4).map(({ length }) => length)).toEqual([4, 4, 4, 4]);
    expect(new Set(all(batches, 2).flat()).size).toBe(8);
  });

  test('are those of the step, whichever came before', () => {
    expect(all(new Batches(100, 10, 7), 5, 33)).toEqual(all(new Batches(100, 10, 7), 38).slice(33));
  });

  test('are others for another seed', () => {
    expect(all(new Batches(100, 10, 7), 1)).not.toEqual(all(new Batches(100, 10, 8), 1));
  });

  test('have each image in each place about as often', () => {
    const counts = new Array(5).fill(0);
    const batches = new Batches(5, 5, 3);
    for (let epoch = 0; epoch < 5000; epoch++) counts[batches.at(epoch)[0] as number]++;
    // The deviation of such a count is sqrt(5000 * 0.2 * 0.8), 28; the seed is fixed.
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(4 * 28);
  });
});
