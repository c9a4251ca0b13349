import { crc32, crc32ByTable } from '../../lib/formats/crc32';

const bytes = Buffer.from('123456789');

test.each([
  ['Node.js’s', crc32],
  ['our own', crc32ByTable],
])('%s CRC-32 is the one of the standard', (_, sum) => {
  expect(sum(bytes, 0)).toBe(0xcbf43926); // its check value
  expect(sum(bytes.subarray(4), sum(bytes.subarray(0, 4), 0))).toBe(0xcbf43926);
  expect(sum(Buffer.of(), 0)).toBe(0);
});
