import { type BackwardCall, backward, perChannel as zeros } from '../../functional/internal';

/** What a backward pass without a residual takes, but for where the gradients of the channels go. */
export type PlainBackwardCall = Omit<
  BackwardCall,
  'hadResidual' | 'outResidual' | 'gradWeight' | 'gradBias'
>;

/** Writes the gradients of scale and offset to float32 elements, and that of the input to `call.out`. */
export function backwardInto(
  dScale: Float32Array,
  dOffset: Float32Array,
  call: PlainBackwardCall,
): void {
  const gradWeight = zeros(dScale.length);
  const gradBias = zeros(dOffset.length);
  backward({ ...call, hadResidual: false, outResidual: null, gradWeight, gradBias });
  dScale.set(gradWeight);
  dOffset.set(gradBias);
}
