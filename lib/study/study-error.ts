import { BatchNormError } from '../errors';

/** What ends a study and its user can put right. */
export class StudyError extends BatchNormError {
  static override readonly name: string = 'StudyError';
  readonly code = 'ERR_BATCHNORM_STUDY';
}
