import { type Options, type Params, Presets, SingleBar } from 'cli-progress';
import { barLine } from './bar-line';
import type { Environment } from './environment';
import { Speed } from './speed';

/** Shows how far a command is, and what happens on the way. */
export interface Progress {
  /** `about` is shown beside the bar; where there is no room for it, `brief`. */
  add(items: number, about?: string, brief?: string): void;
  /** A line above the bar. */
  note(line: string): void;
  stop(): void;
}

/** What changes beside the bar. */
type Texts = Readonly<Record<'rate' | 'left' | 'about' | 'brief', string>>;

/**
 * A bar on a terminal that can go back in a line, else the notes alone; on standard error, for
 * results go to the other.
 */
export function startProgress(
  stderr: Environment['stderr'],
  total: number,
  done: number,
  unit: string,
): Progress {
  return hasBar(stderr) ? bar(stderr, total, done, unit) : onlyNotes(stderr);
}

/** Whether a stream is a terminal that knows more than lines. */
export function hasBar(stderr: Environment['stderr']): boolean {
  return stderr.isTTY === true && process.env.TERM !== 'dumb';
}

export function onlyNotes(stderr: Environment['stderr']): Progress {
  return { add() {}, note: (line) => stderr.write(`${line}\n`), stop() {} };
}

function bar(stream: Environment['stderr'], total: number, before: number, unit: string): Progress {
  const { barCompleteChar, barIncompleteChar } = Presets.shades_classic as Required<
    typeof Presets.shades_classic
  >;
  const format = (_: Options, { progress, value }: Params, { rate, left, about, brief }: Texts) =>
    barLine(
      stream.columns || 80,
      progress,
      [barCompleteChar, barIncompleteChar],
      [
        `${Math.floor(progress * 100)}% | ${value}/${whole(total)} ${unit} | ${rate} ${unit}/s | ${left} left${about}`,
        `${value}/${whole(total)} | ${rate}/s | ${left} left${brief}`,
        `${Math.floor(progress * 100)}% | ${left} left${brief}`,
        `${value}/${whole(total)} | ${left} left`,
      ],
    );
  const single = new SingleBar(
    // Lines that are too long wrap, for notes have paths in them.
    { format, stream, emptyOnZero: true, forceRedraw: true, gracefulExit: false, linewrap: true },
    Presets.shades_classic,
  );
  const speed = new Speed(before, total);
  let done = before;
  single.start(whole(total), whole(done), { rate: '-', left: '-', about: '', brief: '' });
  return {
    add(items, about = '', brief = about) {
      done += items;
      speed.at(done, performance.now());
      const { perSecond } = speed;
      const rate = perSecond === null ? '-' : perSecond.toFixed(perSecond < 10 ? 1 : 0);
      const left = duration(speed.secondsLeft);
      const beside = (text: string) => (text === '' ? '' : ` | ${text}`);
      single.update(whole(done), { rate, left, about: beside(about), brief: beside(brief) });
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
function duration(seconds: number | null): string {
  if (seconds === null) return '-';
  const [s, m, h] = [1, 60, 3600].map((unit) => Math.floor(Math.ceil(seconds) / unit)) as [
    number,
    number,
    number,
  ];
  if (m === 0) return `${s}s`;
  return h === 0 ? `${m}m${s % 60}s` : `${h}h${m % 60}m`;
}
