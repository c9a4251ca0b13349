import { ShapeError } from '../errors';
import { Activation, type Native, native } from '../native';
import { emptyLike } from '../tensor/creation';
import type { FloatArray } from '../tensor/dtype';
import { requireMemory } from '../tensor/memory';
import { formatShape } from '../tensor/shape';
import type { Tensor } from '../tensor/tensor';
import { type Collapsed, collapse } from './collapse';
import type { Keeper } from './keeper';
import { checkForwardOutput } from './output';
import type { ResponseSettings } from './response-settings';
import { checkStatus } from './status';
import type { Taker } from './taker';

/** A forward pass of local response normalization; the input is checked. */
export interface ResponseForwardCall {
  /** What errors call it. */
  readonly name: string;
  readonly input: Tensor;
  readonly collapsed: Collapsed;
  readonly settings: ResponseSettings;
  readonly out: Tensor | null;
  /** Takes what backward needs; null where none is to come. */
  readonly kept: Keeper | null;
}

/** Checks the input: (N, C, ...) with a spatial dimension or more. */
export function collapseResponses(name: string, input: Tensor): Collapsed {
  const { shape } = input;
  if (shape.length < 3) {
    throw new ShapeError(
      `${name}: Expected 3D or higher dimensionality input (got ${shape.length} dimensions): the ` +
        `shape should be (N, C, L) or longer, got ${formatShape(shape)}`,
    );
  }
  requireMemory(name, 'input', input.data, input.size);
  return collapse({ name, ranks: null, numFeatures: null }, input);
}

/** Throws before it changes anything. */
export function forwardResponses(call: ResponseForwardCall): Tensor {
  const { input, kept } = call;
  checkResponseOutput(call);
  const output = call.out ?? emptyLike(input);
  const x = kept === null ? input : kept.start(input, output, Activation.none);
  if (input.size > 0) {
    const status = giveResponses(native.localResponseForward, call, x.data, output.data);
    checkStatus(call.name, status);
  }
  if (kept !== null) kept.finish(x, kept.statistics, true, false);
  return output;
}

/** Throws what {@link forwardResponses} has against the call's `out`. */
export function checkResponseOutput({ name, input, out }: ResponseForwardCall): void {
  if (out === null) return;
  const { memoryFormat } = input;
  const read = { input, memoryFormat, residual: null, weight: null, bias: null };
  checkForwardOutput(name, out, read);
}

/** Gives `take` what the addon takes, in its order. */
export function giveResponses<Result>(
  take: Taker<Native['localResponseForward'], Result>,
  { collapsed, settings }: ResponseForwardCall,
  x: FloatArray,
  y: FloatArray,
): Result {
  const { n, c, s, channelsLast } = collapsed;
  const { size, alpha, beta, k } = settings;
  return take(x, y, n, c, s, channelsLast, size, alpha, beta, k);
}
