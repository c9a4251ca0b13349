import { CommandError } from './command-error';
import type { Size } from './framing';

/** Reads `224x224`, width first, or one number. */
function read(option: string, text: string): Size | number {
  const [, first, second] = /^([1-9]\d{0,4})(?:x([1-9]\d{0,4}))?$/i.exec(text) ?? [];
  if (first === undefined) {
    throw new CommandError(
      `${option} should be pixels, such as 224, or columns x rows, such as 320x240, got '${text}'`,
    );
  }
  return second === undefined ? Number(first) : { width: Number(first), height: Number(second) };
}

/** Reads what to resize to: one number is the length of the shorter side. */
export function resizeTo(text: string): Size | number {
  return read('--resize', text);
}

/** Reads what to crop to: one number is both sides of a square. */
export function cropTo(text: string): Size {
  const size = read('--crop', text);
  return typeof size === 'number' ? { width: size, height: size } : size;
}
