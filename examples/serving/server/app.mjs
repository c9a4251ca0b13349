import fastify from 'fastify';
import { classifyRoute } from './classify-route.mjs';
import { bodyOf } from './errors.mjs';
import { Metrics } from './metrics.mjs';
import { pageRoutes } from './page-routes.mjs';
import { Queue } from './queue.mjs';

/** Milliseconds between Node.js's looks for requests that take too long to come over: 30 s by itself. */
const TIMEOUT_CHECK = 500;
/** Seconds after which a client that was refused may try again: a full queue is done long before. */
const RETRY_AFTER = 1;

/**
 * The server, ready to listen. It takes the classifier over, and releases it when it is closed.
 *
 * @param options `{ classifier, limits: { bodyBytes, pixels, concurrency, queue, seconds }, logLevel }`
 */
export async function makeApp({ classifier, limits, logLevel }) {
  const requestTimeout = 1000 * limits.seconds;
  const app = fastify({
    logger: { level: logLevel },
    bodyLimit: limits.bodyBytes,
    requestTimeout,
    // Node.js takes the longer of the two for the whole request.
    http: {
      headersTimeout: requestTimeout,
      requestTimeout,
      connectionsCheckingInterval: TIMEOUT_CHECK,
    },
  });
  const queue = new Queue({ concurrency: limits.concurrency, length: limits.queue });
  const metrics = new Metrics(queue);

  app.addHook('onRequest', async (request, reply) => {
    reply.raw.once('close', () => metrics.onEnd(request, reply));
  });
  app.setErrorHandler((error, request, reply) => {
    const { statusCode = 500 } = error;
    if (statusCode < 500) return reply.send(error);
    // fastify would log each with its stack: under a flood, more than the work that it refuses.
    if (statusCode === 503) {
      return reply.code(503).header('retry-after', RETRY_AFTER).send(bodyOf(error));
    }
    // What went wrong in here is nobody else's business.
    request.log.error(error);
    return reply
      .code(500)
      .send(bodyOf({ statusCode: 500, message: 'the server has failed; its log says why' }));
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
