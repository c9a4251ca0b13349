import type { FileError } from '../formats/file-error';
import type { Both } from '../study/both';
import type { StudyPoint, StudySettings } from '../study/record';
import type { RunWatcher } from '../study/run-study';
import type { Environment } from './environment';
import type { Interruption } from './interruption';
import { type Progress, startProgress } from './progress';

/** Shows how both networks learn: a bar on a terminal, else a line for each test. */
export class TrainProgress implements RunWatcher {
  readonly #stderr: Environment['stderr'];
  readonly #interruption: Interruption;
  #progress: Progress | null = null;
  #done = 0;
  #losses = '';
  #accuracies = '';

  constructor(stderr: Environment['stderr'], interruption: Interruption) {
    this.#stderr = stderr;
    this.#interruption = interruption;
  }

  get isStopped(): boolean {
    return this.#interruption.exitCode !== null;
  }

  onStart({ steps }: StudySettings, step: number): void {
    this.#start(steps, step, 'steps');
  }

  onSteps(step: number, { plain, batchNorm }: Both<number | null>): void {
    this.#losses = `loss ${loss(plain)}, ${loss(batchNorm)} with batch norm`;
    this.#advance(step, this.#about);
  }

  onPoint(step: number, { plain, batchNorm }: Both<StudyPoint | null>): void {
    this.#accuracies = `accuracy ${accuracy(plain)}, ${accuracy(batchNorm)} with`;
    this.#advance(step, this.#about);
    if (!this.#stderr.isTTY) this.#progress?.note(`step ${step}: ${this.#about}`);
  }

  onSweep(rates: number, done: number): void {
    if (done === 0) this.#start(rates, 0, 'learning rates');
    this.#advance(done);
  }

  onNotSaved(error: FileError): void {
    this.#progress?.note(`not saved: ${error.message}`);
  }

  stop(): void {
    this.#progress?.stop();
    this.#progress = null;
  }

  #start(total: number, done: number, unit: string): void {
    this.stop();
    this.#done = done;
    this.#progress = startProgress(this.#stderr, total, done, unit);
  }

  #advance(done: number, about?: string): void {
    this.#progress?.add(done - this.#done, about);
    this.#done = done;
  }

  get #about(): string {
    return [this.#losses, this.#accuracies].filter(Boolean).join(' | ');
  }
}

function loss(value: number | null): string {
  return value === null ? 'diverged' : value.toFixed(3);
}

function accuracy(point: StudyPoint | null): string {
  return point === null ? '-' : `${(100 * point.testAccuracy).toFixed(1)} %`;
}
