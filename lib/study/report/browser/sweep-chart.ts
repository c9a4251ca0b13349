import { dot, line, pointer, text, tip } from '@observablehq/plot';
import type { StudyRecord, SweepPoint } from '../../record';
import { recorded } from './curve';
import { frame } from './frame';
import { lineEnds } from './line-ends';
import { withBatchNorm, without } from './networks';
import { significant } from './significant';
import { isNarrow, type Size } from './size';

interface Trial {
  readonly learningRate: number;
  readonly accuracy: number;
  readonly text: string;
}

/** Test accuracy against the learning rate, and where the networks diverged. */
export function sweepChart({ sweep }: StudyRecord, size: Size) {
  const series = [
    { ...without, symbol: 'square', aside: -5, trials: trialsOf(sweep, 'plain') },
    { ...withBatchNorm, symbol: 'circle', aside: 5, trials: trialsOf(sweep, 'batchNorm') },
  ] as const;
  const ends = series.flatMap(({ name, shortName, colour, trials }) => {
    const last = trials.findLast(({ accuracy }) => Number.isFinite(accuracy));
    return last === undefined ? [] : [{ ...last, name: isNarrow(size) ? shortName : name, colour }];
  });
  const xy = { x: 'learningRate', y: 'accuracy' } as const;
  return frame({
    size,
    x: { type: 'log', label: 'learning rate', inset: 12 },
    y: { domain: [0, 1], label: 'test digits recognized' },
    xTicks: sweep.map(({ learningRate }) => learningRate),
    xFormat: significant,
    yFormat: percent,
    marginRight: isNarrow(size) ? 70 : 125,
    marks: [
      ...series.map(({ trials, colour, ...rest }) =>
        line(trials, {
          ...xy,
          stroke: colour,
          strokeWidth: 2,
          className: 'curve',
          ...('dash' in rest ? { strokeDasharray: rest.dash } : {}),
        }),
      ),
      ...series.map(({ trials, colour, symbol }) =>
        dot(trials, { ...xy, fill: colour, symbol, r: 4.5, className: 'trial' }),
      ),
      ...series.map(({ trials, colour, aside }) =>
        text(
          trials.filter(({ accuracy }) => Number.isNaN(accuracy)),
          {
            x: 'learningRate',
            y: () => 0,
            text: () => '✕',
            dx: aside,
            dy: -8,
            fill: colour,
            fontSize: 14,
            fontWeight: 700,
            className: 'diverged',
          },
        ),
      ),
      lineEnds(
        ends.map(({ learningRate, accuracy, name, colour }) => ({
          step: learningRate,
          value: accuracy,
          name,
          colour,
        })),
      ),
      tip(
        series.flatMap(({ trials }) => trials),
        pointer({
          x: 'learningRate',
          y: ({ accuracy }: Trial) => accuracy || 0,
          title: 'text',
          fontSize: 12,
        }),
      ),
    ],
  });
}

function trialsOf(sweep: readonly SweepPoint[], network: 'plain' | 'batchNorm'): Trial[] {
  const { name } = network === 'plain' ? without : withBatchNorm;
  return sweep.map((point) => {
    const accuracy = recorded(point[network]);
    const outcome = Number.isNaN(accuracy) ? 'diverged' : percent(accuracy);
    return {
      learningRate: point.learningRate,
      accuracy,
      text: `learning rate ${significant(point.learningRate)}\n${name}: ${outcome}`,
    };
  });
}

function percent(share: number): string {
  return `${Number((100 * share).toFixed(2))}%`;
}
