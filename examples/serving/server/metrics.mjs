import prometheus from 'prom-client';

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
      help: 'Requests answered',
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

  onRequest({ method, route, status, milliseconds }) {
    const labels = { method, route, status };
    this.#requests.inc(labels);
    this.#seconds.observe(labels, milliseconds / 1000);
  }

  onClassified(times) {
    for (const [step, milliseconds] of Object.entries(times)) {
      this.#steps.observe({ step }, milliseconds / 1000);
    }
  }
}
