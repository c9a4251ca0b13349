import type { transforms } from '../index';

/** Normalized values, a piece at a time. */
export interface Normalized {
  /** What has normalized them. */
  readonly transform: transforms.Normalize<'float32'>;
  readonly shape: readonly number[];
  /** How many items there are, for people. */
  readonly items: number;
  readonly unit: string;
  /** The float32 elements in row-major order, as they are in a .npy file. */
  chunks(): AsyncIterable<{ readonly bytes: Uint8Array; readonly items: number }>;
  close(): Promise<void>;
}
