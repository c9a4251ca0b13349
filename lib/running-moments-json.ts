import { ArgumentError, ShapeError } from './errors';
import { perChannel } from './functional/internal';
import { MomentsState } from './running-moments-state';
import { nameOf } from './tensor/name-of';

/** A number in JSON, which has no words for these. */
export type JSONNumber = number | 'NaN' | 'Infinity' | '-Infinity' | '-0';

/** What `RunningMoments` are in JSON. Numbers come back with the same bits. */
export interface RunningMomentsJSON {
  readonly type: 'RunningMoments';
  readonly version: 1;
  readonly channels: number;
  /** Values a channel. */
  readonly count: number;
  readonly mean: readonly JSONNumber[];
  /** The sums of squared deviations from the mean. */
  readonly m2: readonly JSONNumber[];
  readonly min: readonly JSONNumber[];
  readonly max: readonly JSONNumber[];
}

const fields = ['mean', 'm2', 'min', 'max'] as const;
const caller = 'RunningMoments.fromJSON';

export function writeState(state: MomentsState): RunningMomentsJSON {
  const { count, mean, m2, min, max } = state;
  return {
    type: 'RunningMoments',
    version: 1,
    channels: mean.length,
    count,
    mean: Array.from(mean, writeNumber),
    m2: Array.from(m2, writeNumber),
    min: Array.from(min, writeNumber),
    max: Array.from(max, writeNumber),
  };
}

/** Each property is read once, so that what answers differently each time cannot slip past. */
export function readState(json: unknown): MomentsState {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    const hint = typeof json === 'string' ? '; JSON.parse makes one of it' : '';
    throw new ArgumentError(
      `${caller}: expected the object that toJSON() gave, got ${nameOf(json)}${hint}`,
    );
  }
  const { type, version, channels, count, ...rest } = json as Record<string, unknown>;
  if (type !== 'RunningMoments') {
    throw new ArgumentError(`${caller}: type should be 'RunningMoments', got ${nameOf(type)}`);
  }
  if (version !== 1) {
    throw new ArgumentError(`${caller}: version ${nameOf(version)} is unknown, only 1 is read`);
  }
  const size = readCount('channels', channels, 1);
  const arrays = fields.map((name) => readArray(name, rest[name], size));
  const state = new MomentsState(size);
  state.count = readCount('count', count, 0);
  for (const [i, name] of fields.entries()) state[name].set(arrays[i] as Float64Array);
  for (let c = 0; c < size; c++) checkChannel(state, c);
  return state;
}

function readCount(name: string, value: unknown, least: number): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= least) return value + 0;
  throw new ArgumentError(
    `${caller}: ${name} should be an integer of at least ${least}, got ${nameOf(value)}`,
  );
}

function readArray(name: string, value: unknown, channels: number): Float64Array {
  if (!Array.isArray(value)) {
    throw new ArgumentError(`${caller}: ${name} should be an array, got ${nameOf(value)}`);
  }
  const { length } = value;
  if (length !== channels) {
    throw new ShapeError(
      `${caller}: ${name} should hold a number for each of ${channels} channels, got ${length}`,
    );
  }
  // Refuses what memory has no room for, where an array would end the process.
  return perChannel(length).map((_, c) => readNumber(`${name}[${c}]`, value[c]));
}

function writeNumber(value: number): JSONNumber {
  if (Object.is(value, -0)) return '-0';
  return Number.isFinite(value) ? value : (String(value) as JSONNumber);
}

function readNumber(name: string, value: unknown): number {
  if (typeof value === 'number') return value;
  if (value === 'NaN' || value === 'Infinity' || value === '-Infinity' || value === '-0') {
    return Number(value);
  }
  throw new ArgumentError(
    `${caller}: ${name} should be a number, 'NaN', 'Infinity', '-Infinity' or '-0', ` +
      `got ${nameOf(value)}`,
  );
}

/** What no values can have led to. */
function checkChannel({ count, mean, m2, min, max }: MomentsState, c: number): void {
  if ((m2[c] as number) < 0) {
    throw new ArgumentError(`${caller}: m2[${c}] should not be negative, got ${m2[c]}`);
  }
  const [low, high] = [min[c] as number, max[c] as number];
  if (count > 0 && low > high) {
    throw new ArgumentError(`${caller}: min[${c}] is ${low}, above max[${c}], ${high}`);
  }
  const isEmpty =
    mean[c] === 0 &&
    m2[c] === 0 &&
    low === Number.POSITIVE_INFINITY &&
    high === Number.NEGATIVE_INFINITY;
  if (count === 0 && !isEmpty) {
    throw new ArgumentError(`${caller}: count is 0, yet channel ${c} has values`);
  }
}
