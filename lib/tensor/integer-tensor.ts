/** Element type of an {@link IntegerTensor}. */
export type IntegerDType = keyof IntegerArrays;

/** The memory of an {@link IntegerTensor}. */
export type IntegerArray = IntegerArrays[IntegerDType];

/**
 * Integers or Booleans of a file, as they stand there: a checkpoint of a whole model may have some,
 * of which layers take counters alone. Booleans are bytes of 0 and 1.
 */
export interface IntegerTensor {
  readonly dtype: IntegerDType;
  /** The elements in row-major order. */
  readonly data: IntegerArray;
  readonly shape: readonly number[];
}

interface IntegerArrays {
  bool: Uint8Array;
  uint8: Uint8Array;
  int8: Int8Array;
  uint16: Uint16Array;
  int16: Int16Array;
  uint32: Uint32Array;
  int32: Int32Array;
  uint64: BigUint64Array;
  int64: BigInt64Array;
}
