import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const example = join(__dirname, '../../../examples/serving');
export const main = join(example, 'main.mjs');

/** What a client of `POST /classify` gets. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: whatever the server says.
  readonly body: any;
}

/** A server in a process of its own, on a port that was free. */
export class Server {
  readonly child: ChildProcess;
  readonly url: string;
  readonly #printed: () => string;

  private constructor(child: ChildProcess, url: string, printed: () => string) {
    this.child = child;
    this.url = url;
    this.#printed = printed;
  }

  /** Runs a script, which prints where it listens; main.mjs by itself. */
  static async start(
    args: readonly string[],
    script = main,
    env: NodeJS.ProcessEnv = process.env,
  ): Promise<Server> {
    const child = spawn(process.execPath, [script, ...args], {
      env,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    let printed = '';
    return new Promise((resolve, reject) => {
      for (const stream of [child.stdout, child.stderr]) {
        stream?.setEncoding('utf8').on('data', (text) => {
          printed += text;
          const [, url] = /^listening on (\S+)$/m.exec(printed) ?? [];
          if (url !== undefined) resolve(new Server(child, url, () => printed));
        });
      }
      child.once('close', (status) => reject(new Error(`ended with ${status}: ${printed}`)));
    });
  }

  /** All that it has said so far. */
  get printed(): string {
    return this.#printed();
  }

  async classify(body: Uint8Array | string | FormData, type?: string, query = ''): Promise<Answer> {
    const headers = type === undefined ? {} : { 'content-type': type };
    const url = `${this.url}/classify${query}`;
    const response = await fetch(url, { method: 'POST', headers, body });
    return { status: response.status, headers: response.headers, body: await response.json() };
  }

  /** The value of a metric as /metrics has it, with its labels; undefined where it has none. */
  async metric(name: string): Promise<number | undefined> {
    const text = await (await fetch(`${this.url}/metrics`)).text();
    const line = text.split('\n').find((line) => line.startsWith(`${name} `));
    return line === undefined ? undefined : Number(line.slice(name.length));
  }

  /** Waits until a metric has a value. */
  async until(name: string, value: number): Promise<void> {
    while ((await this.metric(name)) !== value) await new Promise((next) => setTimeout(next, 10));
  }

  /** Waits until it has said something. */
  async says(text: string): Promise<void> {
    while (!this.printed.includes(text)) await new Promise((next) => setTimeout(next, 10));
  }

  /** Its exit code, or the signal that ended it; `signal` is sent before. */
  async end(signal?: NodeJS.Signals): Promise<number | NodeJS.Signals> {
    if (signal !== undefined) this.child.kill(signal);
    const { exitCode, signalCode } = this.child;
    if (exitCode !== null || signalCode !== null) return exitCode ?? (signalCode as NodeJS.Signals);
    const [status, by] = await once(this.child, 'exit');
    return status ?? by;
  }
}
