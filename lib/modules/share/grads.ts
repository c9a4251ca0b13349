import { Parameter } from '../../tensor/parameter';
import type { StateEntry } from '../state-dict';

/** The keys of the parameters that require no gradient. */
export function keysWithoutGrad(entries: readonly StateEntry[]): string[] {
  return parametersOf(entries)
    .filter(([, { requiresGrad }]) => !requiresGrad)
    .map(([key]) => key);
}

export function setWithoutGrad(entries: readonly StateEntry[], keys: ReadonlySet<unknown>): void {
  for (const [key, parameter] of parametersOf(entries)) {
    if (keys.has(key)) parameter.requiresGrad = false;
  }
}

function parametersOf(entries: readonly StateEntry[]): [key: string, parameter: Parameter][] {
  return entries.flatMap((entry): [string, Parameter][] => {
    const isParameter = 'tensor' in entry && entry.tensor instanceof Parameter;
    return isParameter ? [[entry.key, entry.tensor as Parameter]] : [];
  });
}
