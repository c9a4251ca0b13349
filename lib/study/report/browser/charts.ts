import type { StudyRecord } from '../../record';
import type { ChartName } from '../chart-name';
import { inputsChart } from './inputs-chart';
import { accuracyChart, lossChart } from './learning-charts';
import type { Size } from './size';
import { statisticsChart } from './statistics-chart';
import { sweepChart } from './sweep-chart';

type Draw = (record: StudyRecord, size: Size) => Element;

export const charts: Readonly<Record<ChartName, Draw>> = {
  testAccuracy: accuracyChart,
  plainInputs: (record, size) => inputsChart(record, 'plain', size),
  batchNormInputs: (record, size) => inputsChart(record, 'batchNorm', size),
  runningMeans: (record, size) => statisticsChart(record, 'mean', size),
  runningVariances: (record, size) => statisticsChart(record, 'variance', size),
  trainLoss: lossChart,
  sweep: sweepChart,
};
