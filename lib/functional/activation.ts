import { meantValue } from '../did-you-mean';
import { ArgumentError } from '../errors';
import { Activation } from '../native';
import { nameOf } from '../tensor/name-of';

/** What a layer may do with its output in the same pass; see {@link BatchNorm.forward}. */
export type ActivationName = 'relu' | 'leakyRelu';

const meanings = { relu: [], leakyRelu: ['lrelu'] };

const defaultSlope = 0.01;

/** Checks `activation`: the name of one, or null for none. */
export function checkActivation(caller: string, activation: unknown): Activation {
  if (activation === null) return Activation.none;
  if (activation === 'relu') return Activation.relu;
  if (activation === 'leakyRelu') return Activation.leakyRelu;
  throw new ArgumentError(
    `${caller}: activation should be 'relu', 'leakyRelu' or null, got ${nameOf(activation)}` +
      (meantValue(activation, meanings) || '; apply any other to the output'),
  );
}

/** Checks `negativeSlope`, which leakyRelu alone has: its default where it is null. */
export function checkNegativeSlope(
  caller: string,
  negativeSlope: unknown,
  activation: Activation,
): number {
  if (negativeSlope === null) return defaultSlope;
  if (activation !== Activation.leakyRelu) {
    throw new ArgumentError(
      `${caller}: negativeSlope goes with activation: 'leakyRelu' alone: pass that, or no ` +
        `negativeSlope (got ${nameOf(negativeSlope)})`,
    );
  }
  if (typeof negativeSlope === 'number' && Number.isFinite(Math.fround(negativeSlope))) {
    return negativeSlope;
  }
  throw new ArgumentError(
    `${caller}: negativeSlope should be a finite number, in float32 too, got ${nameOf(negativeSlope)}`,
  );
}
