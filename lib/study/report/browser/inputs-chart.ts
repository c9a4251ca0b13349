import { areaY } from '@observablehq/plot';
import type { StudyRecord } from '../../record';
import { inputAxes, type Range } from '../input-axes';
import { type Curve, recorded } from './curve';
import { withBatchNorm, without } from './networks';
import { significant } from './significant';
import type { Size } from './size';
import { stepsAxis } from './steps-axis';
import { stepsChart } from './steps-chart';

const colours = { plain: without.colour, batchNorm: withBatchNorm.colour };

/** The percentiles of one sigmoid's input: the median as a line in the band between the others. */
export function inputsChart(record: StudyRecord, network: 'plain' | 'batchNorm', size: Size) {
  const { points } = record.networks[network];
  const colour = colours[network];
  const percentile = (i: 0 | 1 | 2) =>
    points.map(({ step, percentiles }) => ({ step, value: recorded(percentiles[i]) }));
  const [low, median, high] = [percentile(0), percentile(1), percentile(2)];
  const band = low.map(({ step, value }, i) => ({ step, low: value, high: high[i]?.value }));
  const curves: Curve[] = [
    { name: '85th', shortName: '85th', colour, dash: '2 3', points: high },
    { name: 'median', shortName: 'median', colour, points: median },
    { name: '15th', shortName: '15th', colour, dash: '2 3', points: low },
  ];
  return stepsChart({
    size,
    curves,
    y: { domain: domainOf(inputAxes(record)[network]), nice: true, label: "the sigmoid's input" },
    format: significant,
    steps: stepsAxis(record, size),
    below: [
      areaY(band, {
        x: 'step',
        y1: 'low',
        y2: 'high',
        fill: colour,
        fillOpacity: 0.16,
        className: 'band',
      }),
    ],
  });
}

/** With room about a lone value. */
function domainOf(range: Range | null): [number, number] {
  if (range === null) return [-1, 1];
  const [least, most] = range;
  const room = least === most ? Math.abs(least) || 1 : 0;
  return [least - room, most + room];
}
