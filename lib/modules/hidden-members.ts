import { types } from 'node:util';
import { ArgumentError } from '../errors';
import { nameOf } from '../tensor/name-of';

/** Members of a module's state in a field where nothing looks for them. */
interface Hidden<Member> {
  readonly field: string;
  /** What the field holds: an Array, a Map, ... */
  readonly container: object;
  /** With the way to each, as `[0]` or `.norm`. */
  readonly members: readonly [path: string, member: Member][];
}

// A buffer of a million samples is not looked through for each eval().
const mostValues = 1000;
const deepest = 4;

/**
 * Refuses members in arrays and the like that are not among those that the module finds, which are
 * looked for only if there are some.
 */
export function refuseHidden<Member extends object>(
  module: object,
  isMember: (value: unknown) => value is Member,
  findSeen: () => readonly unknown[],
): void {
  const hidden = hiddenMembers(module, isMember);
  if (hidden.length === 0) return;
  const seen = new Set(findSeen());
  for (const one of hidden) {
    const members = one.members.filter(([, member]) => !seen.has(member));
    if (members.length > 0) throw refusal(module.constructor.name, { ...one, members });
  }
}

/** The members in arrays, Maps, Sets and plain objects that fields of a module hold. */
function hiddenMembers<Member>(
  module: object,
  isMember: (value: unknown) => value is Member,
): Hidden<Member>[] {
  const found: Hidden<Member>[] = [];
  for (const [field, container] of Object.entries(module)) {
    if (!isContainer(container)) continue;
    const members: [string, Member][] = [];
    let left = mostValues;
    const visit = (path: string, value: unknown, depth: number) => {
      if (left-- <= 0) return;
      if (isMember(value)) members.push([path, value]);
      else if (depth < deepest && isContainer(value)) {
        for (const [step, inside] of entriesOf(value)) {
          if (left <= 0) return;
          visit(path + step, inside, depth + 1);
        }
      }
    };
    visit('', container, 0);
    if (members.length > 0) found.push({ field, container, members });
  }
  return found;
}

function isContainer(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value) || types.isMap(value) || types.isSet(value)) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function* entriesOf(container: object): Iterable<[step: string, value: unknown]> {
  if (types.isMap(container)) {
    for (const [key, value] of container) {
      yield [`.get(${nameOf(key)})`, value];
      yield [' as a key', key];
    }
  } else if (types.isSet(container)) {
    for (const value of container) yield [' in it', value];
  } else if (Array.isArray(container)) {
    for (const [i, value] of container.entries()) yield [`[${i}]`, value];
  } else {
    for (const [key, value] of Object.entries(container)) yield [`.${key}`, value];
  }
}

const shown = 3;

/** The error that names them, and says where they belong. */
function refusal(caller: string, { field, container, members }: Hidden<object>): ArgumentError {
  const names = members
    .slice(0, shown)
    .map(([path, member]) => `${member.constructor.name} ${path.trim()}`);
  const more = members.length > shown ? ', ...' : '';
  const [, first] = members[0] as [string, object];
  const isParameter = first.constructor.name === 'Parameter';
  const keyed = types.isMap(container) || nameOf(container) === 'Object';
  const instead = isParameter
    ? 'put each into a field of its own'
    : `use a ${keyed ? 'ModuleDict' : 'ModuleList'}`;
  return new ArgumentError(
    `${caller}: field '${field}' holds ${isParameter ? 'parameters' : 'modules'} in ` +
      `${article(nameOf(container))} (${names.join(', ')}${more}), where train(), stateDict() and ` +
      `parameters() do not find them: ${instead}; what is to be found by none of them goes into a ` +
      '#private field',
  );
}

function article(name: string): string {
  return /^[AO]/.test(name) ? `an ${name}` : `a ${name}`;
}
