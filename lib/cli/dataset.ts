import type { RunningMoments } from '../index';
import type { Kind } from './input-kind';

/** What a leaf of a data set came to. */
export interface Leaf {
  readonly moments: RunningMoments;
  /** Values of each channel that were left out, since one of them was NaN or an infinity. */
  readonly nonfinite?: number;
  /** Whether its file has more pages or frames than the first, which alone counts. */
  readonly isPaged?: boolean;
}

/** A data set as numbered leaves, each small enough for memory; the numbering is the same anywhere. */
export interface Dataset {
  readonly kind: Kind;
  /** How many there are; null for one or three, as the images turn out to have. */
  readonly channels: number | null;
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
  /** The moments of a leaf, of values from 0 to 1 where the file has bytes. */
  read(leaf: number): Promise<Leaf>;
  close(): Promise<void>;
}
