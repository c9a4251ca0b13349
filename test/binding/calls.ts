import { types } from 'node:util';
import type { FloatArray } from 'batchnorm';
import { Activation, native, type Status } from '../../lib/native';

/** A function of the addon with arguments that it accepts, by name and in order. */
export interface Call {
  name: string;
  arguments: [name: string, value: unknown][];
}

type FloatArrayType = typeof Float32Array | typeof Float64Array;
type ByteArrayType = typeof Uint8Array | typeof Uint8ClampedArray;
/** An array of elements or statistics, not of a mask. */
type DataArray = FloatArray | Uint8Array | Uint8ClampedArray;

const sizes: [string, number][] = [
  ['n', 3],
  ['c', 2],
  ['s', 5],
];
export const count = 30;
const channels = 2;
/** Of groupNormForward and groupNormBackward: samples times groups. */
export const sets = 6;
/** What the mask of that many elements takes at least. */
export const maskBytes = 16;

/** Every call that takes floats, each with arrays of its own. */
export function calls(Type: FloatArrayType = Float32Array): Call[] {
  const data = () => new Type(count).fill(1);
  const parameter = () => new Type(channels).fill(1);
  const statistic = () => new Float64Array(channels).fill(1);
  const perSet = () => new Float64Array(sets).fill(1);
  const grouping: [string, unknown][] = [
    ['channelsLast', false],
    ['groups', 2],
    ['centered', true],
  ];
  const fusion = (residual: string): [string, unknown][] => [
    [residual, data()],
    ['activation', Activation.leakyRelu],
    ['negativeSlope', 0.5],
    ['mask', new Uint8Array(maskBytes).fill(0x55)],
  ];
  return [
    {
      name: 'batchNormEval',
      arguments: [
        ['x', data()],
        ['y', data()],
        ...sizes,
        ['channelsLast', false],
        ['weight', parameter()],
        ['bias', parameter()],
        ['runningMean', parameter()],
        ['runningVar', parameter()],
        ['eps', 1e-5],
        ...fusion('residual'),
      ],
    },
    {
      name: 'batchNormTrain',
      arguments: [
        ['x', data()],
        ['y', data()],
        ...sizes,
        ['channelsLast', false],
        ['weight', parameter()],
        ['bias', parameter()],
        ['eps', 1e-5],
        ['mean', statistic()],
        ['variance', statistic()],
        ['invstd', statistic()],
        ...fusion('residual'),
      ],
    },
    {
      name: 'batchNormBackward',
      arguments: [
        ['gradOutput', data()],
        ['x', data()],
        ['gradInput', data()],
        ...sizes,
        ['channelsLast', false],
        ['weight', parameter()],
        ['mean', statistic()],
        ['invstd', statistic()],
        ['training', true],
        ['gradWeight', statistic()],
        ['gradBias', statistic()],
        ...fusion('gradResidual'),
      ],
    },
    {
      name: 'groupNormForward',
      arguments: [
        ['x', data()],
        ['y', data()],
        ...sizes,
        ...grouping,
        ['weight', parameter()],
        ['bias', parameter()],
        ['eps', 1e-5],
        ['mean', perSet()],
        ['variance', perSet()],
        ['invstd', perSet()],
      ],
    },
    {
      name: 'groupNormBackward',
      arguments: [
        ['gradOutput', data()],
        ['x', data()],
        ['gradInput', data()],
        ...sizes,
        ...grouping,
        ['weight', parameter()],
        ['mean', perSet()],
        ['invstd', perSet()],
        ['gradWeight', statistic()],
        ['gradBias', statistic()],
      ],
    },
    {
      name: 'localResponseForward',
      arguments: [['x', data()], ['y', data()], ...sizes, ...response],
    },
    {
      name: 'localResponseBackward',
      arguments: [
        ['gradOutput', data()],
        ['x', data()],
        ['gradInput', data()],
        ...sizes,
        ...response,
      ],
    },
    ...inputCalls(Type, Type),
  ];
}

const response: [string, unknown][] = [
  ['channelsLast', false],
  ['size', 3],
  ['alpha', 1e-4],
  ['beta', 0.75],
  ['k', 1],
];

/** The calls whose x may be bytes, too; `FloatType` is what goes with them. */
export function inputCalls(
  Type: FloatArrayType | ByteArrayType,
  FloatType: FloatArrayType = Float32Array,
): Call[] {
  const statistic = () => new Float64Array(channels).fill(1);
  const call = (name: string, a: string, b: string): Call => ({
    name,
    arguments: [
      ['x', new Type(count).fill(1)],
      ...sizes,
      ['channelsLast', false],
      [a, statistic()],
      [b, statistic()],
    ],
  });
  const normalizeImages: Call = {
    name: 'normalizeImages',
    arguments: [
      ['x', new Type(count).fill(1)],
      ['y', new FloatType(count).fill(1)],
      ...sizes,
      ['xChannels', channels],
      ['xChannelsLast', true],
      ['yChannelsLast', false],
      ['count', channels],
      ['mean', statistic()],
      ['std', statistic()],
      ['scale', 1 / 255],
    ],
  };
  return [call('moments', 'mean', 'm2'), call('extrema', 'min', 'max'), normalizeImages];
}

/** Whether this argument is the x of such a call. */
export function isInput(call: Call, name: string): boolean {
  return name === 'x' && inputCalls(Uint8Array).some((other) => other.name === call.name);
}

export function arraysOf(call: Call): [name: string, array: DataArray][] {
  return call.arguments.filter(
    (argument): argument is [string, DataArray] =>
      types.isTypedArray(argument[1]) && argument[0] !== 'mask',
  );
}

/** The call with some arguments replaced. */
export function withArguments(call: Call, replaced: Record<string, unknown>): Call {
  return {
    name: call.name,
    arguments: call.arguments.map(([name, value]) => [
      name,
      name in replaced ? replaced[name] : value,
    ]),
  };
}

/** Makes the call as no TypeScript would, and returns what the addon does. */
export function make({ name, arguments: values }: Call, passed = values.length): Status {
  const entry = (native as unknown as Record<string, (...values: unknown[]) => Status>)[name];
  if (entry === undefined) throw new Error(`the addon has no ${name}`);
  return entry(...values.slice(0, passed).map(([, value]) => value));
}
