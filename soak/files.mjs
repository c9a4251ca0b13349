import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BatchNorm2d, loadSafetensors, randn, saveSafetensors } from 'batchnorm';
import { expectSame } from './expect.mjs';

export function files() {
  const folder = mkdtempSync(join(tmpdir(), 'batchnorm-soak-'));
  const path = join(folder, 'model.safetensors');
  return [
    {
      name: 'checkpoint, saved and loaded',
      run: () => {
        const bn = new BatchNorm2d(16);
        bn.forward(randn([4, 16, 5, 5]));
        saveSafetensors(path, bn.stateDict());
        const other = new BatchNorm2d(16);
        other.loadStateDict(loadSafetensors(path));
        expectSame(other.runningMean.data, bn.runningMean.data);
        expectSame(other.runningVar.data, bn.runningVar.data);
      },
      close: () => rmSync(folder, { recursive: true }),
    },
  ];
}
