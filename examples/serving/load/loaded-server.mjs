import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../main.mjs', import.meta.url));

/** The server, in a process of its own. */
export class LoadedServer {
  #child;
  url;

  static async start(args) {
    const child = spawn(process.execPath, [main, '--port', '0', ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    for await (const line of createInterface({ input: child.stdout })) {
      const [, url] = /^listening on (.*)$/.exec(line) ?? [];
      if (url !== undefined) return new LoadedServer(child, url);
    }
    throw new Error('the server has not started');
  }

  constructor(child, url) {
    this.#child = child;
    this.url = url;
  }

  /** Its metrics by name and labels, as /metrics has them; this begins the event loop's anew. */
  async metrics() {
    const text = await (await fetch(`${this.url}/metrics`)).text();
    const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    return Object.fromEntries(
      lines.map((line) => {
        const end = line.lastIndexOf(' ');
        return [line.slice(0, end), Number(line.slice(end))];
      }),
    );
  }

  async classify({ headers, body }) {
    const response = await fetch(`${this.url}/classify`, { method: 'POST', headers, body });
    if (!response.ok) throw new Error(`answered ${response.status}: ${await response.text()}`);
    return response.json();
  }

  async end() {
    this.#child.kill();
    if (this.#child.exitCode === null) await once(this.#child, 'exit');
  }
}
