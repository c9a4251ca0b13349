/** What `npm run bench` measures: a shape, its dtype and memory format. */
export const cases = [
  { shape: [32, 64, 56, 56], memoryFormat: 'contiguous' },
  { shape: [32, 64, 56, 56], memoryFormat: 'channelsLast' },
  { shape: [20, 100, 35, 45], memoryFormat: 'contiguous' },
  { shape: [20, 100, 35, 45], memoryFormat: 'channelsLast' },
  { shape: [8192, 256], memoryFormat: 'contiguous' },
].map((one) => ({ dtype: 'float32', ...one }));

/** The most that each pass may cost, as a multiple of copying the tensor. */
export const goals = { eval: 1.6, training: 3.2, backward: 4.5 };
