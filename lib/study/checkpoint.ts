import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { loadSafetensors, saveSafetensors } from '../checkpoints';
import { writeAtomically } from '../formats/atomic-file';
import { aboutPath } from '../formats/file-error';
import { type Both, both, kinds } from './both';
import type { NetworkState } from './network-state';
import type { NetworkRecord, StudyRecord } from './record';
import { StudyError } from './study-error';
import type { Snapshot } from './trainer';

/** How far a study is, for another process to continue. */
export interface Checkpoint extends Omit<StudyRecord, 'environment' | 'networks'> {
  readonly step: number;
  /** Of the digits. */
  readonly digest: string;
  readonly networks: Both<CheckpointedNetwork>;
}

export interface CheckpointedNetwork {
  readonly record: NetworkRecord;
  readonly snapshot: Snapshot;
}

const type = 'batchnorm train';
const version = 1;
const stepFolder = /^step-(\d+)$/;
const files = { plain: 'plain.safetensors', batchNorm: 'batch-norm.safetensors' } as const;

/** Whether `saveCheckpoint` has written into a folder. */
export function hasCheckpoint(folder: string): boolean {
  return stepsIn(folder).length > 0;
}

/**
 * Writes `folder`/step-N/ with both networks and study.json, and removes those of other steps. The
 * folder gets its name once it is whole, so that no crash can leave networks of different steps.
 */
export function saveCheckpoint(folder: string, checkpoint: Checkpoint): string {
  const name = `step-${checkpoint.step}`;
  const path = join(folder, name);
  aboutPath('write', path, () => {
    // Of the same step the networks are the same.
    if (existsSync(path)) writeStudy(path, checkpoint, digestsOf(path));
    else writeFolder(path, checkpoint);
    for (const other of readdirSync(folder)) {
      const [match, owner] = /^step-\d+(?:\.(\d+)\.tmp)?$/.exec(other) ?? [];
      if (other === name || match === undefined || isAtWork(Number(owner))) continue;
      rmSync(join(folder, other), { recursive: true });
    }
  });
  return path;
}

/** Whether another process may still write a folder; its number is NaN where there is none. */
function isAtWork(owner: number): boolean {
  if (Number.isNaN(owner) || owner === process.pid) return false;
  try {
    return process.kill(owner, 0);
  } catch (error) {
    // Of another user.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function writeFolder(path: string, checkpoint: Checkpoint): void {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    mkdirSync(temporary, { recursive: true });
    for (const kind of kinds) {
      const { state } = checkpoint.networks[kind].snapshot;
      saveSafetensors(join(temporary, files[kind]), state, { metadata: { format: 'pt' } });
    }
    writeStudy(temporary, checkpoint, digestsOf(temporary));
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { recursive: true, force: true });
    throw error;
  }
}

function writeStudy(path: string, checkpoint: Checkpoint, networkDigests: Both<string>): void {
  const networks = both((kind) => {
    const { record, snapshot } = checkpoint.networks[kind];
    const { state: _, ...rest } = snapshot;
    return { record, snapshot: rest, digest: networkDigests[kind] };
  });
  const study = { ...checkpoint, networks };
  const text = JSON.stringify({ type, version, digest: digestOf(JSON.stringify(study)), study });
  writeAtomically(join(path, 'study.json'), [Buffer.from(`${text}\n`)]);
}

/**
 * What `saveCheckpoint` has written last.
 *
 * @throws StudyError where there is none, or it is not what was written
 */
export function loadCheckpoint(folder: string): Checkpoint {
  const step = stepsIn(folder).at(-1);
  if (step === undefined) {
    throw new StudyError(
      `${folder} has no checkpoint to resume; without --resume a new run begins`,
    );
  }
  const path = join(folder, `step-${step}`);
  try {
    return readFolder(path);
  } catch (error) {
    throw new StudyError(`${path} cannot be resumed: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

function readFolder(path: string): Checkpoint {
  const study = readStudy(readFileSync(join(path, 'study.json'), 'utf8'));
  const digests = digestsOf(path);
  const networks = both((kind) => {
    const { record, snapshot, digest } = study.networks[kind];
    if (digest !== digests[kind]) throw new StudyError(`${files[kind]} is not as it was written`);
    const state = stateOf(loadSafetensors(join(path, files[kind])));
    return { record, snapshot: { ...snapshot, state } };
  });
  return { ...study, networks };
}

interface Written extends Omit<Checkpoint, 'networks'> {
  readonly networks: Both<{
    readonly record: NetworkRecord;
    readonly snapshot: Omit<Snapshot, 'state'>;
    readonly digest: string;
  }>;
}

function readStudy(text: string): Written {
  const file = parse(text);
  if (file.type !== type) throw new StudyError('study.json was not written by batchnorm train');
  if (file.version !== version) {
    throw new StudyError(`study.json is of version ${file.version}, not ${version}`);
  }
  // Numbers and the order of keys come back as they were.
  if (digestOf(JSON.stringify(file.study ?? null)) === file.digest) return file.study as Written;
  throw new StudyError('study.json is not as it was written');
}

function parse(text: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(text));
  } catch {
    throw new StudyError('study.json is no JSON');
  }
}

/** Without the methods of a Tensor, which cannot be posted. */
function stateOf(loaded: ReturnType<typeof loadSafetensors>): NetworkState {
  return Object.fromEntries(
    Object.entries(loaded).map(([key, value]) => {
      if (typeof value === 'number') return [key, value];
      return [key, { data: value.data as Float32Array, shape: [...value.shape] }];
    }),
  );
}

/** The steps of which a folder has checkpoints, rising: two where a crash came before the removal. */
function stepsIn(folder: string): number[] {
  if (!existsSync(folder)) return [];
  const names = aboutPath('read', folder, () => readdirSync(folder));
  const steps = names.flatMap((name) => stepFolder.exec(name)?.[1] ?? []);
  return steps.map(Number).sort((a, b) => a - b);
}

function digestsOf(path: string): Both<string> {
  return both((kind) => digestOf(readFileSync(join(path, files[kind]))));
}

function digestOf(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
