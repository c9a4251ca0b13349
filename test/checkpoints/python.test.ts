import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  BatchNorm2d,
  type Checkpoint,
  GroupNorm,
  LayerNorm,
  loadNpy,
  loadNpz,
  loadSafetensors,
  loadSafetensorsMetadata,
  Sequential,
  saveNpy,
  saveSafetensors,
} from 'batchnorm';
import { temporaryFolder } from '../formats/files';
import { byName, describeTensor, fixtures, readExpected } from './expected';

const { file } = temporaryFolder();
const { torch, numpy, safetensors, files, partial } = readExpected();
const names = Object.keys(files);
const ending = (suffix: string) => names.filter((name) => name.endsWith(suffix));
const theirs = (name: string) => join(fixtures, name);
// `npm run parity` has Python read what is saved here.
const { PARITY_SAVED } = process.env;
const ours = (name: string) => (PARITY_SAVED ? join(PARITY_SAVED, name) : file(name));

function load(name: string): Checkpoint {
  if (name.endsWith('.npz')) return loadNpz(theirs(name));
  if (name.endsWith('.safetensors')) return loadSafetensors(theirs(name));
  return { [name.slice(0, -'.npy'.length)]: loadNpy(theirs(name)) };
}

test.each(names)(`%s of safetensors ${safetensors} and NumPy ${numpy} is read`, (name) => {
  const loaded = Object.entries(load(name)).map(([key, value]) => describeTensor(key, value));
  expect(loaded.sort(byName)).toEqual(files[name]?.sort(byName));
});

test.each(ending('.safetensors'))('%s is written with the bytes of Python', (name) => {
  const metadata = loadSafetensorsMetadata(theirs(name));
  expect(metadata).toEqual({ format: 'pt' });
  saveSafetensors(ours(name), load(name), { metadata });
  // 16-bit floats have become float32.
  if (name === 'halves.safetensors') expect(loadSafetensors(ours(name))).toEqual(load(name));
  else expect(readFileSync(ours(name))).toEqual(readFileSync(theirs(name)));
});

test.each(ending('.npy'))('%s is written with the bytes of NumPy', (name) => {
  saveNpy(ours(name), loadNpy(theirs(name)));
  const asItIs = !/float16|fortran|big-endian/.test(name);
  if (asItIs) expect(readFileSync(ours(name))).toEqual(readFileSync(theirs(name)));
  else expect(loadNpy(ours(name))).toEqual(loadNpy(theirs(name)));
});

describe(`a whole model of PyTorch ${torch}`, () => {
  const whole = loadSafetensors(theirs('model.safetensors'));
  const { 'backbone.1.weight': _, ...dict } = whole;
  const nets: Record<string, Sequential> = {
    '': new Sequential(new BatchNorm2d(3)),
    'backbone.': new Sequential(new BatchNorm2d(3), new BatchNorm2d(2)),
    'backbone.2.': new Sequential(new BatchNorm2d(2), new GroupNorm(1, 2), new LayerNorm(2)),
  };

  test.each(Object.keys(partial))(
    "gives the part of prefix '%s', and says what is not",
    (prefix) => {
      const net = nets[prefix] as Sequential;
      const { missingKeys, unexpectedKeys } = net.loadStateDict(dict, { prefix, strict: false });
      expect(missingKeys).toEqual(partial[prefix]?.missing);
      expect(unexpectedKeys.sort()).toEqual(partial[prefix]?.unexpected.sort());
      for (const [key, value] of Object.entries(net.stateDict())) {
        if (missingKeys.includes(prefix + key)) continue;
        if (prefix + key in dict) expect(value).toEqual(dict[prefix + key]);
      }
    },
  );

  test('is refused where keys are missing, under the names that it has', () => {
    const net = new Sequential(new BatchNorm2d(3), new BatchNorm2d(2));
    expect(() => net.loadStateDict(dict, { prefix: 'backbone.' })).toThrow(
      'Missing key(s) in state_dict: "backbone.1.weight", "backbone.1.running_mean"',
    );
  });
});
