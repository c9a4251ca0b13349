import { SIDE } from '../model/side.mjs';
import { laps } from './laps.mjs';
import { normalizers } from './normalizations.mjs';
import { ort } from './onnxruntime.mjs';

const CLASSES = 10;

/** The model is not one of digits, or none at all. */
export class ModelError extends Error {}

/** An ONNX model in onnxruntime, with the normalization that comes before it. */
export class Classifier {
  #session;
  #normalizers;
  /** Tensors that no request uses at the moment: run() starts in a later turn of the event loop. */
  #free = [];

  /** @param options `{ normalization, mean, std }` */
  static async load(file, options) {
    const session = await loadSession(file);
    try {
      check(file, session);
      return new Classifier(session, options);
    } catch (error) {
      await session.release();
      throw error;
    }
  }

  constructor(session, { normalization, mean, std }) {
    this.#session = session;
    this.#normalizers = normalizers(normalization, { mean, std });
  }

  /** The digit that `data`, 28 x 28 grey bytes, shows; `times` are in milliseconds. */
  async classify(data, ink) {
    const tensors = this.#free.pop() ?? this.#makeTensors();
    try {
      const lap = laps();
      // Straight into the model's input. 784 pixels take less than handing them to another thread.
      this.#normalizers[ink](data, tensors.input.data);
      const normalize = lap();
      await this.#session.run(tensors.feeds, tensors.fetches);
      const probabilities = Array.from(tensors.output.data);
      const digit = probabilities.indexOf(Math.max(...probabilities));
      return { digit, probabilities, times: { normalize, run: lap() } };
    } finally {
      this.#free.push(tensors);
    }
  }

  release() {
    return this.#session.release();
  }

  #makeTensors() {
    const { inputNames, outputNames } = this.#session;
    const input = tensor([1, 1, SIDE, SIDE]);
    const output = tensor([1, CLASSES]);
    return {
      input,
      output,
      feeds: { [inputNames[0]]: input },
      fetches: { [outputNames[0]]: output },
    };
  }
}

/** The model in onnxruntime; a network as small as this takes longer on more threads. */
export async function loadSession(file) {
  try {
    const threads = { intraOpNumThreads: 1, interOpNumThreads: 1, executionMode: 'sequential' };
    return await ort.InferenceSession.create(file, threads);
  } catch ({ message }) {
    throw new ModelError(`${file} does not load: ${message}`);
  }
}

function tensor(shape) {
  const size = shape.reduce((product, each) => product * each, 1);
  return new ort.Tensor('float32', new Float32Array(size), shape);
}

function check(file, { inputMetadata, outputMetadata }) {
  const takes = inputMetadata.length === 1 && fits(inputMetadata[0], [1, 1, SIDE, SIDE]);
  const gives = outputMetadata.length === 1 && fits(outputMetadata[0], [1, CLASSES]);
  if (takes && gives) return;
  const list = (all) =>
    all.map(({ type, shape }) => `${type} (${shape?.join(', ')})`).join(' and ');
  throw new ModelError(
    `${file} should take float32 (N, 1, ${SIDE}, ${SIDE}) and give float32 (N, ${CLASSES}), ` +
      `but takes ${list(inputMetadata)} and gives ${list(outputMetadata)}`,
  );
}

/** A size that is a string is any size. */
function fits({ isTensor, type, shape }, wanted) {
  return (
    isTensor &&
    type === 'float32' &&
    shape.length === wanted.length &&
    shape.every((size, i) => typeof size === 'string' || size === wanted[i])
  );
}
