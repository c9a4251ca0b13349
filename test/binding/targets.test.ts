import { native, Status } from '../../lib/native';

afterEach(() => native.setSimdTarget(null));

test('the targets of this processor are listed, best first, and the best is in use', () => {
  const targets = native.simdTargets();
  expect(targets[0]).toBe(native.simdTarget());
  expect(new Set(targets).size).toBe(targets.length);
});

test('each of them can be put into use, and null brings back the best', () => {
  for (const target of native.simdTargets()) {
    expect(native.setSimdTarget(target)).toBe(Status.ok);
    expect(native.simdTarget()).toBe(target);
  }
  expect(native.setSimdTarget(null)).toBe(Status.ok);
  expect(native.simdTarget()).toBe(native.simdTargets()[0]);
});

test('others are refused and leave the one in use', () => {
  const before = native.simdTarget();
  for (const name of ['', 'MMX', 'avx2', 'AVX2 ', 'AVX2\0', 'x'.repeat(1e6), '\ud800']) {
    expect(native.setSimdTarget(name)).toBe(Status.unknownTarget);
  }
  for (const name of [undefined, 0, {}, ['AVX2'], Symbol('AVX2')]) {
    expect(native.setSimdTarget(name as never)).toBe(Status.wrongType);
  }
  expect((native.setSimdTarget as () => Status)()).toBe(Status.wrongType);
  expect(native.simdTarget()).toBe(before);
});
