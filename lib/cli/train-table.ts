import type { NetworkRecord, StudyRecord } from '../study/record';

/** Both networks side by side. */
export function trainTable({ settings, stepMilliseconds, networks }: StudyRecord): string {
  const { plain, batchNorm } = networks;
  const rows = [
    ['', 'test accuracy', 'a step', 'of it batch norm'],
    ['without batch norm', ...cells(plain, settings.steps)],
    ['with batch norm', ...cells(batchNorm, settings.steps)],
    ['both, side by side', '', `${stepMilliseconds.toFixed(2)} ms`, ''],
  ];
  const widths = [0, 1, 2, 3].map((column) =>
    Math.max(...rows.map((row) => (row[column] as string).length)),
  );
  const line = (row: string[]) =>
    row
      .map((cell, i) =>
        i === 0 ? cell.padEnd(widths[i] as number) : cell.padStart(widths[i] as number),
      )
      .join('  ');
  return `${rows.map((row) => line(row).trimEnd()).join('\n')}\n`;
}

function cells(
  { points, stepMilliseconds, batchNormMilliseconds }: NetworkRecord,
  steps: number,
): string[] {
  const last = points.at(-1);
  const accuracy = last?.step === steps ? `${(100 * last.testAccuracy).toFixed(2)} %` : 'diverged';
  const share = batchNormMilliseconds / stepMilliseconds;
  const inBatchNorm =
    batchNormMilliseconds === 0
      ? '-'
      : `${batchNormMilliseconds.toFixed(2)} ms (${(100 * share).toFixed(0)} %)`;
  return [accuracy, `${stepMilliseconds.toFixed(2)} ms`, inBatchNorm];
}
