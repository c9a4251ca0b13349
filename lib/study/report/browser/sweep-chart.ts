import { dot, line, pointer, ruleY, text, tip } from '@observablehq/plot';
import type { StudyRecord } from '../../record';
import { type Trials, trialsOf } from '../sweep';
import { recorded } from './curve';
import { frame } from './frame';
import { lineEnds } from './line-ends';
import { withBatchNorm, without } from './networks';
import { significant } from './significant';
import { isNarrow, type Size } from './size';

interface Mark {
  readonly learningRate: number;
  readonly accuracy: number;
  readonly text: string;
}

/** What guessing among ten digits gives. */
const chance = 0.1;

/** Test accuracy against the learning rate, and where the networks diverged. */
export function sweepChart({ sweep }: StudyRecord, size: Size) {
  const all = trialsOf(sweep);
  const series = all.flatMap((trials) => {
    // Those of other numbers of steps have lines of their own, which say whose they are.
    const steps = trials.steps.toLocaleString('en-US');
    const after = all.length === 1 ? '' : isNarrow(size) ? `, ${steps}` : `, ${steps} steps`;
    return [
      { ...without, symbol: 'square', aside: -5, after, marks: marksOf(trials, 'plain') },
      { ...withBatchNorm, symbol: 'circle', aside: 5, after, marks: marksOf(trials, 'batchNorm') },
    ] as const;
  });
  const ends = series.flatMap(({ name, shortName, colour, after, marks }) => {
    const last = marks.findLast(({ accuracy }) => Number.isFinite(accuracy));
    const label = (isNarrow(size) ? shortName : name) + after;
    return last === undefined ? [] : [{ ...last, name: label, colour }];
  });
  const longest = Math.max(0, ...ends.map(({ name }) => name.length));
  const xy = { x: 'learningRate', y: 'accuracy' } as const;
  return frame({
    size,
    x: { type: 'log', label: 'learning rate', inset: 12 },
    y: { domain: [0, 1], label: 'test digits recognized' },
    xTicks: [...new Set(sweep.map(({ learningRate }) => learningRate))],
    xFormat: significant,
    yFormat: percent,
    marginRight: 20 + 7 * longest,
    marks: [
      ruleY([chance], {
        stroke: 'var(--muted)',
        strokeDasharray: '1 4',
        strokeLinecap: 'round',
        strokeWidth: 1.5,
        className: 'chance',
      }),
      ...series.map(({ marks, colour, ...rest }) =>
        line(marks, {
          ...xy,
          stroke: colour,
          strokeWidth: 2,
          className: 'curve',
          ...('dash' in rest ? { strokeDasharray: rest.dash } : {}),
        }),
      ),
      ...series.map(({ marks, colour, symbol }) =>
        dot(marks, { ...xy, fill: colour, symbol, r: 4.5, className: 'trial' }),
      ),
      ...series.map(({ marks, colour, aside }) =>
        text(
          marks.filter(({ accuracy }) => Number.isNaN(accuracy)),
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
        series.flatMap(({ marks }) => marks),
        pointer({
          x: 'learningRate',
          y: ({ accuracy }: Mark) => accuracy || 0,
          title: 'text',
          fontSize: 12,
        }),
      ),
    ],
  });
}

function marksOf({ points, steps }: Trials, network: 'plain' | 'batchNorm'): Mark[] {
  const { name } = network === 'plain' ? without : withBatchNorm;
  const after = steps === 1 ? '1 step' : `${steps.toLocaleString('en-US')} steps`;
  return points.map((point) => {
    const accuracy = recorded(point[network]);
    const outcome = Number.isNaN(accuracy) ? 'diverged' : percent(accuracy);
    return {
      learningRate: point.learningRate,
      accuracy,
      text: `learning rate ${significant(point.learningRate)}, ${after}\n${name}: ${outcome}`,
    };
  });
}

function percent(share: number): string {
  return `${Number((100 * share).toFixed(2))}%`;
}
