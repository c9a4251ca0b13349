import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { evaluate, root } from '../../scripts/bench/bench';
import { exported, untrained } from './model';

const folder = mkdtempSync(join(tmpdir(), 'batchnorm-serving-'));
afterAll(() => rmSync(folder, { recursive: true }));

const load = (...args: string[]) =>
  spawnSync(process.execPath, [join(root, 'examples/serving/load/main.mjs'), ...args], {
    encoding: 'utf8',
  });

describe('a short load', () => {
  const docs = join(folder, 'serving.md');
  const [before, begin, end, after] = [
    '# Text before\n\n',
    '<!-- Written by `npm run load -- --write`; change that, not this. -->\n',
    '<!-- The end of what it writes. -->\n',
    '\nText after\n',
  ];
  let result: ReturnType<typeof load>;
  beforeAll(() => {
    writeFileSync(docs, `${before}${begin}old figures\n${end}${after}`);
    const model = exported(folder, untrained(), 1e-5);
    const size = ['--requests', '60', '--connections', '3', '--rounds', '2'];
    result = load(...size, '--model', model, '--write', '--docs', docs);
  });

  const rows = [
    'requests a second',
    'answered in, p50',
    'answered in, p99',
    "event loop's delay, p50",
    "event loop's delay, p99",
    "event loop's delay, most",
    'processor time a request',
    'memory (RSS) before',
    'memory (RSS) after',
    'in the queue',
    'decoding',
    'normalizing',
    'running the model',
    "normalizing's share of the last three",
    'decoding and scaling',
    "normalizing's share of both",
  ];

  test('measures both servers, in turns', () => {
    expect(result.stderr).toBe('round 1 of 2\nround 2 of 2\n');
    expect(result.status).toBe(0);
    expect(result.stdout).toContain("60 PNGs of MNIST's digits to each server, by 3 connections");
    expect(result.stdout).toContain('Memory is that after 30 requests and after all');
    for (const row of rows) {
      const line = result.stdout.split('\n').find((each) => each.startsWith(`${row}  `)) ?? '';
      const [, ...cells] = line.split(/ {2,}/);
      expect([row, cells.length]).toEqual([row, 2]);
      for (const cell of cells)
        expect([row, Number.parseFloat(cell)]).toEqual([row, expect.any(Number)]);
    }
    expect(result.stdout).not.toMatch(/NaN|Infinity|undefined/);
  });

  test('writes its figures into the document, and nothing else', () => {
    const text = readFileSync(docs, 'utf8');
    expect(text.startsWith(`${before}${begin}`)).toBe(true);
    expect(text.endsWith(`${end}${after}`)).toBe(true);
    expect(text).not.toContain('old figures');
    for (const row of rows) expect(text).toMatch(`| ${row} | `);
    expect(text).toMatch(/^- taken on \d{4}-\d\d-\d\d$/m);
  });

  test('docs/serving.md has the place for them, with figures', () => {
    const text = readFileSync(join(root, 'docs/serving.md'), 'utf8');
    const figures = text.slice(text.indexOf(begin) + begin.length, text.indexOf(end));
    for (const row of rows) expect(figures).toMatch(`| ${row} | `);
  });
});

test.each<[string[], number, string]>([
  [['--rounds', '0'], 2, '--rounds should be an integer from 1 on, got 0'],
  [['--requests', '10', '--rounds', '3'], 2, '--requests should be an integer from 48 on, got 10'],
  [['--unknown'], 2, "Unknown option '--unknown'"],
  [['--write', '--docs', 'README.md'], 1, 'README.md has no place for the figures'],
])('%j is refused before anything is measured', (args, status, message) => {
  const result = load(...args);
  expect({ status: result.status, stdout: result.stdout }).toEqual({ status, stdout: '' });
  expect(result.stderr).toContain(message);
});

test('a rate is that until the last answer, whenever autocannon sees that it was the last', () => {
  // A clock that each answer puts on by 25 ms, and the end of a connection by far more.
  const { rate } = evaluate(`
    import { createServer } from 'node:http';
    import { round } from './examples/serving/load/round.mjs';
    let now = 0;
    performance.now = () => now;
    const server = createServer((_, response) => {
      now += 25;
      response.end();
    });
    server.on('connection', (socket) => socket.on('close', () => (now += 1e6)));
    await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
    const url = 'http://127.0.0.1:' + server.address().port;
    const requests = [{ method: 'GET', path: '/' }];
    const load = { requests, amount: 8, connections: 2 };
    console.log(JSON.stringify(await round({ url, metrics: () => ({}) }, load)));
    server.close();
  `) as { rate: number };
  expect(rate).toBe(8 / 0.2);
});

test('servers that do not give the same answers are not measured', () => {
  const outcomes = evaluate(`
    import { checkSameAnswers } from './examples/serving/load/same-answers.mjs';
    const server = (probabilities) => ({
      classify: async () => ({ digit: probabilities.indexOf(Math.max(...probabilities)), probabilities }),
    });
    const outcomes = [];
    for (const other of [[0.7, 0.3], [0.7 + 1e-8, 0.3], [0.69, 0.31], [0.3, 0.7]]) {
      try {
        await checkSameAnswers([server([0.7, 0.3]), server(other)], [{}]);
        outcomes.push('same');
      } catch ({ message }) {
        outcomes.push(message);
      }
    }
    console.log(JSON.stringify(outcomes));
  `);
  expect(outcomes).toEqual([
    'same',
    'same',
    'the servers disagree about request 0: 0, 0',
    'the servers disagree about request 0: 0, 1',
  ]);
});
