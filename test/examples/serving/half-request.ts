import { once } from 'node:events';
import { type Agent, type ClientRequest, type IncomingMessage, request } from 'node:http';
import { json } from 'node:stream/consumers';

/** A `POST /classify` that the server has begun to answer, but of whose body it has only the half. */
export class HalfRequest {
  readonly #request: ClientRequest;
  readonly #rest: Buffer;
  readonly #answered: Promise<IncomingMessage>;

  private constructor(sent: ClientRequest, rest: Buffer) {
    this.#request = sent;
    this.#rest = rest;
    this.#answered = once(sent, 'response').then(([response]) => response);
    // What goes wrong is told to whoever waits for the answer.
    this.#answered.catch(() => {});
  }

  static async send(url: string, png: Buffer, agent?: Agent): Promise<HalfRequest> {
    const headers = {
      'content-type': 'image/png',
      'content-length': png.length,
      // The server says so once it has the request, before its body.
      expect: '100-continue',
    };
    const sent = request(`${url}/classify`, { method: 'POST', headers, ...(agent && { agent }) });
    sent.flushHeaders();
    const half = png.length >> 1;
    const started = new HalfRequest(sent, png.subarray(half));
    await once(sent, 'continue');
    sent.write(png.subarray(0, half));
    return started;
  }

  /** Sends the rest; returns the answer. */
  async finish() {
    this.#request.end(this.#rest);
    const response = await this.#answered;
    return { status: response.statusCode, headers: response.headers, body: await json(response) };
  }

  /** Closes the connection instead. */
  drop(): void {
    this.#request.destroy();
  }

  /** How it ends where the other half never comes. */
  async failure(): Promise<Error> {
    return this.#answered.then(
      ({ statusCode }) => new Error(`was answered ${statusCode}`),
      (error) => error,
    );
  }
}
