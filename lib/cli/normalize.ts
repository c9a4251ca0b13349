import { AtomicFile } from '../formats/atomic-file';
import { FileError } from '../formats/file-error';
import { writeNpyHeader } from '../formats/npy';
import { transforms } from '../index';
import { aboutFile, CommandError } from './command-error';
import type { Environment } from './environment';
import { ExitCode } from './exit-code';
import { type Framing, factOf } from './framing';
import { findInputs, type InputFile, type Inputs } from './inputs';
import { Interruption } from './interruption';
import type { Normalized } from './normalized';
import { normalizedArray } from './normalized-array';
import { normalizedImage } from './normalized-image';
import type { Channels } from './pixel-format';
import type { Preset } from './presets';
import { startProgress } from './progress';

export interface NormalizeOptions {
  readonly output: string;
  readonly mean: readonly number[] | null;
  readonly std: readonly number[] | null;
  readonly preset: Preset | null;
  readonly channels: Channels | null;
  /** Whether an image is turned as its EXIF says. */
  readonly isTurned: boolean;
  readonly framing: Framing;
  readonly layout: string | null;
  /** Which array of a .npz file; null for the only one. */
  readonly member: string | null;
  readonly to: transforms.ImageLayout;
  readonly json: boolean;
  readonly stdout: Environment['stdout'];
  readonly stderr: Environment['stderr'];
}

const presets: Readonly<Record<Preset, transforms.ChannelStatistics>> = {
  imagenet: transforms.IMAGENET,
  clip: transforms.CLIP,
  mnist: transforms.MNIST,
  cifar10: transforms.CIFAR10,
};

/** `batchnorm normalize`; returns the exit code. */
export async function normalize(input: string, options: NormalizeOptions): Promise<number> {
  const { output, member, json, stdout } = options;
  const statistics = statisticsOf(options);
  const inputs = await findInputs({ args: [input], member });
  if (inputs.files.length > 1) {
    throw new CommandError(`normalize takes one file, and ${input} has ${inputs.files.length}`);
  }
  const normalized = await open(inputs, statistics, options);
  try {
    const exitCode = await write(normalized, input, options);
    if (exitCode !== ExitCode.ok) return exitCode;
  } finally {
    await normalized.close();
  }
  const { shape, transform } = normalized;
  const content = { output, dtype: 'float32', shape, mean: transform.mean, std: transform.std };
  stdout.write(
    json
      ? `${JSON.stringify(content)}\n`
      : `${output}: float32 [${shape.join(', ')}], ${transform}\n`,
  );
  return ExitCode.ok;
}

function statisticsOf({ mean, std, preset }: NormalizeOptions): transforms.ChannelStatistics {
  if (preset !== null && mean === null && std === null) return presets[preset];
  if (preset === null && mean !== null && std !== null) return { mean, std };
  throw new CommandError('normalize needs either --mean and --std or --preset');
}

async function open(
  { kind, files }: Inputs,
  statistics: transforms.ChannelStatistics,
  { channels, isTurned, framing, layout, to }: NormalizeOptions,
): Promise<Normalized> {
  const isImage = kind === 'images';
  if (isImage && layout !== null) throw new CommandError('--layout is for .npy and IDX files');
  if (!isImage && channels !== null) throw new CommandError('--channels is for images');
  if (!isImage && factOf(framing) !== null) {
    throw new CommandError('--resize and --crop are for images');
  }
  const file = files[0] as InputFile;
  try {
    if (isImage) {
      return await normalizedImage(file.path, statistics, { channels, isTurned, framing }, to);
    }
    return await normalizedArray(file, statistics, layout, kind === 'idx', to);
  } catch (error) {
    throw aboutFile(file.name, error);
  }
}

/** Writes the output, or nothing: what was there stays until it is whole. */
async function write(
  normalized: Normalized,
  input: string,
  { output, stderr }: NormalizeOptions,
): Promise<number> {
  const interruption = new Interruption();
  const progress = startProgress(stderr, normalized.items, 0, normalized.unit);
  let file: AtomicFile | null = null;
  try {
    file = new AtomicFile(output);
    file.write(writeNpyHeader('float32', normalized.shape));
    for await (const { bytes, items } of normalized.chunks()) {
      if (interruption.exitCode !== null) {
        file.abandon();
        return interruption.exitCode;
      }
      file.write(bytes);
      progress.add(items);
    }
    file.commit();
    return ExitCode.ok;
  } catch (error) {
    file?.abandon();
    throw error instanceof CommandError || error instanceof FileError
      ? error
      : aboutFile(input, error);
  } finally {
    progress.stop();
    interruption.ignore();
  }
}
