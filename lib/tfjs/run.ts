import {
  engine,
  getGradient,
  getKernel,
  type KernelBackend,
  type NamedAttrMap,
  type NamedTensorMap,
  registerGradient,
  registerKernel,
  type Tensor,
  type TensorInfo,
  unregisterGradient,
  unregisterKernel,
} from '@tensorflow/tfjs-core';
import { ArgumentError, MissingPeerError } from '../errors';
import { memoryOf } from './backends';
import type { Kernel } from './kernels/kernel';
import { mapNamed, type Named } from './kernels/named';
import { compute } from './memory';

/** What the engine carries from a kernel to its gradient as the attributes of the call. */
interface Call<Required extends string, Optional extends string, Output extends string, A> {
  /** Of all inputs, the index of each among those that are there. */
  readonly indices: Named<Required, Optional, number>;
  readonly attributes: A;
  /** In the order of the engine's array; known once the kernel has run. */
  outputNames: readonly Output[];
}

// The gradients and kernels of ours that the engine has.
const gradientNames = new Set<string>();
const kernelNames = new Map<string, Set<string>>();

/** Takes our kernels from the engine's registry; `run` puts back what is used again. */
export function unregisterOwn(): void {
  for (const [backendName, names] of kernelNames) {
    for (const name of names) {
      if (getKernel(name, backendName)) unregisterKernel(name, backendName);
    }
  }
  for (const name of gradientNames) {
    if (getGradient(name)) unregisterGradient(name);
  }
  kernelNames.clear();
  gradientNames.clear();
}

/**
 * Runs a kernel in TensorFlow.js's engine, which disposes of the outputs and finds gradients as with
 * its own. It is registered for the backend in use where it is not yet.
 */
export function run<R extends string, O extends string, Output extends string, A extends object>(
  kernel: Kernel<R, O, Output, A>,
  inputs: Named<R, O, Tensor>,
  attributes: A,
): Readonly<Record<Output, Tensor>> {
  const tf = engine();
  // The getter makes the default backend ready where none is yet.
  if (tf.backendName === undefined || tf.backendName === null) {
    if (tf.backendNames().length === 0) throw noBackend();
    tf.backend;
  }
  ensureRegistered(kernel, tf.backendName);
  // The engine saves an array of inputs for the gradient; of a record it cannot leave any out.
  const present: Tensor[] = [];
  const indices = mapNamed<R, O, Tensor, number>(inputs, (input) => present.push(input) - 1);
  const call: Call<R, O, Output, A> = { indices, attributes, outputNames: [] };
  const outputs = tf.runKernel<Tensor[]>(
    kernel.name,
    present as unknown as NamedTensorMap,
    { call } as unknown as NamedAttrMap,
  );
  return nameOutputs(call.outputNames, outputs);
}

function ensureRegistered<
  R extends string,
  O extends string,
  Output extends string,
  A extends object,
>(kernel: Kernel<R, O, Output, A>, backendName: string): void {
  const kernelName = kernel.name;
  if (!getKernel(kernelName, backendName)) {
    const memory = memoryOf(backendName);
    const names = kernelNames.get(backendName) ?? new Set();
    kernelNames.set(backendName, names.add(kernelName));
    registerKernel({
      kernelName,
      backendName,
      kernelFunc({ inputs, backend, attrs }) {
        const { call } = attrs as unknown as { call: Call<R, O, Output, A> };
        const present = inputs as unknown as readonly TensorInfo[];
        const given = mapNamed<R, O, number, TensorInfo>(
          call.indices,
          (index) => present[index] as TensorInfo,
        );
        const made = compute(kernel, memory, backend as KernelBackend, given, call.attributes);
        call.outputNames = Object.keys(made) as Output[];
        return call.outputNames.map((name) => made[name]);
      },
    });
  }
  if (!getGradient(kernelName)) {
    gradientNames.add(kernelName);
    registerGradient({
      kernelName,
      saveAllInputs: kernel.gradient !== null,
      gradFunc(dys, saved, attrs) {
        const { call } = attrs as unknown as { call: Call<R, O, Output, A> };
        if (kernel.gradient === null) throw noGradient(kernelName);
        const given = mapNamed<R, O, number, Tensor>(
          call.indices,
          (index) => saved[index] as Tensor,
        );
        const named = nameOutputs(call.outputNames, Array.isArray(dys) ? dys : [dys]);
        const gradients = kernel.gradient(named, given, call.attributes);
        const byIndex: Record<string, () => Tensor> = {};
        for (const [name, index] of Object.entries<number | null>(call.indices)) {
          if (index !== null) byIndex[index] = () => gradients[name as R];
        }
        return byIndex;
      },
    });
  }
}

function nameOutputs<Output extends string>(
  names: readonly Output[],
  outputs: readonly Tensor[],
): Readonly<Record<Output, Tensor>> {
  const named: Partial<Record<Output, Tensor>> = {};
  for (const [index, name] of names.entries()) named[name] = outputs[index] as Tensor;
  return named as Record<Output, Tensor>;
}

function noBackend(): MissingPeerError {
  return new MissingPeerError(
    "batchnorm/tfjs: TensorFlow.js has no backend to run on: import '@tensorflow/tfjs-backend-wasm' " +
      "and await tf.setBackend('wasm') first, or import '@tensorflow/tfjs-backend-cpu'",
  );
}

function noGradient(kernelName: string): ArgumentError {
  return new ArgumentError(
    `batchnorm/tfjs: ${kernelName} is a gradient itself and has none: the gradient of a gradient is ` +
      "what TensorFlow.js's own tf.moments and tf.batchNorm give",
  );
}
