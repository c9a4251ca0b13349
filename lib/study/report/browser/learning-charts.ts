import type { StudyRecord } from '../../record';
import { positive, recorded } from './curve';
import { bothNetworks } from './networks';
import { significant } from './significant';
import type { Size } from './size';
import { stepsAxis } from './steps-axis';
import { stepsChart } from './steps-chart';

export function accuracyChart(record: StudyRecord, size: Size) {
  const curves = bothNetworks(record, ({ testAccuracy }) => recorded(testAccuracy));
  return stepsChart({
    size,
    curves,
    y: { domain: [0, 1], label: 'test digits recognized' },
    format: (share) => `${Number((100 * share).toFixed(2))}%`,
    steps: stepsAxis(record, size),
    strokeWidth: 2.5,
    showsLast: true,
  });
}

export function lossChart(record: StudyRecord, size: Size) {
  const curves = bothNetworks(record, ({ trainLoss }) => positive(recorded(trainLoss)));
  return stepsChart({
    size,
    curves,
    y: { type: 'log', label: 'cross-entropy, nats' },
    format: significant,
    steps: stepsAxis(record, size),
  });
}
