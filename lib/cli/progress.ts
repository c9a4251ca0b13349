import { type Options, type Params, Presets, SingleBar } from 'cli-progress';
import type { Environment } from './environment';

/** Shows how far a command is, and what happens on the way. */
export interface Progress {
  /** `about` is shown beside the bar; where there is no room for it, `brief`. */
  add(items: number, about?: string, brief?: string): void;
  /** A line above the bar. */
  note(line: string): void;
  stop(): void;
}

/** A bar on a terminal, else the notes alone; on standard error, for results go to the other. */
export function startProgress(
  stderr: Environment['stderr'],
  total: number,
  done: number,
  unit: string,
): Progress {
  return stderr.isTTY ? bar(stderr, total, done, unit) : notes(stderr);
}

/** Characters of the bar itself. */
const [least, most] = [10, 40];

/** What changes beside the bar. */
type Texts = Readonly<Record<'rate' | 'left' | 'about' | 'brief', string>>;

function notes(stderr: Environment['stderr']): Progress {
  return { add() {}, note: (line) => stderr.write(`${line}\n`), stop() {} };
}

function bar(stream: Environment['stderr'], total: number, before: number, unit: string): Progress {
  const { barCompleteChar: full, barIncompleteChar: empty } = Presets.shades_classic as Required<
    typeof Presets.shades_classic
  >;
  const format = (_: Options, { progress, value }: Params, { rate, left, about, brief }: Texts) => {
    const long = `${Math.floor(progress * 100)}% | ${value}/${whole(total)} ${unit} | ${rate} ${unit}/s | ${left} left${about}`;
    const short = `${value}/${whole(total)} | ${rate}/s | ${left} left${brief}`;
    const columns = stream.columns || 80;
    // The terminal clips what is longer than a line.
    const text = long.length + least + 2 <= columns ? long : short;
    const size = Math.max(0, Math.min(most, columns - text.length - 2));
    const done = Math.round(progress * size);
    return ` ${full.repeat(done)}${empty.repeat(size - done)} ${text}`;
  };
  const single = new SingleBar(
    { format, stream, emptyOnZero: true, forceRedraw: true, gracefulExit: false },
    Presets.shades_classic,
  );
  const start = performance.now();
  let done = before;
  const speed = () => {
    const rate = ((done - before) * 1000) / (performance.now() - start);
    return { rate: rate.toFixed(rate < 10 ? 1 : 0), left: duration((total - done) / rate) };
  };
  single.start(whole(total), whole(done), { rate: '-', left: '-', about: '', brief: '' });
  return {
    add(items, about = '', brief = about) {
      done += items;
      const beside = (text: string) => (text === '' ? '' : ` | ${text}`);
      single.update(whole(done), { ...speed(), about: beside(about), brief: beside(brief) });
    },
    note(line) {
      // The bar goes on in the next line, where it also ends: it returns to the place saved last.
      stream.write(`\r\u001b[K${line}\n\u001b7`);
    },
    stop: () => single.stop(),
  };
}

/** Parts of items add up to whole ones but for rounding. */
function whole(items: number): number {
  return Math.floor(items + 1e-6);
}

/** Seconds for people. */
function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return '-';
  const [s, m, h] = [1, 60, 3600].map((unit) => Math.floor(Math.ceil(seconds) / unit)) as [
    number,
    number,
    number,
  ];
  if (m === 0) return `${s}s`;
  return h === 0 ? `${m}m${s % 60}s` : `${h}h${m % 60}m`;
}
