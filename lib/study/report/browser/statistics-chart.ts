import type { StudyRecord } from '../../record';
import { type Curve, positive, recorded } from './curve';
import { significant } from './significant';
import type { Size } from './size';
import { logStepsAxis } from './steps-axis';
import { stepsChart } from './steps-chart';

const axes = { mean: 'distance, true standard deviations', variance: 'relative error' };
const dashes = ['', '7 4', '2 3'];

/** How far the running statistics of each layer are from the true ones. */
export function statisticsChart(record: StudyRecord, statistic: 'mean' | 'variance', size: Size) {
  // They are not measured at each point, and step 0 has no place on a logarithmic axis.
  const points = record.networks.batchNorm.points.filter(
    ({ step, statistics }) => step > 0 && statistics.length > 0,
  );
  const layers = Math.max(0, ...points.map(({ statistics }) => statistics.length));
  const curves = Array.from({ length: layers }, (_, layer): Curve => {
    const name = `layer ${layer + 1}`;
    return {
      name,
      shortName: name,
      colour: `var(--layer-${layer % 3})`,
      dash: dashes[layer % dashes.length] ?? '',
      points: points.map(({ step, statistics }) => ({
        step,
        value: positive(recorded(statistics[layer]?.[statistic])),
      })),
    };
  });
  return stepsChart({
    size,
    curves,
    y: { type: 'log', label: axes[statistic] },
    format: significant,
    steps: logStepsAxis(record),
  });
}
