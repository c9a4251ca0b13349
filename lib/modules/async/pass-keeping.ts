import type { ForwardCall, Keeper, Passed } from '../../functional/internal';

/** Runs a pass at once that leaves what backward needs with `keeper`, where that is to come. */
export function passKeeping<Call extends Pick<ForwardCall, 'kept'>>(
  call: Call & { readonly input: Passed['input'] },
  keeper: Keeper,
  forward: (call: Call) => Passed['output'],
): Passed {
  const output = forward({ ...call, kept: call.kept === null ? null : keeper });
  const { mask } = keeper;
  return { output, isNew: false, input: (keeper.input ?? call.input) as Passed['input'], mask };
}
