import { type Tensor as TfTensor, tensor, type Variable, variable } from '@tensorflow/tfjs-core';
import { requireMemory } from '../tensor/memory';
import type { Parameter } from '../tensor/parameter';

/**
 * A variable that holds what the parameter holds, at all times: what is assigned to it is written to
 * the parameter's memory, and what is written there, by whomever, is found where the variable is read.
 * It is trainable while the parameter requires gradients, until `trainable` is set.
 */
export function linkedVariable(parameter: Parameter, name: string): Variable {
  const initial = copyOf(parameter);
  const linked = variable(initial, true, name);
  initial.dispose();

  const { assign } = linked;
  let { dataId } = linked;
  /** What is in the backend's memory under `dataId`. */
  const held = Float32Array.from(parameter.data);
  let isBusy = false;

  const assignAlone = (value: TfTensor) => {
    isBusy = true;
    try {
      assign.call(linked, value);
    } finally {
      isBusy = false;
    }
  };

  const takeWritten = () => {
    const { data } = parameter;
    // Memory that is gone says nothing: the variable keeps what it has.
    if (isBusy || linked.isDisposed || data.length !== held.length || sameValues(held, data))
      return;
    const value = copyOf(parameter);
    assignAlone(value);
    value.dispose();
    held.set(data);
  };

  linked.assign = (value) => {
    const { data, size } = parameter;
    requireMemory('variables', `the parameter of variable ${name}`, data, size);
    assignAlone(value);
    held.set(value.dataSync<'float32'>());
    data.set(held);
  };

  let trainable: boolean | null = null;
  Object.defineProperty(linked, 'trainable', {
    get: () => trainable ?? parameter.requiresGrad,
    set: (value: boolean) => {
      trainable = value;
    },
    enumerable: true,
    configurable: true,
  });

  // Nobody is told when an array is written to, but whoever reads a variable asks for this first.
  Object.defineProperty(linked, 'dataId', {
    get: () => {
      takeWritten();
      return dataId;
    },
    set: (id: typeof dataId) => {
      dataId = id;
    },
    enumerable: true,
    configurable: true,
  });
  return linked;
}

/** Not the memory itself, which TensorFlow.js would take for its own. */
function copyOf({ data, shape }: Parameter): TfTensor {
  return tensor(Float32Array.from(data), [...shape], 'float32');
}

function sameValues(a: Float32Array, b: ArrayLike<number>): boolean {
  // Object.is, for NaN is the same value as NaN.
  return a.every((value, index) => Object.is(value, b[index]));
}
