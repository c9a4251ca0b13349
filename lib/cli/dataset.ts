import type { RunningMoments } from '../index';
import type { Kind } from './inputs';

/** A data set as numbered leaves, each small enough for memory; the numbering is the same anywhere. */
export interface Dataset {
  readonly kind: Kind;
  readonly channels: number;
  /** How many files it is in. */
  readonly files: number;
  readonly leaves: number;
  /** What makes it this one: the names and sizes of its files, and what they hold. */
  digest(): string;
  /** What people count. */
  readonly unit: 'images' | 'rows' | 'values';
  /** How many leaves to read at a time. */
  readonly atOnce: number;
  /** The file that a leaf comes from. */
  fileOf(leaf: number): string;
  /** How many items a leaf has, perhaps a part of one. */
  itemsOf(leaf: number): number;
  /** The moments of a leaf, of values from 0 to 1 where the file has integers. */
  read(leaf: number): Promise<RunningMoments>;
  close(): Promise<void>;
}
