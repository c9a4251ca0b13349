import { info as libraryInfo } from '../index';

/** What `batchnorm info` prints: what `info()` says. */
export function info(isJSON: boolean): string {
  const { version, simdTarget, simdTargets, threads, addon, napi } = libraryInfo();
  const { node } = process.versions;
  if (isJSON) {
    const content = { version, simdTarget, simdTargets, threads, addon, napi, node };
    return `${JSON.stringify(content)}\n`;
  }
  const lines = {
    version,
    'SIMD target': `${simdTarget} of ${simdTargets.join(', ')}; BATCHNORM_SIMD forces one`,
    threads: `${threads}; BATCHNORM_NUM_THREADS sets them`,
    addon,
    'Node.js': `${node}, Node-API ${napi}`,
  };
  return Object.entries(lines)
    .map(([name, value]) => `${name.padEnd(11)}  ${value}\n`)
    .join('');
}
