import { STATUS_CODES } from 'node:http';
import createError from '@fastify/error';

/** What a client is told beyond fastify's own errors; `code` is for programs, the rest for people. */
export const errors = {
  Overloaded: createError('OVERLOADED', 'too many requests wait already; try again later', 503),
  TooManyPixels: createError(
    'TOO_MANY_PIXELS',
    'the image has %s x %s pixels, at most %s are taken',
    413,
  ),
  UnsupportedImage: createError('UNSUPPORTED_IMAGE', 'the image is neither JPEG nor PNG', 415),
  UnsupportedType: createError(
    'UNSUPPORTED_TYPE',
    'send image/jpeg, image/png, a multipart/form-data with one of these, or a digit of MNIST as ' +
      'application/octet-stream, 28 x 28 grey bytes; got %s',
    415,
  ),
  BrokenImage: createError('BROKEN_IMAGE', 'the image cannot be decoded: %s', 400),
  WrongPixels: createError('WRONG_PIXELS', '28 x 28 grey bytes are 784, got %s', 400),
  BrokenForm: createError('BROKEN_FORM', 'the form cannot be read: %s', 400),
  NoImage: createError('NO_IMAGE', 'there is no image in the request: %s', 400),
};

/** What a client gets of an error, as fastify gives it. */
export function bodyOf({ statusCode, code, message }) {
  return { statusCode, code, error: STATUS_CODES[statusCode], message };
}
