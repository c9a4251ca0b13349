import { ArgumentError } from '../errors';
import type { ElementMemory } from './memory';
import { cpuMemory } from './memory-cpu';
import { wasmMemory } from './memory-wasm';

/** The backends whose elements are in reach, by the names that TensorFlow.js has for them. */
export const memories: ReadonlyMap<string, ElementMemory> = new Map([
  ['cpu', cpuMemory],
  ['wasm', wasmMemory],
]);

export function memoryOf(backendName: string): ElementMemory {
  const memory = memories.get(backendName);
  if (memory !== undefined) return memory;
  throw new ArgumentError(
    `batchnorm/tfjs: TensorFlow.js runs on its backend '${backendName}', whose memory is out of ` +
      `reach; await tf.setBackend('wasm') first, or 'cpu'`,
  );
}
