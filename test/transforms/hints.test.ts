import { RunningMoments, ShapeError, transforms } from 'batchnorm';
import fc from 'fast-check';

const { Normalize } = transforms;

const messageOf = (call: () => unknown): string => {
  try {
    call();
  } catch (error) {
    expect(error).toBeInstanceOf(ShapeError);
    return (error as ShapeError).message;
  }
  return '';
};

const update = (shape: number[], options = {}, wanted = 3) => {
  const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
  return messageOf(() => new RunningMoments(wanted).update({ data, shape }, options));
};

test.each<[number[], object, string]>([
  [[8, 4, 32, 3], {}, "got 4 in [8, 4, 32, 3]: is it from: 'HWC'?"],
  [[2, 2, 32, 1], {}, ''],
  [[8, 4, 32, 32], {}, 'dropAlpha: true leaves out the last of 4'],
  [[3, 4, 5], {}, "is it from: 'CHW'?"],
  [[4, 32, 30], {}, "is it from: 'CHW', with dropAlpha: true?"],
  [[8, 30, 32, 4], {}, "is it from: 'HWC', with dropAlpha: true?"],
  [[4, 32, 30], { from: 'HWC' }, "is it from: 'CHW', with dropAlpha: true?"],
  // Rows of four values are no pixels.
  [[8, 4], {}, 'expected chunk to have 3 channels, got 4 in [8, 4]'],
])('RunningMoments(3) of %j with %j', (shape, options, hint) => {
  const message = update(shape, options);
  expect(message).toContain(hint);
  if (shape.length === 2) expect(message).not.toContain('dropAlpha');
});

test('a batch of two images of grey is no grey with alpha', () => {
  expect(update([8, 2, 32, 1], {}, 1)).toContain("is it from: 'HWC'?");
});

test('an image of four channels and three rows stays what its width and height say', () => {
  const pixels = { data: new Uint8Array(60), width: 5, height: 3 };
  for (const call of [
    () => new Normalize([0.5, 0.5, 0.5], 0.5).forward(pixels),
    () => new RunningMoments(3).update(pixels),
  ]) {
    expect(messageOf(call)).toMatch(/: dropAlpha: true leaves out the last of 4$/);
  }
});

test('bytes of twice the channels are asked whether they are two-byte values', () => {
  const values = new Uint16Array(60);
  const pixels = { data: new Uint8Array(values.buffer), width: 5, height: 4 };
  const normalize = new Normalize([0.5, 0.5, 0.5], 0.5);
  for (const call of [
    () => normalize.forward(pixels),
    () => new RunningMoments(3).update(pixels),
  ]) {
    expect(messageOf(call)).toMatch(
      / got 6 in \[.*: are they two-byte values\? Pass a Uint16Array/,
    );
  }
  // As the hint says.
  normalize.forward({ ...pixels, data: values });
  normalize.forward({ data: pixels.data, info: { ...pixels, channels: 3, depth: 'ushort' } });
});

test('alpha that was dropped is what was wanted', () => {
  const pixels = { data: new Uint8Array(60), width: 5, height: 3 };
  const normalize = new Normalize([0.5, 0.5, 0.5, 0.5], 0.5);
  const message = messageOf(() => normalize.forward(pixels, { dropAlpha: true }));
  expect(message).toMatch(/: without dropAlpha it has 4$/);
});

/** What a hint says to pass. */
function followed(message: string, options: object): object | null {
  const from = /is it from: '(HWC|CHW)'/.exec(message)?.[1];
  if (message.includes('without dropAlpha')) return { ...options, dropAlpha: false };
  const drops = message.includes('dropAlpha: true');
  if (from === undefined && !drops) return null;
  return { ...options, ...(from && { from }), ...(drops && { dropAlpha: true }) };
}

const size = fc.constantFrom<number>(1, 2, 3, 4, 5, 8);

test('whoever follows a hint is understood', () => {
  fc.assert(
    fc.property(
      fc.array(size, { minLength: 2, maxLength: 5 }),
      fc.constantFrom(1, 3, 4),
      fc.constantFrom(undefined, 'HWC', 'CHW'),
      fc.boolean(),
      fc.boolean(),
      (shape, wanted, from, dropAlpha, isSized) => {
        fc.pre(from === undefined || shape.length > 2);
        const data = new Uint8Array(shape.reduce((a, b) => a * b, 1));
        const [height = 1, width = 1, channels = 1] = shape;
        const pixels =
          isSized && shape.length === 3 ? { data, width, height, channels } : { data, shape };
        const takers = [
          (options: object) => new RunningMoments(wanted).update(pixels, options),
          (options: object) => new Normalize(Array(wanted).fill(0), 1).forward(pixels, options),
        ];
        // Normalize takes images alone.
        for (const take of shape.length > 2 ? takers : takers.slice(0, 1)) {
          const options = { from, dropAlpha };
          const better = followed(
            messageOf(() => take(options)),
            options,
          );
          if (better !== null) expect(messageOf(() => take(better))).toBe('');
        }
      },
    ),
    { numRuns: 2000 },
  );
});
