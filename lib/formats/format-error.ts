import { BatchNormError } from '../errors';

/** A file is not what it should be: of another format, of a kind that is not read, or cut off. */
export class FormatError extends BatchNormError {
  static override readonly name: string = 'FormatError';
  readonly code = 'ERR_BATCHNORM_FORMAT';
}
