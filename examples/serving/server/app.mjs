import fastify from 'fastify';
import { classifyRoute } from './classify-route.mjs';
import { Metrics } from './metrics.mjs';
import { pageRoutes } from './page-routes.mjs';
import { Queue } from './queue.mjs';

/** A client that sends its request more slowly than this is cut off. */
const REQUEST_TIMEOUT = 30_000;
/** Seconds after which a client that was refused may try again: a full queue is done long before. */
const RETRY_AFTER = 1;

/**
 * The server, ready to listen. It takes the classifier over, and releases it when it is closed.
 *
 * @param options `{ classifier, limits: { bodyBytes, pixels, concurrency, queue }, logLevel }`
 */
export async function makeApp({ classifier, limits, logLevel }) {
  const app = fastify({
    logger: { level: logLevel },
    bodyLimit: limits.bodyBytes,
    requestTimeout: REQUEST_TIMEOUT,
  });
  const queue = new Queue({ concurrency: limits.concurrency, length: limits.queue });
  const metrics = new Metrics(queue);

  app.addHook('onRequest', async (request, reply) => {
    reply.raw.once('close', () => metrics.onEnd(request, reply));
  });
  app.setErrorHandler((error, request, reply) => {
    const { statusCode = 500 } = error;
    if (statusCode === 503) reply.header('retry-after', RETRY_AFTER);
    if (statusCode < 500 || statusCode === 503) return reply.send(error);
    // What went wrong in here is nobody else's business.
    request.log.error(error);
    return reply.code(500).send(new Error('the server has failed; its log says why'));
  });
  closeKeptConnections(app);
  app.addHook('onClose', () => classifier.release());

  app.get('/healthz', async () => ({ status: 'ok' }));
  app.get('/metrics', async (_, reply) =>
    reply.type(metrics.contentType).send(await metrics.text()),
  );
  await app.register(pageRoutes);
  await app.register(classifyRoute, { classifier, queue, metrics, limits });
  return app;
}

/** A server that closes would wait for clients that keep their connection for another request. */
function closeKeptConnections(app) {
  let isClosing = false;
  app.addHook('preClose', async () => {
    isClosing = true;
  });
  app.addHook('onSend', async (_, reply) => {
    if (isClosing) reply.header('connection', 'close');
  });
}
