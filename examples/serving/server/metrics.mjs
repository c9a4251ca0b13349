import prometheus from 'prom-client';

/** What nginx calls it: no status of HTTP says so. */
const CLIENT_CLOSED_REQUEST = 499;

/** What Prometheus reads at /metrics, with Node.js's own figures: event loop, memory, processor. */
export class Metrics {
  #registry = new prometheus.Registry();
  #requests;
  #seconds;
  #steps;

  /** @param queue whose length is looked at when the metrics are read */
  constructor(queue) {
    const registers = [this.#registry];
    prometheus.collectDefaultMetrics({ register: this.#registry });
    this.#requests = new prometheus.Counter({
      name: 'http_requests_total',
      help: 'Requests answered, and as 499 those whose client has gone before',
      labelNames: ['method', 'route', 'status'],
      registers,
    });
    this.#seconds = new prometheus.Histogram({
      name: 'http_request_duration_seconds',
      help: 'From the first byte of a request to the last of its answer',
      labelNames: ['method', 'route', 'status'],
      buckets: prometheus.exponentialBuckets(0.0005, 2, 14),
      registers,
    });
    this.#steps = new prometheus.Histogram({
      name: 'classify_step_seconds',
      help: 'What an image waits for: queue, decode, normalize, run',
      labelNames: ['step'],
      buckets: prometheus.exponentialBuckets(0.000001, 4, 12),
      registers,
    });
    gauge('classify_queue_length', 'Images that wait for their turn', () => queue.waiting);
    gauge('classify_in_progress', 'Images that are worked on', () => queue.running);

    function gauge(name, help, read) {
      new prometheus.Gauge({
        name,
        help,
        registers,
        collect() {
          this.set(read());
        },
      });
    }
  }

  get contentType() {
    return this.#registry.contentType;
  }

  text() {
    return this.#registry.metrics();
  }

  /** A request was answered, or its client has gone before. */
  onEnd({ method, routeOptions }, { raw, statusCode, elapsedTime }) {
    const status = raw.writableFinished ? statusCode : CLIENT_CLOSED_REQUEST;
    // Not the path itself, of which anybody can make up many.
    const labels = { method, route: routeOptions.url ?? 'none', status };
    this.#requests.inc(labels);
    this.#seconds.observe(labels, elapsedTime / 1000);
  }

  onClassified(times) {
    for (const [step, milliseconds] of Object.entries(times)) {
      this.#steps.observe({ step }, milliseconds / 1000);
    }
  }
}
