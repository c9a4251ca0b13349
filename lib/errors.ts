/** The base of every error that this package throws; `code` is stable, the message is not. */
export abstract class BatchNormError extends Error {
  abstract readonly code: string;

  /** Each class holds its name itself, for minifiers rename classes. */
  override get name(): string {
    return this.constructor.name;
  }
}

/** A shape, a rank or a number of channels does not fit. */
export class ShapeError extends BatchNormError {
  static override readonly name: string = 'ShapeError';
  readonly code = 'ERR_BATCHNORM_SHAPE';
}

/** An element type is not supported, or differs from the one expected. */
export class DTypeError extends BatchNormError {
  static override readonly name: string = 'DTypeError';
  readonly code = 'ERR_BATCHNORM_DTYPE';
}

/** An option or argument has a value that makes no sense, or a call comes at the wrong time. */
export class ArgumentError extends BatchNormError {
  static override readonly name: string = 'ArgumentError';
  readonly code = 'ERR_BATCHNORM_ARGUMENT';
}

/** A state dict does not fit the module: keys are missing or unexpected, or sizes differ. */
export class StateDictError extends BatchNormError {
  static override readonly name: string = 'StateDictError';
  readonly code = 'ERR_BATCHNORM_STATE_DICT';
}

/** {@link assertClose} has found a difference. */
export class NotCloseError extends BatchNormError {
  static override readonly name: string = 'NotCloseError';
  readonly code = 'ERR_BATCHNORM_NOT_CLOSE';
}

/** A package that a part of this one works with is not installed; the message says how to do so. */
export class MissingPeerError extends BatchNormError {
  static override readonly name: string = 'MissingPeerError';
  readonly code = 'ERR_BATCHNORM_MISSING_PEER';
}
