/** Bytes of one element, by type; the names are those of NumPy and PyTorch. */
export const elementBytes = {
  bool: 1,
  uint8: 1,
  int8: 1,
  int16: 2,
  uint16: 2,
  float16: 2,
  bfloat16: 2,
  int32: 4,
  uint32: 4,
  float32: 4,
  float64: 8,
  int64: 8,
  uint64: 8,
} as const;

/** Element types of arrays in files. */
export type ElementType = keyof typeof elementBytes;
