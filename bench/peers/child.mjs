import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** A program that answers each line of its standard input, a JSON document, with another. */
export class Child {
  #name;
  #process;
  #lines;
  #complaints = '';
  #ended;

  /** @param {{ name: string, command: string, args: string[], env?: Record<string, string> }} program */
  constructor({ name, command, args, env = {} }) {
    this.#name = name;
    this.#process = spawn(command, args, { env: { ...process.env, ...env } });
    this.#lines = createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]();
    this.#process.stderr.setEncoding('utf8').on('data', (text) => {
      this.#complaints = (this.#complaints + text).slice(-2000);
    });
    // What is asked of a child that has gone is answered by its end, below.
    this.#process.stdin.on('error', () => {});
    this.#ended = new Promise((resolve) => {
      this.#process.on('error', (error) => resolve(error.message));
      this.#process.on('close', (code, signal) => resolve(`ended with ${signal ?? code}`));
    });
  }

  /** The answer; an Error where the child refuses the question or ends, with what it printed. */
  async ask(question) {
    this.#process.stdin.write(`${JSON.stringify(question)}\n`);
    const { value: line, done } = await this.#lines.next();
    if (done) throw new Error(`${this.#name} ${await this.#ended}\n${this.#complaints}`.trimEnd());
    const answer = JSON.parse(line);
    if (answer.error !== undefined) throw new Error(`${this.#name}: ${answer.error}`);
    return answer;
  }

  /** Ends the child, once it has answered. */
  async close() {
    this.#process.stdin.end();
    await this.#ended;
  }
}
