import { errorCodes } from 'fastify';
import { errors } from './errors.mjs';

/** The bytes of the one file of a form; other fields are passed over. */
export async function fileOfForm(request) {
  let file;
  try {
    for await (const part of request.parts()) {
      if (part.type !== 'file') continue;
      file = await part.toBuffer();
      // What toBuffer() throws of itself misses a limit that falls between two of its pieces.
      if (part.file.truncated) throw new errorCodes.FST_ERR_CTP_BODY_TOO_LARGE();
    }
  } catch (error) {
    // What the parser finds wrong with a form comes without a status.
    throw error.statusCode === undefined ? new errors.BrokenForm(error.message) : error;
  }
  if (file === undefined) throw new errors.NoImage('the form has no file');
  return file;
}
