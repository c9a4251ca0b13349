import { inNode } from './in-node';

/** What a Child of this code is asked, one thing after another, and its answers. */
function ask(code: string, questions: unknown[], command = 'process.execPath') {
  return inNode(
    'Child',
    'child.mjs',
    `const args = ['--eval', ${JSON.stringify(code)}];
     const child = new Child({ name: 'Fake', command: ${command}, args, env: { FAKE: 'set' } });
     const replies = [];
     for (const question of ${JSON.stringify(questions)}) {
       replies.push(await child.ask(question).catch(({ message }) => message));
     }
     await child.close();
     return replies;`,
  );
}

test('a child answers each question with a line', () => {
  const code = `require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
    console.log(JSON.stringify({ twice: 2 * JSON.parse(line).number, env: process.env.FAKE }));
  });`;
  const answers = ask(code, [{ number: 4 }, { number: 21 }]);
  expect(answers).toEqual([
    { twice: 8, env: 'set' },
    { twice: 42, env: 'set' },
  ]);
});

test('an answer may come in pieces, and before the question', () => {
  const code = `process.stdout.write('{"first":');
    setTimeout(() => process.stdout.write('1}\\n{"second":2}\\n'), 50);`;
  expect(ask(code, [{}, {}])).toEqual([{ first: 1 }, { second: 2 }]);
});

test('a refusal is an error with the name of the peer', () => {
  const code = `console.log('{"error":"no such shape"}')`;
  expect(ask(code, [{}])).toEqual(['Fake: no such shape']);
});

test('the end of a child is an error that says how it ended and what it printed', () => {
  const code = `console.error('out of memory'); process.exitCode = 3;`;
  expect(ask(code, [{}, {}])).toEqual(Array(2).fill('Fake ended with 3\nout of memory'));
  const killed = `process.kill(process.pid, 'SIGKILL')`;
  expect(ask(killed, [{}])).toEqual(['Fake ended with SIGKILL']);
});

test('a program that does not exist is an error', () => {
  expect(ask('', [{}], "'/nowhere/program'")).toEqual(['Fake spawn /nowhere/program ENOENT']);
});
