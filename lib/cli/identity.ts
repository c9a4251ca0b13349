import type { Dataset } from './dataset';
import type { Identity } from './partial-stats';

export function identityOf(dataset: Dataset): Identity {
  const { kind, files, leaves, channels } = dataset;
  return { kind, files, leaves, channels, digest: dataset.digest() };
}

/** How the data set of `there` differs from that of `here`, in words; null where it does not. */
export function difference(there: Identity, here: Identity): string | null {
  for (const [name, key] of [
    ['the kind of files', 'kind'],
    ['the number of channels', 'channels'],
    ['the number of files', 'files'],
  ] as const) {
    if (there[key] !== here[key]) {
      const [that, own] = [there[key], here[key]].map((value) => value ?? 'that of each image');
      return `${name} is ${that} there and ${own} here`;
    }
  }
  const same = there.leaves === here.leaves && there.digest === here.digest;
  return same ? null : "the files' names, sizes or shapes, or the options, differ";
}
