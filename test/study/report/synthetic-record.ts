import type { StudyPoint, StudyRecord } from '../../../lib/study/record';

/** A record of made-up curves in the shape that a run's have: 31 points a network, three layers. */
export function syntheticRecord(): StudyRecord {
  const steps = Array.from({ length: 31 }, (_, i) => 50 * i);
  return {
    settings: {
      steps: 1500,
      batchSize: 60,
      learningRate: 0.1,
      seed: 7,
      initialStd: 0.05,
      momentum: 0.1,
      eps: 1e-5,
      hidden: [100, 100, 100],
      evaluateEvery: 50,
    },
    environment: {
      cpu: 'A made-up processor',
      cores: 2,
      memoryBytes: 8 * 2 ** 30,
      platform: 'linux-x64',
      versions: { node: '20.3.0', batchnorm: '0.1.0' },
    },
    startedAt: '2026-01-02T03:04:05.000Z',
    seconds: 41.25,
    stepMilliseconds: 5,
    networks: {
      plain: {
        points: steps.map(plainPoint),
        divergedAt: null,
        stepMilliseconds: 3.5,
        batchNormMilliseconds: 0,
      },
      batchNorm: {
        points: steps.map(batchNormPoint),
        divergedAt: null,
        stepMilliseconds: 4,
        batchNormMilliseconds: 0.5,
      },
    },
    sweep: [
      { learningRate: 0.1, steps: 300, plain: 0.1135, batchNorm: 0.91 },
      { learningRate: 1, steps: 300, plain: 0.3, batchNorm: 0.94 },
      { learningRate: 10, steps: 300, plain: null, batchNorm: 0.93 },
      { learningRate: 100, steps: 300, plain: null, batchNorm: null },
    ],
  };
}

function plainPoint(step: number): StudyPoint {
  const wander = 0.8 * Math.sin(step / 300);
  const spread = 0.1 + step / 1500;
  return {
    step,
    trainLoss: step === 0 ? null : 2.31 - step / 3000,
    testAccuracy: step < 900 ? 0.1135 : 0.1135 + (step - 900) / 3000,
    percentiles: [wander - spread, wander, wander + spread],
    statistics: [],
  };
}

function batchNormPoint(step: number): StudyPoint {
  const learned = 1 - Math.exp(-step / 200);
  return {
    step,
    trainLoss: step === 0 ? null : 2.3 - 2.15 * learned,
    testAccuracy: 0.1 + 0.86 * learned,
    percentiles: [-1.1 - 0.2 * learned, 0.1 * learned, 1.05 + 0.3 * learned],
    statistics: (step % 100 === 0 ? [1, 2, 3] : []).map((layer) => ({
      mean: (0.5 * Math.exp(-step / 150) + 0.03) * layer,
      variance: (20 * Math.exp(-step / 60) + 0.06) * layer,
    })),
  };
}
