import { ArgumentError } from '../errors';
import { checkEps } from '../functional/internal';
import { checkOptions } from '../options';
import { nameOf } from '../tensor/name-of';
import { checkGroups, checkKind, type LayerKind } from './layer-kind';

/**
 * A layer and the BatchNorm behind it, by their names in the state dict: `['conv1', 'bn1']`,
 * `['layer1.0.conv1', 'layer1.0.bn1']`.
 */
export type FoldPair = readonly [layer: string, bn: string, options?: FoldPairOptions | undefined];

/** What a state dict does not say of a pair. */
export interface FoldPairOptions {
  /** `'linear'` where the weight has two dimensions, else `'conv'`, unless told. */
  kind?: LayerKind | undefined;
  /** The groups of a transposed convolution; 1 unless told. */
  groups?: number | undefined;
  /** The BatchNorm's; that of all pairs unless told. */
  eps?: number | undefined;
}

/** A pair with its defaults filled in. */
export interface ReadPair {
  readonly layer: string;
  readonly norm: string;
  /** Null where the weight tells. */
  readonly kind: LayerKind | null;
  readonly groups: number;
  readonly eps: number;
}

/** The pairs, each value read once and checked by itself. */
export function readPairs(caller: string, pairs: unknown, eps: number): ReadPair[] {
  if (!Array.isArray(pairs)) {
    throw new ArgumentError(
      `${caller}: pairs should be an array such as [['conv1', 'bn1']], got ${nameOf(pairs)}`,
    );
  }
  return Array.from(pairs as unknown[], (pair, i) => readPair(`${caller}: pairs[${i}]`, pair, eps));
}

function readPair(caller: string, pair: unknown, eps: number): ReadPair {
  if (!Array.isArray(pair) || pair.length < 2 || pair.length > 3) {
    throw new ArgumentError(
      `${caller} should be ['conv1', 'bn1'] or ['conv1', 'bn1', { kind }], got ` +
        (Array.isArray(pair) ? `an array of ${pair.length}` : nameOf(pair)),
    );
  }
  const [layer, norm, options = {}] = pair as unknown[];
  checkOptions(caller, options, ['kind', 'groups', 'eps']);
  const given = options as FoldPairOptions;
  const { kind, groups = 1, eps: own = eps } = given;
  return {
    layer: checkName(caller, layer),
    norm: checkName(caller, norm),
    kind: kind === undefined ? null : checkKind(caller, kind),
    groups: checkGroups(caller, groups),
    eps: checkEps(caller, own),
  };
}

/** A name without the dot that its keys have behind it. */
function checkName(caller: string, name: unknown): string {
  if (typeof name !== 'string' || name === '') {
    throw new ArgumentError(
      `${caller}: a layer's name should be a string such as 'layer1.0.conv1', got ${nameOf(name)}`,
    );
  }
  if (!name.endsWith('.')) return name;
  throw new ArgumentError(
    `${caller}: a layer's name comes without the dot at its end, got ${nameOf(name)}`,
  );
}

/** What is wrong with the pairs among themselves. */
export function conflicts(pairs: readonly ReadPair[]): string[] {
  const layers = pairs.map(({ layer }) => layer);
  const norms = pairs.map(({ norm }) => norm);
  return [
    ...repeated(layers).map((name) => `"${name}" is a layer in more than one pair.`),
    ...repeated(norms).map(
      (name) => `"${name}" is the BatchNorm of more than one layer: fold none of them.`,
    ),
    ...[...new Set(layers)]
      .filter((name) => norms.includes(name))
      .map((name) => `"${name}" is a layer in one pair and a BatchNorm in another.`),
  ];
}

function repeated(names: readonly string[]): string[] {
  return [...new Set(names.filter((name, i) => names.indexOf(name) !== i))];
}
