import {
  type Scalar,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  tensor,
  tensor2d,
  tidy,
  train,
  transpose,
  type Variable,
  variable,
  zeros,
} from '@tensorflow/tfjs-core';
import { BatchNorm1d } from '../index';
import { variables } from '../tfjs/variables';
import { Stopwatch, timedBatchNorm } from './batch-norm';
import { crossEntropy } from './cross-entropy';
import { linear } from './linear';
import type { NetworkState, PostedTensor } from './network-state';
import { sigmoid } from './sigmoid';

export interface NetworkOptions {
  /** Inputs, units of each hidden layer, outputs. */
  readonly sizes: readonly number[];
  /** A matrix (inputs, outputs) for each layer. */
  readonly weights: readonly Float32Array[];
  /** Of BatchNorm1d before each sigmoid; null for none. */
  readonly batchNorm: { readonly momentum: number; readonly eps: number } | null;
  readonly learningRate: number;
}

/** What a pass computes on its way; an entry for each hidden layer. */
export interface Pass {
  /** What BatchNorm1d normalizes; without it the sigmoids' inputs. */
  readonly sums: readonly Tensor2D[];
  readonly sigmoidInputs: readonly Tensor2D[];
  readonly logits: Tensor2D;
}

interface Layer {
  readonly weight: Variable;
  /** Null before a BatchNorm1d, which takes it off again and has its own. */
  readonly bias: Variable | null;
  readonly norm: BatchNorm1d | null;
}

/**
 * Fully connected layers of sigmoid units, and one of logits: the network of Ioffe & Szegedy 2015,
 * section 4.1, with batch normalization or without. It learns by plain gradient descent.
 */
export class Network {
  readonly stopwatch = new Stopwatch();
  readonly #layers: readonly Layer[];
  readonly #optimizer: ReturnType<typeof train.sgd>;

  constructor({ sizes, weights, batchNorm, learningRate }: NetworkOptions) {
    this.#layers = weights.map((values, i) => {
      const [inputs, outputs] = [sizes[i] as number, sizes[i + 1] as number];
      const isNormalized = batchNorm !== null && i < weights.length - 1;
      return {
        weight: makeVariable(() => tensor2d(values, [inputs, outputs])),
        bias: isNormalized ? null : makeVariable(() => zeros([outputs])),
        norm: isNormalized ? new BatchNorm1d(outputs, batchNorm) : null,
      };
    });
    this.#optimizer = train.sgd(learningRate);
  }

  /** One step on a batch (N, inputs) of which `targets` (N, outputs) are true; returns its mean loss. */
  train(batch: Tensor2D, targets: Tensor2D): number {
    for (const { norm } of this.#layers) norm?.train();
    return tidy(() => {
      const loss = () => crossEntropy(this.#pass(batch).logits, targets);
      const cost = this.#optimizer.minimize(loss, true, this.#variables()) as Scalar;
      return cost.dataSync()[0] as number;
    });
  }

  /** A pass in evaluation mode. */
  evaluate(batch: Tensor2D): Pass {
    for (const { norm } of this.#layers) norm?.eval();
    return this.#pass(batch);
  }

  state(): NetworkState {
    const state: Record<string, PostedTensor | number> = {};
    for (const { prefix, weight, bias, norm, normPrefix } of this.#named()) {
      const [inputs, outputs] = weight.shape as [number, number];
      const data = tidy(() => transpose(weight).dataSync<'float32'>());
      state[`${prefix}.weight`] = { data, shape: [outputs, inputs] };
      if (bias !== null) {
        state[`${prefix}.bias`] = { data: bias.dataSync() as Float32Array, shape: [outputs] };
      }
      for (const [key, value] of Object.entries(norm?.stateDict() ?? {})) {
        state[`${normPrefix}.${key}`] =
          typeof value === 'number'
            ? value
            : { data: Float32Array.from(value.data), shape: value.shape };
      }
    }
    return state;
  }

  /** Takes what `state` of a network of the same layers has given. */
  loadState(state: NetworkState): void {
    const values = (key: string): Float32Array => (state[key] as PostedTensor).data;
    for (const { prefix, weight, bias, norm, normPrefix } of this.#named()) {
      const [inputs, outputs] = weight.shape as [number, number];
      tidy(() => {
        weight.assign(transpose(tensor2d(values(`${prefix}.weight`), [outputs, inputs])));
        bias?.assign(tensor(values(`${prefix}.bias`), bias.shape));
      });
      norm?.loadStateDict(state, { prefix: `${normPrefix}.` });
    }
  }

  /** The layers, and what PyTorch calls them where each sigmoid is a layer too. */
  #named(): (Layer & { prefix: string; normPrefix: string })[] {
    let index = 0;
    return this.#layers.map((layer) => {
      const prefix = String(index);
      const normPrefix = String(index + 1);
      index += layer.norm === null ? 2 : 3;
      return { ...layer, prefix, normPrefix };
    });
  }

  /** The layers of BatchNorm1d; none without it. */
  get norms(): BatchNorm1d[] {
    return this.#layers.flatMap(({ norm }) => norm ?? []);
  }

  dispose(): void {
    for (const each of this.#variables()) each.dispose();
    this.#optimizer.dispose();
  }

  #pass(batch: Tensor2D): Pass {
    const sums: Tensor2D[] = [];
    const sigmoidInputs: Tensor2D[] = [];
    let x = batch;
    for (const [i, { weight, bias, norm }] of this.#layers.entries()) {
      const sum = linear(x, weight as Tensor2D, bias as Tensor1D | null, i > 0);
      if (i === this.#layers.length - 1) return { sums, sigmoidInputs, logits: sum };
      const z = norm === null ? sum : timedBatchNorm(sum, norm, this.stopwatch);
      sums.push(sum);
      sigmoidInputs.push(z);
      x = sigmoid(z);
    }
    throw new Error('a network has at least one layer');
  }

  #variables(): Variable[] {
    return this.#layers.flatMap(({ weight, bias, norm }) => [
      weight,
      ...(bias === null ? [] : [bias]),
      ...(norm === null ? [] : variables(norm)),
    ]);
  }
}

/** It shares its memory with what it is made of, which is let go of. */
function makeVariable(values: () => Tensor): Variable {
  return tidy(() => variable(values()));
}
