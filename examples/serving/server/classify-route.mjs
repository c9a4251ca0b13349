import multipart from '@fastify/multipart';
import { errorCodes } from 'fastify';
import { SIDE } from '../model/side.mjs';
import { decode } from './decode.mjs';
import { digitOf, inkOf } from './digit.mjs';
import { errors } from './errors.mjs';
import { fileOfForm } from './form.mjs';
import { laps } from './laps.mjs';

const imageTypes = ['image/jpeg', 'image/png'];
const pixelType = 'application/octet-stream';
const query = {
  type: 'object',
  properties: { ink: { enum: ['auto', 'light', 'dark'], default: 'auto' } },
};

/**
 * POST /classify: a JPEG or PNG as the body, or as the one file of a form; or 28 x 28 grey bytes, a
 * digit as MNIST has them.
 */
export async function classifyRoute(app, { classifier, queue, metrics, limits }) {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(imageTypes, { parseAs: 'buffer' }, async (_, file) => ({ file }));
  app.addContentTypeParser(pixelType, { parseAs: 'buffer' }, async (_, bytes) => pixelsOf(bytes));
  app.addContentTypeParser('*', async ({ headers }) => {
    throw new errors.UnsupportedType(headers['content-type'] ?? 'no content type');
  });
  await app.register(multipart, {
    throwFileSizeLimit: false,
    limits: {
      fileSize: limits.bodyBytes,
      parts: 9,
      files: 1,
      fields: 8,
      fieldSize: 1024,
      headerPairs: 32,
    },
  });
  app.decorateRequest('place', null);
  app.post('/classify', {
    schema: { querystring: query },
    // A client should not have to look up what there is.
    schemaErrorFormatter: () => new Error('ink should be auto, light or dark'),
    // Before the body: it is then passed over, while a connection that is closed in the middle of it
    // would leave most clients without the answer.
    onRequest: async (request, reply) => {
      const place = queue.take();
      request.place = place;
      reply.raw.once('close', place.leave);
      checkLength(request, limits.bodyBytes);
    },
    handler: async (request, reply) => {
      const image = await readImage(request);
      const lap = laps();
      return request.place.run(async () => {
        const wait = lap();
        // Whoever waited too long has gone.
        if (request.socket.destroyed) return reply.hijack();
        const { times, ...answer } = await classify(image, request.query.ink);
        const all = { wait, ...times };
        metrics.onClassified(all);
        return { ...answer, milliseconds: all };
      });
    },
  });

  async function classify({ file, pixels: sent }, wantedInk) {
    const lap = laps();
    const backdrop = wantedInk === 'light' ? 'black' : 'white';
    const image = sent ?? (await decode(file, { maxPixels: limits.pixels, backdrop }));
    const ink = wantedInk === 'auto' ? inkOf(image) : wantedInk;
    const pixels = await digitOf(image, ink);
    const times = { decode: lap() };
    const { digit, probabilities, times: others } = await classifier.classify(pixels, ink);
    return { digit, probabilities, ink, times: { ...times, ...others } };
  }
}

function checkLength({ headers }, most) {
  // A form has more than its file, which is measured when it comes.
  if (headers['content-type']?.startsWith('multipart/')) return;
  if (Number(headers['content-length']) > most) throw new errorCodes.FST_ERR_CTP_BODY_TOO_LARGE();
}

function pixelsOf(bytes) {
  if (bytes.length !== SIDE * SIDE) throw new errors.WrongPixels(bytes.length);
  return { pixels: { data: bytes, width: SIDE, height: SIDE } };
}

async function readImage(request) {
  if (request.isMultipart()) return { file: await fileOfForm(request) };
  if (request.body !== undefined) return request.body;
  throw new errors.NoImage('it has no body');
}
