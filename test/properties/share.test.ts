import { Module, Parameter } from 'batchnorm';
import fc from 'fast-check';
import { isShared } from '../../lib/tensor/shared';

class Views extends Module {
  [name: string]: unknown;
}

const bytes = 96;

/** A tensor over a part of one of a few buffers. */
const view = fc
  .record({ buffer: fc.nat(2), wide: fc.boolean(), from: fc.nat(bytes), elements: fc.nat(5) })
  .map(({ buffer, wide, from, elements }) => {
    const size = wide ? 8 : 4;
    const offset = from - (from % size);
    return { buffer, wide, offset, length: Math.min(elements, (bytes - offset) / size) };
  });

type View = typeof view extends fc.Arbitrary<infer T> ? T : never;

function build(views: readonly View[]): { module: Views; parameters: Parameter[] } {
  const buffers = Array.from({ length: 3 }, () => new ArrayBuffer(bytes));
  const parameters = views.map(({ buffer, wide, offset, length }) => {
    const memory = buffers[buffer] as ArrayBuffer;
    const data = wide
      ? new Float64Array(memory, offset, length)
      : new Float32Array(memory, offset, length);
    return new Parameter({ data, shape: [length] });
  });
  const module = new Views();
  for (const [i, parameter] of parameters.entries()) module[`p${i}`] = parameter;
  return { module, parameters };
}

const bytesOf = ({ data }: Parameter): Uint8Array =>
  new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

/** The bytes of `a` that change where each of `b` does. */
function common(a: Parameter, b: Parameter): number[] {
  bytesOf(a).fill(0);
  bytesOf(b).fill(1);
  return [...bytesOf(a)];
}

test('tensors in shared memory have the values and share the bytes that they did before', () => {
  fc.assert(
    fc.property(fc.array(view, { maxLength: 8 }), fc.nat(), (views, seed) => {
      const [before, after] = [build(views), build(views)];
      for (const { parameters } of [before, after]) {
        for (const [i, parameter] of parameters.entries())
          bytesOf(parameter).fill((seed + i) % 120);
      }
      const handle = structuredClone(after.module.share());
      expect(after.parameters.map(({ data }) => isShared(data))).toEqual(views.map(() => true));
      const attached = build(views);
      attached.module.useShared(handle);
      for (const { parameters } of [after, attached]) {
        expect(parameters.map((each) => [...bytesOf(each)])).toEqual(
          before.parameters.map((each) => [...bytesOf(each)]),
        );
      }
      for (const { parameters } of [after, attached]) {
        const shared = (all: Parameter[]) => all.map((a) => all.map((b) => common(a, b)));
        expect(shared(parameters)).toEqual(shared(before.parameters));
      }
    }),
    { numRuns: 300 },
  );
});
