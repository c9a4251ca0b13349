import { readdirSync, readFileSync } from 'node:fs';
import {
  BatchNorm2d,
  loadSafetensors,
  loadSafetensorsMetadata,
  randn,
  Sequential,
  saveSafetensors,
  Tensor,
} from 'batchnorm';
import { temporaryFolder } from '../formats/files';

const { file } = temporaryFolder();

test('a state dict comes back, and loads', () => {
  const net = new Sequential(new BatchNorm2d(3), new BatchNorm2d(3, { dtype: 'float64' }));
  net[0]?.forward(randn([4, 3, 2, 2]));
  const path = file('net.safetensors');
  saveSafetensors(path, net.stateDict(), { metadata: { epoch: '3' } });
  const dict = loadSafetensors(path);
  const other = new Sequential(new BatchNorm2d(3), new BatchNorm2d(3, { dtype: 'float64' }));
  other.loadStateDict(dict);
  expect(other.stateDict()).toEqual(net.stateDict());
  expect(dict['0.num_batches_tracked']).toBe(1);
  expect(dict['1.weight']).toBeInstanceOf(Tensor);
  expect(loadSafetensorsMetadata(path)).toEqual({ epoch: '3' });
  saveSafetensors(file('again.safetensors'), dict, { metadata: { epoch: '3' } });
  expect(readFileSync(file('again.safetensors'))).toEqual(readFileSync(path));
  expect(readdirSync(file('.')).filter((name) => name.endsWith('.tmp'))).toEqual([]);
});
