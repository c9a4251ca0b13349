import { quote } from './quote';

/** What the state would have more if a layer were made with another option. */
export interface AbsentEntry {
  readonly key: string;
  /** What to make the layer with: `trackRunningStats: true`. */
  readonly option: string;
  /** What errors call the layer. */
  readonly layer: string;
}

/** What came of comparing a module's keys with a dict's. */
export interface Comparison {
  /** The keys that were asked for, all with this prefix, and those of them that the dict lacks. */
  readonly prefix: string;
  readonly missing: readonly string[];
  readonly unexpected: readonly string[];
  /** All keys of the dict, those without the prefix too. */
  readonly keys: readonly string[];
  /** Whether the dict has none of the module's keys. */
  readonly hasNone: boolean;
  readonly absent: readonly AbsentEntry[];
}

/** What to do about keys that do not fit, where that can be told from them: a line each. */
export function hintsFor(comparison: Comparison): string[] {
  const hint = keysHint(comparison);
  return [...(hint === null ? lackHints(comparison) : [hint]), ...absentHints(comparison)];
}

/** Those of them that say where trained values were left out, which evaluation then goes without. */
export function lossHints(comparison: Comparison): string[] {
  const absent = comparison.absent.filter(({ option }) => option === statisticsOption);
  const hint = keysHint(comparison);
  return [...(hint === null ? [] : [hint]), ...absentHints({ ...comparison, absent })];
}

/** Where the keys are another program's, or have something before them. */
function keysHint(comparison: Comparison): string | null {
  return wrapperHint(comparison) ?? prefixHint(comparison) ?? kerasHint(comparison);
}

/** With which a layer has running statistics. */
export const statisticsOption = 'trackRunningStats: true';

const wrappers = {
  module: 'nn.DataParallel',
  _orig_mod: 'torch.compile',
  _fsdp_wrapped_module: 'FullyShardedDataParallel',
  _checkpoint_wrapped_module: 'activation checkpointing',
} as const;

/** Where PyTorch's wrappers of modules, once taken out of the keys, leave the missing ones. */
function wrapperHint({ prefix, missing, keys }: Comparison): string | null {
  if (missing.length === 0) return null;
  const found = Object.entries(wrappers).filter(([name]) =>
    keys.some((key) => key.split('.').includes(name)),
  );
  const names = found.map(([name]) => name);
  const bare = keys.map((key) => withoutNames(key, names));
  if (names.length === 0 || !hasAll(new Set(bare), missing)) return null;
  const [front] = keys.map((key, i) => key.slice(0, key.length - (bare[i] as string).length));
  const by = found.map(([, wrapper]) => wrapper).join(' and ');
  const isFront = keys.every((key, i) => key === `${front}${bare[i]}`);
  if (isFront)
    return `Keys begin with ${quote([front as string])} after ${by}: ${pass(front + prefix)}.`;
  const steps = names.map((name) => `.replaceAll('${name}.', '')`).join('');
  return (
    `Keys have ${quote(names.map((name) => `${name}.`))} in them after ${by}: pass ` +
    `Object.fromEntries(Object.entries(dict).map(([key, value]) => [key${steps}, value])).`
  );
}

function withoutNames(key: string, names: readonly string[]): string {
  return key
    .split('.')
    .filter((name) => !names.includes(name))
    .join('.');
}

/** Where all that is missing is there under another prefix. */
function prefixHint({ prefix, missing, keys, hasNone }: Comparison): string | null {
  if (!hasNone || missing.length === 0) return null;
  const own = new Set(missing.map((key) => key.slice(prefix.length)));
  const counts = new Map<string, number>();
  for (const key of keys) {
    for (let begin = 0; begin >= 0; begin = nextName(key, begin)) {
      if (!own.has(key.slice(begin))) continue;
      const before = key.slice(0, begin);
      counts.set(before, (counts.get(before) ?? 0) + 1);
    }
  }
  const [first, ...others] = [...counts].flatMap(([before, count]) =>
    count === own.size && before !== prefix ? [before] : [],
  );
  if (first === undefined) return null;
  if (first === '') return 'Its keys are there without a prefix: leave it out.';
  const shown = [first, ...others].slice(0, 3);
  if (others.length === 0) return `Its keys are there behind ${quote(shown)}: ${pass(first)}.`;
  const more = others.length > 2 ? ', ...' : '';
  return `Such keys are there behind ${quote(shown)}${more}: pass one of these as prefix.`;
}

function nextName(key: string, begin: number): number {
  const dot = key.indexOf('.', begin);
  return dot < 0 ? -1 : dot + 1;
}

function pass(prefix: string): string {
  return `pass { prefix: '${prefix}' }`;
}

const kerasNames: ReadonlyMap<string, string> = new Map([
  ['gamma', 'weight'],
  ['beta', 'bias'],
  ['moving_mean', 'running_mean'],
  ['moving_variance', 'running_var'],
]);

/** Where the dict has what is missing under the names of Keras. */
function kerasHint({ missing, unexpected }: Comparison): string | null {
  const found = unexpected.flatMap((key) => {
    const [, layer = '', name = ''] = /^(.*[./])?(\w+)(?::0)?$/.exec(key) ?? [];
    const ours = kerasNames.get(name);
    return ours === undefined ? [] : [{ key, layer, name, ours }];
  });
  const [first] = found;
  const pairs = found
    .filter(({ layer }) => layer === first?.layer)
    .flatMap(({ key, layer, ours }) => {
      const path = layer.replaceAll('/', '.') + ours;
      const same = missing.filter((own) => own === ours || own.endsWith(`.${ours}`));
      const own = same.find((each) => each === path) ?? same[0];
      return own === undefined ? [] : [`${JSON.stringify(own)}: dict[${JSON.stringify(key)}]`];
    });
  if (pairs.length === 0) return null;
  const names = [...kerasNames].map(([name, ours]) => `${name} is ${ours}`).join(', ');
  return (
    `These are Keras's names: ${names}. Pass { ${pairs.join(', ')}${found.length > pairs.length ? ', ...' : ''} }, ` +
    `and the options of its layer: its eps is 0.001 unless told, and its momentum m is 1 - m here.`
  );
}

/** With which option a layer has no such entries, though it has `weight`. */
const omitted = [
  { option: 'bias: false', name: 'bias' },
  { option: 'trackRunningStats: false', name: 'running_mean' },
  { option: 'trackRunningStats: false', name: 'running_var' },
];

/** Where the dict is that of a layer made without what this one has. */
function lackHints({ missing, keys }: Comparison): string[] {
  const given = new Set(keys);
  const lacking = new Map<string, string[]>();
  for (const key of missing) {
    const layer = key.slice(0, key.lastIndexOf('.') + 1);
    const found = omitted.find(({ name }) => layer + name === key);
    if (found === undefined || !given.has(`${layer}weight`)) continue;
    lacking.set(found.option, [...(lacking.get(found.option) ?? []), key]);
  }
  return [...lacking].map(
    ([option, lacks]) =>
      `The dict has a "weight" but no ${quote(lacks)} beside it: a layer made with ${option} takes that.`,
  );
}

/** Where layers were made without what the dict has for them. */
function absentHints({ unexpected, absent }: Comparison): string[] {
  const surplus = new Set(unexpected);
  const byLayer = new Map<string, { keys: string[]; layer: string; option: string }>();
  for (const { key, layer, option } of absent) {
    if (!surplus.has(key)) continue;
    const found = byLayer.get(`${layer} ${option}`);
    if (found === undefined) byLayer.set(`${layer} ${option}`, { keys: [key], layer, option });
    else found.keys.push(key);
  }
  return [...byLayer.values()].map(
    ({ keys, layer, option }) =>
      `${layer} was made without ${quote(keys)}: make it with ${option} to load them.`,
  );
}

function hasAll(keys: ReadonlySet<string>, wanted: readonly string[]): boolean {
  return wanted.every((key) => keys.has(key));
}
