import { ArgumentError, NotCloseError } from '../errors';
import { checkBoolean, checkOptions } from '../options';
import type { IntegerTensor } from '../tensor/integer-tensor';
import { nameOf } from '../tensor/name-of';
import { sameShape } from '../tensor/shape';
import type { TensorLike } from '../tensor/tensor-like';
import { mismatchOf, scalarMismatchOf, type Tolerances } from './compare';
import { isFloating, isTensorLike, readValues, type Values } from './values';

export interface AssertCloseOptions {
  /** Relative tolerance, times |expected|; goes with `atol`. */
  readonly rtol?: number | undefined;
  /** Absolute tolerance; goes with `rtol`. */
  readonly atol?: number | undefined;
  /** Whether NaN equals NaN; default false. */
  readonly equalNan?: boolean | undefined;
  /** Whether dtypes have to be the same; default true. Otherwise both are compared in float64. */
  readonly checkDtype?: boolean | undefined;
  /** The message of a failure, or what makes it of the one that there would be. */
  readonly msg?: string | ((message: string) => string) | undefined;
}

/** What {@link assertClose} compares: tensors, numbers, and arrays and objects of them. */
export type Comparable =
  | TensorLike
  | IntegerTensor
  | ArrayBufferView
  | number
  | bigint
  | null
  | undefined
  | readonly Comparable[]
  | { readonly [key: string]: Comparable };

const name = 'assertClose';
const optionNames = ['rtol', 'atol', 'equalNan', 'checkDtype', 'msg'];

/**
 * Throws unless actual and expected are close, as PyTorch's `torch.testing.assert_close`:
 *
 *     |actual - expected| <= atol + rtol * |expected|
 *
 * with the same shape and dtype. Infinities are close to themselves alone, NaN to nothing unless
 * `equalNan`. Without tolerances they are PyTorch's: rtol 1.3e-6 and atol 1e-5 in float32, 1e-7 and
 * 1e-7 in float64 and for numbers, 0 for integers. Memory formats may differ. Arrays and objects
 * (state dicts) are compared entry by entry, and have to hold the same ones.
 *
 * It needs no test runner, and goes with any.
 *
 * @throws NotCloseError that says, in PyTorch's words, how many elements are not, and where and by
 * how much the furthest is off.
 * @throws ArgumentError where an option makes no sense, or actual and expected cannot be compared.
 *
 * @example
 * ```ts
 * assertClose(bn.forward(x), expected);
 * assertClose(bn.stateDict(), loadSafetensors('expected.safetensors'), { rtol: 1e-5, atol: 1e-6 });
 * ```
 */
export function assertClose(
  actual: Comparable,
  expected: Comparable,
  options: AssertCloseOptions = {},
): void {
  checkOptions(name, options, optionNames, 'actual, expected');
  const message = differenceOf(actual, expected, '', readOptions(options));
  if (message === null) return;
  const { msg } = options;
  const error = new NotCloseError(typeof msg === 'function' ? msg(message) : (msg ?? message));
  Error.captureStackTrace(error, assertClose);
  throw error;
}

interface Settings {
  /** Null for those of the dtype. */
  readonly tolerances: { readonly rtol: number; readonly atol: number } | null;
  readonly equalNan: boolean;
  readonly checkDtype: boolean;
}

function readOptions({
  rtol,
  atol,
  equalNan = false,
  checkDtype = true,
  msg,
}: AssertCloseOptions): Settings {
  if (msg !== undefined && typeof msg !== 'string' && typeof msg !== 'function') {
    throw new ArgumentError(`${name}: msg should be a string or a function, got ${nameOf(msg)}`);
  }
  checkBoolean(name, 'equalNan', equalNan);
  checkBoolean(name, 'checkDtype', checkDtype);
  if ((rtol === undefined) !== (atol === undefined)) {
    throw new ArgumentError(
      `${name}: Both 'rtol' and 'atol' must be either specified or omitted, but got no ` +
        `${rtol === undefined ? 'rtol' : 'atol'}.`,
    );
  }
  if (rtol === undefined || atol === undefined) return { tolerances: null, equalNan, checkDtype };
  checkTolerance('rtol', rtol);
  checkTolerance('atol', atol);
  return { tolerances: { rtol, atol }, equalNan, checkDtype };
}

function checkTolerance(option: string, value: unknown): void {
  if (typeof value === 'number' && value >= 0) return;
  throw new ArgumentError(`${name}: ${option} should be a number >= 0, got ${nameOf(value)}`);
}

/** What is said of the first pair that is not close; null if all are. */
function differenceOf(
  actual: unknown,
  expected: unknown,
  path: string,
  settings: Settings,
): string | null {
  if (isTensorLike(actual) && isTensorLike(expected)) {
    const [a, e] = [readValues('actual', actual), readValues('expected', expected)];
    return located(tensorDifference(a, e, settings), path);
  }
  if (isNumber(actual) && isNumber(expected)) {
    const whole = typeof actual === 'bigint' && typeof expected === 'bigint';
    const given = tolerancesFor(whole ? exact : float64, whole ? exact : float64, settings);
    return located(scalarMismatchOf(Number(actual), Number(expected), given, whole), path);
  }
  if (Array.isArray(actual) && Array.isArray(expected)) {
    return arrayDifference(actual, expected, path, settings);
  }
  if (isObject(actual) && isObject(expected)) {
    return objectDifference(actual, expected, path, settings);
  }
  if (isAbsent(actual) || isAbsent(expected)) {
    if (isAbsent(actual) && isAbsent(expected)) return null;
    return located(`None mismatch: ${nameOf(actual)} is not ${nameOf(expected)}`, path);
  }
  throw new ArgumentError(
    `${name}: ${nameOf(actual)} cannot be compared with ${nameOf(expected)}` +
      `${path === '' ? '' : `, at ${path}`}: pass two tensors, two numbers, or two arrays or objects of them`,
  );
}

function tensorDifference(actual: Values, expected: Values, settings: Settings): string | null {
  if (!sameShape(actual.shape, expected.shape)) {
    const [a, e] = [actual, expected].map(({ shape }) => `torch.Size([${shape.join(', ')}])`);
    return `The values for attribute 'shape' do not match: ${a} != ${e}.`;
  }
  if (settings.checkDtype && actual.dtype !== expected.dtype) {
    return (
      "The values for attribute 'dtype' do not match: " +
      `torch.${actual.dtype} != torch.${expected.dtype}.`
    );
  }
  const given = tolerancesFor(precisionOf(actual), precisionOf(expected), settings);
  return mismatchOf(actual, expected, given);
}

function arrayDifference(
  actual: readonly unknown[],
  expected: readonly unknown[],
  path: string,
  settings: Settings,
): string | null {
  if (actual.length !== expected.length) {
    const lengths = `${actual.length} != ${expected.length}`;
    return located(`The length of the sequences mismatch: ${lengths}`, path);
  }
  for (let i = 0; i < actual.length; i++) {
    const found = differenceOf(actual[i], expected[i], `${path}[${i}]`, settings);
    if (found !== null) return found;
  }
  return null;
}

function objectDifference(
  actual: Readonly<Record<string, unknown>>,
  expected: Readonly<Record<string, unknown>>,
  path: string,
  settings: Settings,
): string | null {
  const [a, e] = [Object.keys(actual), Object.keys(expected)];
  const missing = e.filter((key) => !Object.hasOwn(actual, key));
  const additional = a.filter((key) => !Object.hasOwn(expected, key));
  if (missing.length + additional.length > 0) {
    const lines = ['The keys of the mappings do not match:'];
    if (missing.length > 0) lines.push(`Missing keys in the actual mapping: ${list(missing)}`);
    if (additional.length > 0) {
      lines.push(`Additional keys in the actual mapping: ${list(additional)}`);
    }
    return located(lines.join('\n'), path);
  }
  for (const key of a) {
    const found = differenceOf(actual[key], expected[key], `${path}['${key}']`, settings);
    if (found !== null) return found;
  }
  return null;
}

function list(keys: readonly string[]): string {
  return `[${[...keys]
    .sort()
    .map((key) => `'${key}'`)
    .join(', ')}]`;
}

function located(message: string | null, path: string): string | null {
  if (message === null || path === '') return message;
  return `${message}\n\nThe failure occurred for item ${path}`;
}

function isNumber(value: unknown): value is number | bigint {
  return typeof value === 'number' || typeof value === 'bigint';
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return nameOf(value) === 'Object' && !isTensorLike(value);
}

function isAbsent(value: unknown): value is null | undefined {
  return value === null || value === undefined;
}

type Precision = Pick<Tolerances, 'rtol' | 'atol'>;

// torch.testing's own.
const float32: Precision = { rtol: 1.3e-6, atol: 1e-5 };
const float64: Precision = { rtol: 1e-7, atol: 1e-7 };
const exact: Precision = { rtol: 0, atol: 0 };

function precisionOf({ dtype }: Values): Precision {
  if (!isFloating(dtype)) return exact;
  return dtype === 'float32' ? float32 : float64;
}

/** What was asked for, or the wider ones of the two dtypes. */
function tolerancesFor(actual: Precision, expected: Precision, settings: Settings): Tolerances {
  const { tolerances, equalNan } = settings;
  if (tolerances !== null) return { ...tolerances, equalNan };
  return {
    rtol: Math.max(actual.rtol, expected.rtol),
    atol: Math.max(actual.atol, expected.atol),
    equalNan,
  };
}
