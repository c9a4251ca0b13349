import { native, Status } from '../../lib/native';

const resizable = new (ArrayBuffer as never as new (n: number, o: object) => ArrayBuffer)(100, {
  maxByteLength: 1 << 20,
});

function detached(): ArrayBuffer {
  const buffer = new ArrayBuffer(1 << 20);
  structuredClone(buffer, { transfer: [buffer] });
  return buffer;
}

describe('adviseHugePages', () => {
  const advise = native.adviseHugePages as (...args: unknown[]) => Status;

  test.each([0, 1, 4095, 4096, 5000, 1 << 20, (5 << 20) + 3])(
    'leaves %i bytes as they are',
    (n) => {
      const bytes = new Uint8Array(n).fill(7);
      expect(advise(bytes.buffer)).toBe(Status.ok);
      expect(bytes.every((byte) => byte === 7)).toBe(true);
    },
  );

  test('takes buffers that were detached or may be resized', () => {
    expect(advise(detached())).toBe(Status.ok);
    expect(advise(resizable)).toBe(Status.ok);
  });

  test('refuses anything but an ArrayBuffer', () => {
    const others = [undefined, null, 0, 'x', {}, new Float32Array(4), new DataView(resizable)];
    for (const other of others) expect(advise(other)).toBe(Status.wrongType);
    expect(advise()).toBe(Status.wrongType);
  });
});

test('keepFreedMemory takes no memory, however often', () => {
  const before = process.memoryUsage.rss();
  for (let i = 0; i < 1000; i++) expect(native.keepFreedMemory()).toBe(Status.ok);
  expect(process.memoryUsage.rss() - before).toBeLessThan(32e6);
});
