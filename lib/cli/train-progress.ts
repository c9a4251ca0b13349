import type { StudyPoint, StudySettings } from '../study/record';
import type { Both, StudyWatcher } from '../study/study';
import type { Environment } from './environment';
import type { Interruption } from './interruption';
import { type Progress, startProgress } from './progress';

/** Shows how both networks learn: a bar on a terminal, else a line for each test. */
export class TrainProgress implements StudyWatcher {
  readonly #stderr: Environment['stderr'];
  readonly #interruption: Interruption;
  #progress: Progress | null = null;
  #step = 0;
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
    this.#step = step;
    this.#progress = startProgress(this.#stderr, steps, step, 'steps');
  }

  onSteps(step: number, { plain, batchNorm }: Both<number | null>): void {
    this.#losses = `loss ${loss(plain)}, ${loss(batchNorm)} with batch norm`;
    this.#progress?.add(step - this.#step, this.#about);
    this.#step = step;
  }

  onPoint(step: number, { plain, batchNorm }: Both<StudyPoint | null>): void {
    this.#accuracies = `accuracy ${accuracy(plain)}, ${accuracy(batchNorm)} with`;
    this.#progress?.add(0, this.#about);
    if (!this.#stderr.isTTY) this.#progress?.note(`step ${step}: ${this.#about}`);
  }

  stop(): void {
    this.#progress?.stop();
    this.#progress = null;
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
