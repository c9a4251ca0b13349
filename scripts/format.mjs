// npm run format: TypeScript by Biome, C++ by clang-format.
import { cppFiles } from './checks/cpp-files.mjs';
import { run } from './run.mjs';

run(process.execPath, ['node_modules/@biomejs/biome/bin/biome', 'check', '--write']);
run('clang-format', ['-i', ...cppFiles()]);
