import { Clone } from './clone';

let clone: Clone;
beforeEach(() => {
  clone = new Clone();
});
afterEach(() => clone.remove());

const completed = { name: 'Adds/EMU128', result: 'COMPLETED' };
const skipped = { name: 'Skips/AVX2', result: 'SKIPPED' };
const disabled = { name: 'DISABLED_Adds/AVX2', result: 'SUPPRESSED', status: 'NOTRUN' };
const broken = { ...completed, failures: [{ failure: 'no' }] };
const suites = (...cases: object[]) => ({ testsuites: [{ testsuite: cases }] });
const passing = {
  success: true,
  numTotalTests: 5,
  numPassedTests: 5,
  numRuntimeErrorTestSuites: 0,
};

describe('npm test', () => {
  const npmTest = () => {
    const { status, last } = clone.run('node', 'scripts/test.mjs');
    return [last, status];
  };
  beforeEach(() => {
    clone.report('tests', suites(completed, completed));
    clone.report('jest', passing);
  });

  // The type check, the lint and the format of C++ are a case each.
  test('ends with the sum of all checks', () => {
    expect(npmTest()).toEqual(['10 passed, 0 failed', 0]);
  });

  test.each([
    ['is skipped', skipped, '10 passed, 1 failed'],
    ['is disabled', disabled, '10 passed, 1 failed'],
    ['fails', broken, '10 passed, 1 failed'],
  ])('counts a case of GoogleTest that %s as failed', (_, each, line) => {
    clone.report('tests', suites(completed, completed, each));
    expect(npmTest()).toEqual([line, 1]);
  });

  test.each([
    ['is skipped', { numTotalTests: 6, numPendingTests: 1 }],
    ['is to be written', { numTotalTests: 6, numTodoTests: 1 }],
    ['fails', { numTotalTests: 6, numFailedTests: 1, success: false }],
    ['does not load', { numRuntimeErrorTestSuites: 1, success: false }],
  ])('counts what %s in jest as failed', (_, counts) => {
    clone.report('jest', { ...passing, ...counts });
    expect(npmTest()).toEqual(['10 passed, 1 failed', 1]);
  });

  test('fails where a program does though its report knows of no failure', () => {
    clone.report('tests', { ...suites(completed, completed), exit: 1 });
    clone.report('jest', { ...passing, success: false });
    expect(npmTest()).toEqual(['10 passed, 2 failed', 1]);
  });

  test('fails where a program crashes, whatever it left the time before', () => {
    expect(npmTest()).toEqual(['10 passed, 0 failed', 0]);
    clone.withdraw('tests');
    expect(npmTest()).toEqual(['8 passed, 1 failed', 1]);
    clone.withdraw('jest');
    expect(npmTest()).toEqual(['3 passed, 2 failed', 1]);
  });

  test('adds up the cases of both shards of GoogleTest', () => {
    clone.report('tests-1', suites(completed));
    expect(npmTest()).toEqual(['11 passed, 0 failed', 0]);
    clone.report('tests-1', suites(completed, broken));
    expect(npmTest()).toEqual(['11 passed, 1 failed', 1]);
  });

  test('fails where one shard of GoogleTest crashes', () => {
    clone.report('tests-1', { crash: true });
    expect(npmTest()).toEqual(['10 passed, 1 failed', 1]);
  });

  test.each(['badly-typed', 'badly-formatted', 'badly-linted'] as const)(
    'fails where the code is %s, and goes on',
    (fault) => {
      clone.spoil(fault);
      expect(npmTest()).toEqual(['9 passed, 1 failed', 1]);
    },
  );
});

describe('npm run sanitize', () => {
  const sanitize = () => clone.run('node', 'scripts/sanitize.mjs');

  test('runs the tests built by Clang with both sanitizers', () => {
    clone.report('sanitize', suites(completed, completed));
    const { status, last, calls } = sanitize();
    expect([last, status]).toEqual(['2 passed, 0 failed', 0]);
    const [configure] = calls;
    expect(configure).toContain('-DCMAKE_CXX_COMPILER=clang++');
    expect(configure).toContain('-DBATCHNORM_SANITIZE=address,undefined');
  });

  test('fails where no case has run for EMU128', () => {
    clone.report(
      'sanitize',
      suites({ ...completed, name: 'Adds/AVX2' }, { ...completed, name: 'EMU128' }),
    );
    const { status, last, output } = sanitize();
    expect(output).toContain('No case has run for the target EMU128.');
    expect([last, status]).toEqual(['2 passed, 1 failed', 1]);
  });

  test('fails where there is no case at all', () => {
    clone.report('sanitize', suites());
    expect(sanitize().last).toBe('0 passed, 1 failed');
  });
});

describe('npm run neon', () => {
  const neon = () => clone.run('node', 'scripts/neon.mjs');
  const emulated = { ...completed, name: 'Adds/NEON' };

  test('unpacks what it needs of arm64 once, and runs the tests in QEMU', () => {
    clone.report('neon', suites(emulated, completed));
    const first = neon();
    expect(first.output).toContain(
      'Downloading with apt-get, to build/arm64: libhwy1:arm64 libhwy-dev:arm64 libgtest-dev:arm64\n',
    );
    expect([first.last, first.status]).toEqual(['2 passed, 0 failed', 0]);
    expect(first.calls.at(-1)).toMatch(/^qemu-aarch64 .*\/build\/neon\/batchnorm_tests /);

    const second = neon();
    expect(second.output).not.toContain('Downloading');
    expect(second.last).toBe('2 passed, 0 failed');
  });

  test('fails where no case has run for NEON', () => {
    clone.report('neon', suites(completed));
    expect(neon().last).toBe('1 passed, 1 failed');
  });
});

describe('.ci/run', () => {
  const ci = () => {
    const { status, last, output } = clone.run('bash', '.ci/run');
    return { status, last, output };
  };
  /** A script that counts some cases. */
  const counting = (script: string, name: string, passed: number, failed = 0) =>
    clone.write(
      `scripts/${script}.mjs`,
      "import { conclude } from './checks/tally.mjs';" +
        `conclude('${name}', [{ passed: ${passed}, failed: ${failed} }]);`,
    );
  beforeEach(() => {
    clone.report('tests', suites(completed, completed));
    clone.report('jest', passing);
    clone.report('sanitize', suites(completed, completed, completed));
    for (const name of ['sanitize-thread', 'sanitize-addon', 'fuzz']) counting(name, name, 0);
    clone.write('scripts/test-huge.mjs', "console.log('NOT RUN');");
  });

  test('ends with the sum of all that it runs', () => {
    expect(ci()).toMatchObject({ status: 0, last: '13 passed, 0 failed' });
    counting('sanitize-thread', 'sanitize-thread', 100);
    counting('sanitize-addon', 'sanitize-addon', 1000);
    counting('fuzz', 'fuzz', 10_000);
    counting('test-huge', 'test-huge', 100_000);
    expect(ci()).toMatchObject({ status: 0, last: '111113 passed, 0 failed' });
  });

  test.each(['sanitize-thread', 'sanitize-addon', 'fuzz', 'test-huge'])(
    'fails where %s does',
    (name) => {
      counting(name, name, 1, 2);
      expect(ci()).toMatchObject({ status: 1, last: '14 passed, 2 failed' });
    },
  );

  test('does not count what needs more memory than there is', () => {
    const { output, last } = ci();
    expect(output).toContain('NOT RUN');
    expect(last).toBe('13 passed, 0 failed');
  });

  test.each(['tests', 'sanitize'] as const)('fails where %s does, and runs both', (name) => {
    clone.report(name, suites(completed, completed, broken));
    const passed = name === 'tests' ? 13 : 12;
    expect(ci()).toMatchObject({ status: 1, last: `${passed} passed, 1 failed` });
  });

  test('takes no count of the time before for one that is missing', () => {
    expect(ci()).toMatchObject({ status: 0 });
    clone.write('scripts/sanitize.mjs', 'process.exit(1);');
    const { status, last, output } = ci();
    expect(output).toContain('npm run sanitize ended before it counted anything');
    expect([last, status]).toEqual(['10 passed, 1 failed', 1]);
  });
});
