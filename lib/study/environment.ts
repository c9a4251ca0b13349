import { availableParallelism, cpus, totalmem } from 'node:os';
import { version } from '../version';
import { packageVersions } from './packages';
import type { StudyEnvironment } from './record';

/** Where this run takes place. */
export function environment(needsDigits: boolean): StudyEnvironment {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    platform: `${process.platform}-${process.arch}`,
    versions: { node: process.versions.node, batchnorm: version, ...packageVersions(needsDigits) },
  };
}
