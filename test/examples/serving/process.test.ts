import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { Agent } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { evaluate } from '../../scripts/bench/bench';
import { picture, pixelsOf, testDigits } from './digits';
import { HalfRequest } from './half-request';
import { exported, untrained } from './model';
import { main, Server } from './server';

const folder = mkdtempSync(join(tmpdir(), 'batchnorm-serving-'));
let model: string;
let png: Buffer;
beforeAll(async () => {
  model = exported(folder, untrained(), 1e-5);
  png = await picture(pixelsOf(await testDigits(), 0))
    .png()
    .toBuffer();
});
afterAll(() => rmSync(folder, { recursive: true }));

const start = (...args: string[]) => Server.start(['--port', '0', '--model', model, ...args]);
const run = (...args: string[]) =>
  spawnSync(process.execPath, [main, '--model', model, ...args], { encoding: 'utf8' });

describe('a signal', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)('%s ends an idle server, with 0', async (signal) => {
    const server = await start();
    expect((await server.classify(png, 'image/png')).status).toBe(200);
    expect(await server.end(signal)).toBe(0);
    expect(server.printed).toBe(
      `listening on ${server.url}\n${signal}: answers what it was asked, then ends\n`,
    );
  });

  test('lets a request come to its end, whose connection would be kept', async () => {
    const server = await start();
    const agent = new Agent({ keepAlive: true });
    const half = await HalfRequest.send(server.url, png, agent);
    server.child.kill('SIGTERM');
    await server.says('SIGTERM');
    await expect(fetch(`${server.url}/healthz`)).rejects.toThrow('fetch failed');
    const answer = await half.finish();
    expect(answer.status).toBe(200);
    expect(answer.headers.connection).toBe('close');
    expect(await server.end()).toBe(0);
    agent.destroy();
  });

  test('again ends it at once, with 128 and its number', async () => {
    const server = await start();
    const half = await HalfRequest.send(server.url, png);
    server.child.kill('SIGTERM');
    await server.says('SIGTERM');
    expect(await server.end('SIGINT')).toBe(130);
    expect(await half.failure()).toMatchObject({ code: 'ECONNRESET' });
  });

  test('waits no longer than --grace says', async () => {
    const server = await start('--grace', '0');
    const half = await HalfRequest.send(server.url, png);
    expect(await server.end('SIGTERM')).toBe(1);
    expect(server.printed).toContain('some requests are not done after 0 seconds');
    expect(await half.failure()).toMatchObject({ code: 'ECONNRESET' });
  });
});

test('nothing is kept for reports of its use, nor sent', async () => {
  const home = join(folder, 'home');
  mkdirSync(home);
  // onnxruntime does not report where tests run either, by these.
  const { CI: _, ORT_DISABLE_TELEMETRY: __, ...others } = process.env;
  const env = { ...others, HOME: home, TMPDIR: home, XDG_CACHE_HOME: home };
  const server = await Server.start(['--port', '0', '--model', model], main, env);
  expect((await server.classify(png, 'image/png')).status).toBe(200);
  expect(await server.end('SIGTERM')).toBe(0);
  expect(readdirSync(home)).toEqual([]);
});

test('a request that does not come over in --timeout seconds is cut off, and others are answered', async () => {
  const server = await start('--timeout', '1');
  const half = await HalfRequest.send(server.url, png);
  expect(await half.failure()).toEqual(new Error('was answered 408'));
  expect((await server.classify(png, 'image/png')).status).toBe(200);
  expect(await server.end('SIGTERM')).toBe(0);
});

describe('what cannot be listened on is said in one line', () => {
  test('a port in use, with what to do', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    const { status, stdout, stderr } = run('--port', String(port));
    other.close();
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toBe(
      `port ${port} of 127.0.0.1 is in use: --port takes another, --port 0 any that is free\n`,
    );
  });

  test('an address of another machine', () => {
    // TEST-NET-1 of RFC 5737, which nobody has.
    const { status, stderr } = run('--host', '192.0.2.1');
    expect(status).toBe(1);
    expect(stderr).toBe('192.0.2.1 is not an address of this machine: --host takes another\n');
  });
});

describe('the command line', () => {
  const refused: [args: string[], message: string][] = [
    [['--port', '70000'], '--port should be an integer from 0 to 65535, got 70000'],
    [['--port', ''], '--port should be an integer from 0 to 65535, got '],
    [['--queue=-1'], '--queue should be an integer from 0 on, got -1'],
    [['--concurrency', '0'], '--concurrency should be an integer from 1 on, got 0'],
    [['--max-bytes', '1e3'], '--max-bytes should be an integer from 1 on, got 1e3'],
    [['--mean', 'x'], '--mean should be a number, got x'],
    [['--normalization', 'fast'], '--normalization should be library or plain, got fast'],
    [['--log-level', 'loud'], '--log-level should be trace, debug, info, warn, error or silent'],
    [['more'], "Unexpected argument 'more'"],
  ];
  const messages = evaluate(`
    import { readOptions } from './examples/serving/options.mjs';
    const messages = ${JSON.stringify(refused.map(([args]) => args))}.map((args) => {
      try {
        return JSON.stringify(readOptions(args));
      } catch (error) {
        return error.constructor.name + ': ' + error.message;
      }
    });
    console.log(JSON.stringify(messages));
  `) as string[];

  test.each(refused)('refuses %j', (args, message) => {
    expect(messages[refused.findIndex((each) => each[0] === args)]).toContain(
      `UsageError: ${message}`,
    );
  });

  test.each([
    [['--unknown'], "Unknown option '--unknown'"],
    // What the library refuses.
    [['--std', '0'], 'Normalize: '],
  ])('%j ends with 2, and where to read more', (args, message) => {
    const { status, stdout, stderr } = run(...args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr).toMatch(/\nnpm run serve -- --help lists the options\n$/);
  });

  test('--help lists every option that there is', () => {
    const { status, stdout } = run('--help');
    expect(status).toBe(0);
    const source = readFileSync(join(dirname(main), 'options.mjs'), 'utf8');
    const names = source.match(/(?<=^ {2}'?)[a-z-]+(?='?: \{ type)/gm) ?? [];
    expect(names).toContain('max-pixels');
    for (const name of names) if (name !== 'help') expect(stdout).toContain(`--${name} `);
  });

  test('--log-level info logs each request', async () => {
    const server = await start('--log-level', 'info');
    await server.classify(png, 'image/png');
    await server.end('SIGTERM');
    const lines = server.printed.split('\n').filter((line) => line.startsWith('{'));
    const logged = lines.map((line) => JSON.parse(line));
    expect(logged).toContainEqual(expect.objectContaining({ msg: 'request completed' }));
  });
});

test('--help lists every normalization that there is', () => {
  const names = evaluate(`
    import { normalizations } from './examples/serving/server/normalizations.mjs';
    import { normalizationNames } from './examples/serving/server/normalization-names.mjs';
    console.log(JSON.stringify([Object.keys(normalizations), normalizationNames]));
  `) as [string[], string[]];
  expect(names[1]).toEqual(names[0]);
});
