import {
  BatchNorm1d,
  BatchNorm2d,
  type Layer,
  LazyBatchNorm1d,
  Module,
  Sequential,
  type StateDictLike,
  Tensor,
} from 'batchnorm';
import { decodeTensor, decodeVector, type Encoded, readFixture } from './fixture';

/** As scripts/parity/tree_fixtures.py writes them. */
type Tree = [kind: string, ...arguments: unknown[]];
type State = Record<string, Encoded | number>;

interface TreeCase {
  tree: Tree;
  shape: number[];
  repr: string;
  reprAfter: string;
  parameters: string[];
  buffers: string[];
  modules: string[];
  children: string[];
  state: State;
  input: Encoded;
  gradOutput: Encoded;
  eval: Encoded;
  train: { output: Encoded; gradInput: Encoded; state: State };
}

/** Runs its fields in order. */
class Net extends Module {
  constructor(fields: Record<string, Layer>) {
    super();
    Object.assign(this, fields);
  }
  forward(x: Tensor, options?: object): Tensor {
    return layersOf(this).reduce((y, layer) => layer.forward(y, options), x);
  }
  backward(gradOutput: Tensor): Tensor {
    return layersOf(this).reduceRight((dy, layer) => layer.backward?.(dy) as Tensor, gradOutput);
  }
}

function layersOf(net: Net): Layer[] {
  return net.children() as Layer[];
}

function build([kind, ...rest]: Tree, path = '', made = new Map<string, Layer>()): Layer {
  const inside = (name: string) => (path === '' ? name : `${path}.${name}`);
  if (kind === 'again') return made.get(rest[0] as string) as Layer;
  const module = make();
  made.set(path, module);
  return module;

  function make(): Layer {
    const dtype = 'float64';
    switch (kind) {
      case 'Sequential':
        return new Sequential(
          ...rest.map((child, i) => build(child as Tree, inside(String(i)), made)),
        );
      case 'Net': {
        const fields = Object.entries(rest[0] as Record<string, Tree>);
        return new Net(
          Object.fromEntries(
            fields.map(([name, child]) => [name, build(child, inside(name), made)]),
          ),
        );
      }
      case 'LazyBatchNorm1d':
        return new LazyBatchNorm1d({ ...(rest[0] as object), dtype });
      default:
        return new (kind === 'BatchNorm1d' ? BatchNorm1d : BatchNorm2d)(rest[0] as number, {
          ...(rest[1] as object),
          dtype,
        });
    }
  }
}

function decoded(state: State): StateDictLike {
  return Object.fromEntries(
    Object.entries(state).map(([key, value]) => [
      key,
      typeof value === 'number' ? value : decodeVector(value, 'float64'),
    ]),
  );
}

/** Both have float64's rounding errors, which layers that divide by small variances multiply. */
function expectClose(actual: Tensor, expected: Tensor): void {
  expect(actual.shape).toEqual(expected.shape);
  const errors = actual.data.map((value, i) => Math.abs(value - (expected.data[i] as number)));
  const magnitude = Math.max(1, ...expected.data.map(Math.abs));
  expect(Math.max(0, ...errors)).toBeLessThan(1e-11 * magnitude);
}

function names(pairs: readonly [string, unknown][]): string[] {
  return pairs.map(([name]) => name);
}

const { torch, cases } = readFixture<TreeCase>('trees');

describe.each(cases.map((each) => [JSON.stringify(each.tree), each] as const))(
  '%s',
  (_, fixture) => {
    const { shape } = fixture;
    const tensorOf = (encoded: Encoded) => decodeTensor(encoded, shape, 'float64');

    test(`has the names of PyTorch ${torch}`, () => {
      const module = build(fixture.tree);
      expect(String(module)).toBe(fixture.repr);
      module.loadStateDict(decoded(fixture.state));
      expect(String(module)).toBe(fixture.reprAfter);
      expect(Object.keys(module.stateDict())).toEqual(Object.keys(fixture.state));
      expect(names(module.namedParameters())).toEqual(fixture.parameters);
      expect(names(module.namedBuffers())).toEqual(fixture.buffers);
      expect(names(module.namedModules())).toEqual(fixture.modules);
      expect(names(module.namedChildren())).toEqual(fixture.children);
    });

    test(`computes what PyTorch ${torch} computes from the same state dict`, () => {
      const module = build(fixture.tree);
      const x = tensorOf(fixture.input);
      module.loadStateDict(decoded(fixture.state));
      expectClose(module.eval().forward(x), tensorOf(fixture.eval));
      expectClose(module.train().forward(x), tensorOf(fixture.train.output));
      // A layer goes backward through its last forward alone.
      if (!JSON.stringify(fixture.tree).includes('again')) {
        const gradInput = module.backward?.(tensorOf(fixture.gradOutput)) as Tensor;
        expectClose(gradInput, tensorOf(fixture.train.gradInput));
      }
      const after = decoded(fixture.train.state);
      for (const [key, value] of Object.entries(module.stateDict())) {
        if (value instanceof Tensor) expectClose(value, after[key] as Tensor);
        else expect(value).toBe(after[key]);
      }
    });
  },
);
