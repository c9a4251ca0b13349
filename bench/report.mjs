import { cpus } from 'node:os';
import { info } from 'batchnorm';
import { goals } from './cases.mjs';

/** What the figures were taken on. */
export function machine() {
  const { version, simdTarget, threads } = info();
  return {
    version,
    simdTarget,
    threads,
    cpu: cpus()[0]?.model ?? 'unknown',
    node: process.version,
  };
}

export function printHeader({ version, simdTarget, threads, cpu, node }) {
  console.log(`batchnorm ${version}, ${simdTarget}, ${threads} thread, ${cpu}, Node ${node}`);
  console.log('times copying the same tensor (TypedArray.set), medians; the goal in brackets\n');
  const titles = Object.entries(goals).map(([pass, goal]) => `${pass} (${goal.toFixed(1)})`);
  console.log(line('shape', 'format', 'copy ms', 'GB/s', titles));
}

export function printRow({ shape, memoryFormat, copyMs, copyGBps, ratios }) {
  const shown = Object.entries(goals).map(
    ([pass, goal]) => `${ratios[pass].toFixed(2)}${ratios[pass] > goal ? ' missed' : ''}`,
  );
  console.log(
    line(`(${shape.join(', ')})`, memoryFormat, copyMs.toFixed(2), copyGBps.toFixed(1), shown),
  );
}

function line(shape, format, copyMs, rate, ratios) {
  const columns = ratios.map((ratio) => ratio.padStart(15)).join('');
  return `${shape.padEnd(22)}${format.padEnd(14)}${copyMs.padStart(8)}${rate.padStart(7)}${columns}`;
}
