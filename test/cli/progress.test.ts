import { spawnSync } from 'node:child_process';
import { copyFileSync } from 'node:fs';
import { Writable } from 'node:stream';
import { barLine } from '../../lib/cli/bar-line';
import { startProgress } from '../../lib/cli/progress';
import { Speed } from '../../lib/cli/speed';
import { hasStatistics, isPoint, roundedInterval } from '../../lib/study/schedule';
import { Folder, main } from './command';
import { pattern } from './images';

/** A terminal that keeps what is written to it. */
class Terminal extends Writable {
  readonly isTTY = true;
  text = '';

  constructor(readonly columns: number) {
    super();
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk;
    done();
  }
}

/** Lines as they are after what went back to their beginning was written over. */
function linesOf(screen: string): string[] {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what terminals are sent has them
  const plain = screen.replace(/\u001b(\[[\d;?]*[A-Za-z]|[78])/g, '\r');
  return plain.split(/\r*\n|\r/);
}

describe('a bar and the text beside it', () => {
  const texts = ['a long text of 33 characters here', 'a text of 20 letters', 'of 11 chars'];
  const chars = ['#', '.'] as const;

  test.each([20, 25, 30, 40, 50, 80, 100, 200])('fit %d columns but the last', (columns) => {
    for (const progress of [0, 0.001, 0.5, 0.999, 1]) {
      const line = barLine(columns, progress, chars, texts);
      expect(line.length).toBeLessThan(columns);
      const [, bar = '', text] = /^ ([#.]*) (.*)$/.exec(line) ?? [];
      expect(texts).toContain(text);
      expect(bar.length).toBeGreaterThanOrEqual(6);
      expect(bar.replaceAll('.', '').length).toBe(Math.round(progress * bar.length));
    }
  });

  test('take the longest text that fits, and cut what does not', () => {
    const textIn = (columns: number) => barLine(columns, 0, chars, texts).replace(/^ \.* /, '');
    expect([100, 42, 41, 29, 28].map(textIn)).toEqual([0, 0, 1, 1, 2].map((i) => texts[i]));
    expect(barLine(10, 0.5, chars, texts)).toHaveLength(9);
  });
});

describe('a terminal', () => {
  test.each([40, 60, 80, 120])('of %d columns has no line that is longer', (columns) => {
    const terminal = new Terminal(columns);
    const progress = startProgress(terminal, 123_456, 0, 'steps');
    const about = 'loss 2.303 without batch norm, 2.301 with | accuracy 10.3 % without batch norm';
    for (const steps of [1, 99_999, 23_456]) progress.add(steps, about, about.slice(0, 40));
    progress.stop();
    const lines = linesOf(terminal.text);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(columns);
    expect(lines.some((line) => line.includes('░'))).toBe(true);
  });

  test('gets lines whole that are longer than it is, which it wraps', () => {
    const terminal = new Terminal(80);
    const progress = startProgress(terminal, 10, 0, 'images');
    const line = `skipped ${'a-folder-of-a-long-name/'.repeat(8)}image.png: no image`;
    progress.add(1);
    progress.note(line);
    progress.stop();
    expect(terminal.text).toContain(line);
    expect(terminal.text).not.toContain('\u001b[?7l'); // which would cut it at the last column
  });

  test('that knows lines alone gets no bar', () => {
    const before = process.env.TERM;
    process.env.TERM = 'dumb';
    try {
      const terminal = new Terminal(80);
      const progress = startProgress(terminal, 10, 0, 'images');
      progress.add(5);
      progress.note('a line');
      progress.stop();
      expect(terminal.text).toBe('a line\n');
    } finally {
      process.env.TERM = before;
    }
  });
});

describe('the time that is left', () => {
  test('is not told before there is some work to tell by', () => {
    const speed = new Speed(0, 100);
    expect(speed.secondsLeft).toBeNull();
    speed.at(0, 3000); // threads have started
    speed.at(1, 60_000); // the first step, and all that it loads
    expect([speed.perSecond, speed.secondsLeft]).toEqual([null, null]);
    speed.at(5, 60_400);
    expect(speed.secondsLeft).toBeNull(); // less than a second of work
    speed.at(100, 60_500);
    expect(speed.secondsLeft).toBe(0);
  });

  test('does not count what came before the first items', () => {
    const speed = new Speed(0, 1500);
    speed.at(50, 60_000); // a minute to load
    speed.at(150, 61_000);
    expect([speed.perSecond, speed.secondsLeft]).toEqual([100, 13.5]);
  });

  test('does not count what an earlier run did', () => {
    const speed = new Speed(1000, 1200);
    speed.at(1000, 0);
    speed.at(1010, 5000);
    speed.at(1030, 7000);
    expect([speed.perSecond, speed.secondsLeft]).toEqual([10, 17]);
  });

  test('is told of long work before a share of it is done', () => {
    const speed = new Speed(0, 1_000_000);
    for (let i = 1; i <= 30; i++) speed.at(10 * i, 1000 * i);
    expect(speed.secondsLeft).toBeCloseTo((1_000_000 - 300) / 10, 6);
  });

  test.each([
    [1500, 10, 250],
    [30_000, 10, 500],
    [30_000, 3, 500],
  ])(
    'of training %d steps is about right from the first, though tests are dense there',
    (...run) => {
      const [steps, step, test] = run;
      const every = roundedInterval(steps);
      const speed = new Speed(0, steps);
      const told: [left: number, time: number][] = [];
      let time = 5000;
      for (let done = 0; done <= steps; done++) {
        if (done > 0) time += step;
        if (isPoint(done, every)) time += test * (hasStatistics(done, every) ? 4 : 1);
        if (!isPoint(done, every) && done % 50 !== 0) continue;
        speed.at(done, time);
        if (speed.secondsLeft !== null && done < steps) told.push([speed.secondsLeft, time]);
      }
      expect(told.length).toBeGreaterThan(20);
      for (const [left, at] of told.filter(([left]) => left > 2)) {
        const ratio = (left * 1000) / (time - at);
        expect(ratio).toBeGreaterThan(1 / 2.5);
        expect(ratio).toBeLessThan(2.5);
      }
    },
  );
});

describe('stats', () => {
  const folder = new Folder();
  const name = `${'a-folder-of-a-long-name/'.repeat(5)}broken.png`;

  beforeAll(async () => {
    await pattern(1, 40, 40).png().toFile(folder.file('images/a.png'));
    for (const i of [1, 2, 3])
      copyFileSync(folder.file('images/a.png'), folder.file(`images/${i}.png`));
    folder.file(`images/${name}`, 'no image');
  });

  const onTerminal = (term: string) =>
    spawnSync(
      'script',
      ['-qec', `stty cols 80; "${process.execPath}" "${main}" stats images`, '/dev/null'],
      { cwd: folder.path, encoding: 'utf8', env: { ...process.env, TERM: term } },
    ).stdout;

  test('names a file whole beside its bar in 80 columns', () => {
    const screen = onTerminal('xterm');
    expect(screen).toContain(`skipped ${name}: `);
    expect(screen).not.toContain('\u001b[?7l');
    const bars = linesOf(screen).filter((line) => /[█░]/.test(line));
    expect(bars.length).toBeGreaterThan(0);
    expect(Math.max(...bars.map((line) => line.length))).toBeLessThan(80);
  });

  test('writes plain text where TERM is dumb', () => {
    const screen = onTerminal('dumb');
    expect(screen).toContain(`skipped ${name}: `);
    for (const part of ['\u001b', '█', '░']) expect(screen).not.toContain(part);
  });
});
