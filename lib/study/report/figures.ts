import type { NetworkRecord, StudyPoint, StudyRecord, SweepPoint } from '../record';
import { type Figure, figure } from './figure';
import { count, number, percent, steps } from './format';
import type { Html } from './html';
import { inputAxes } from './input-axes';
import { rangesThatTrain, type Trials, trains, trialsOf } from './sweep';
import { type Column, valuesTable } from './values';

/** Those that repeat figure 1 of the paper: (a), (b) and (c). */
export function figuresOfThePaper(record: StudyRecord): Html[] {
  const { networks } = record;
  const { plain, batchNorm } = networks;
  const { areShared } = inputAxes(record);
  return [
    curves({
      name: 'testAccuracy',
      title: '(a) Test accuracy',
      caption:
        'The share of test digits that each network recognizes, against the steps of training. The earlier a line rises, the faster that network learns. All is measured in evaluation mode: batch norm then has its running statistics, which are far from the true ones in the first steps, so that the network guesses at first.',
      isWide: true,
      networks,
      value: ({ testAccuracy }) => testAccuracy,
      text: (value) => percent(value, 2),
    }),
    inputs({
      name: 'plainInputs',
      title: "(b) A sigmoid's input, without batch norm",
      caption:
        `What the first sigmoid of the last hidden layer gets over the test digits: the median, in a band from the 15th to the 85th percentile. The more it moves, the more the layers above have to follow. ${areShared ? '' : 'The axis is its own: on that of (c) it would not be seen to move.'}`.trimEnd(),
      points: plain.points,
    }),
    inputs({
      name: 'batchNormInputs',
      title: "(c) A sigmoid's input, with batch norm",
      caption: `The same sigmoid with batch normalization, ${areShared ? 'on the same axes as' : 'on an axis of its own, not that of'} (b).`,
      points: batchNorm.points,
    }),
  ];
}

/** Those beyond the paper. */
export function otherFigures({ networks, sweep }: StudyRecord): Html[] {
  const { points } = networks.batchNorm;
  return [
    statistics({
      name: 'runningMeans',
      title: 'Running means against the true ones',
      caption:
        "How far the running means, gathered batch by batch for evaluation, are from the means over the whole training set: root mean square over a layer's channels, in true standard deviations. Lower is truer; both axes are logarithmic.",
      points,
      value: (point, layer) => point.statistics[layer]?.mean,
    }),
    statistics({
      name: 'runningVariances',
      title: 'Running variances against the true ones',
      caption:
        "The relative error of the running variances: root mean square over a layer's channels. 0.1 is 10% off. Lower is truer; both axes are logarithmic.",
      points,
      value: (point, layer) => point.statistics[layer]?.variance,
    }),
    curves({
      name: 'trainLoss',
      title: 'Training loss',
      isWide: sweep.length === 0,
      caption:
        'Mean cross-entropy of the training batches since the last point; logarithmic. Guessing among ten digits gives ln 10, about 2.3. A line that ends has diverged.',
      networks,
      value: ({ trainLoss }) => trainLoss,
      text: number,
    }),
    ...(sweep.length === 0 ? [] : [learningRates(sweep)]),
  ];
}

type Recorded = number | null | undefined;

interface Curves extends Pick<Figure, 'name' | 'title' | 'caption' | 'isWide'> {
  networks: StudyRecord['networks'];
  value: (point: StudyPoint) => Recorded;
  text: (value: Recorded) => string;
}

function curves({ networks, value, text, ...rest }: Curves): Html {
  const rows = sideBySide(networks.batchNorm, networks.plain);
  const columns: Column<PointPair>[] = [
    { title: 'Step', text: ({ step }) => count(step) },
    { title: 'With batch norm', text: ({ batchNorm }) => text(batchNorm && value(batchNorm)) },
    { title: 'Without', text: ({ plain }) => text(plain && value(plain)) },
  ];
  const all = rows.flatMap(({ batchNorm, plain }) => [
    batchNorm && value(batchNorm),
    plain && value(plain),
  ]);
  return drawn(rest, columns, rows, all);
}

interface PointPair {
  step: number;
  batchNorm: StudyPoint | undefined;
  plain: StudyPoint | undefined;
}

/** The points of both networks, one row a step. */
function sideBySide(batchNorm: NetworkRecord, plain: NetworkRecord): PointPair[] {
  const [ours, theirs] = [batchNorm, plain].map(
    ({ points }) => new Map(points.map((point) => [point.step, point])),
  ) as [Map<number, StudyPoint>, Map<number, StudyPoint>];
  const steps = [...new Set([...ours.keys(), ...theirs.keys()])].sort((a, b) => a - b);
  return steps.map((step) => ({ step, batchNorm: ours.get(step), plain: theirs.get(step) }));
}

interface OfOneNetwork extends Pick<Figure, 'name' | 'title' | 'caption'> {
  points: readonly StudyPoint[];
}

function inputs({ points, ...rest }: OfOneNetwork): Html {
  const columns: Column<StudyPoint>[] = [
    { title: 'Step', text: ({ step }) => count(step) },
    ...['15th', '50th', '85th'].map((title, i) => ({
      title,
      text: ({ percentiles }: StudyPoint) => number(percentiles[i]),
    })),
  ];
  return drawn(
    rest,
    columns,
    points,
    points.flatMap(({ percentiles }) => percentiles),
  );
}

interface Statistics extends OfOneNetwork {
  value: (point: StudyPoint, layer: number) => Recorded;
}

function statistics({ points: all, value, ...rest }: Statistics): Html {
  // They are not measured at each point.
  const points = all.filter((point) => point.statistics.length > 0);
  const layers = Math.max(0, ...points.map((point) => point.statistics.length));
  const columns: Column<StudyPoint>[] = [
    { title: 'Step', text: ({ step }) => count(step) },
    ...Array.from({ length: layers }, (_, layer) => ({
      title: `Layer ${layer + 1}`,
      text: (point: StudyPoint) => number(value(point, layer)),
    })),
  ];
  const values = points.flatMap((point) => point.statistics.map((_, layer) => value(point, layer)));
  return drawn(rest, columns, points, values);
}

function learningRates(sweep: readonly SweepPoint[]): Html {
  const text = (accuracy: number | null) => (accuracy === null ? 'diverged' : percent(accuracy, 2));
  const columns: Column<SweepPoint>[] = [
    { title: 'Learning rate', text: ({ learningRate }) => number(learningRate) },
    { title: 'Steps', text: (point) => count(point.steps) },
    { title: 'With batch norm', text: ({ batchNorm }) => text(batchNorm) },
    { title: 'Without', text: ({ plain }) => text(plain) },
  ];
  const trials = trialsOf(sweep);
  const caption = [
    'Test accuracy with each learning rate (logarithmic).',
    ...trials.map(thatTrain),
    `A network is said to train where it recognizes ${percent(trains, 0)} or more; guessing gives about 10%, the line of dots.`,
    'A cross marks a network that diverged: its loss was no longer finite.',
  ].join(' ');
  const named = { name: 'sweep', title: 'Learning rates that still train', caption } as const;
  return drawn(
    named,
    columns,
    trials.flatMap(({ points }) => points),
    sweep.map(({ learningRate }) => learningRate),
  );
}

/** In which range each network trains, of what was tried. */
function thatTrain(trials: Trials): string {
  const { points } = trials;
  const [least, most] = [points[0], points.at(-1)].map((point) => number(point?.learningRate));
  const tried = least === most ? `at ${least}` : `from ${least} to ${most}`;
  const where = (network: 'plain' | 'batchNorm') => {
    const ranges = rangesThatTrain(trials, network).map(([from, to]) =>
      from === to ? `at ${number(from)}` : `from ${number(from)} to ${number(to)}`,
    );
    return ranges.length === 0 ? 'at none' : ranges.join(' and ');
  };
  return `After ${steps(trials.steps)}, tried ${tried}: with batch norm the network trains ${where('batchNorm')}, without ${where('plain')}.`;
}

function drawn<Row>(
  named: Pick<Figure, 'name' | 'title' | 'caption' | 'isWide'>,
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  values: readonly Recorded[],
): Html {
  return figure({
    ...named,
    hasValues: values.some((value) => Number.isFinite(value)),
    values: valuesTable(named.title, columns, rows),
  });
}
