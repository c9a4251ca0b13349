import type { FileError } from '../formats/file-error';
import { type Both, both } from '../study/both';
import type { StudyPoint, StudySettings, SweepPoint } from '../study/record';
import type { RunWatcher } from '../study/run-study';
import type { Environment } from './environment';
import type { Interruption } from './interruption';
import { hasBar, type Progress, startProgress } from './progress';

/** Shows how both networks learn: a bar on a terminal, else a line for each test. */
export class TrainProgress implements RunWatcher {
  readonly #stderr: Environment['stderr'];
  readonly #interruption: Interruption;
  #progress: Progress | null = null;
  #done = 0;
  #losses: Both<string> | null = null;
  #accuracies: Both<string> | null = null;

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

  onSteps(step: number, losses: Both<number | null>): void {
    this.#losses = both((kind) => loss(losses[kind]));
    this.#advance(step, this.#about, this.#brief);
  }

  onPoint(step: number, points: Both<StudyPoint | null>): void {
    this.#accuracies = both((kind) => accuracy(points[kind]?.testAccuracy ?? null));
    this.#advance(step, this.#about, this.#brief);
    if (!hasBar(this.#stderr)) this.#progress?.note(`step ${step}: ${this.#about}`);
  }

  onSweep(rates: number, done: number, last: SweepPoint | null): void {
    if (done === 0) this.#start(rates, 0, 'learning rates');
    this.#advance(done);
    if (last === null) return;
    const { learningRate, plain, batchNorm } = last;
    this.#progress?.note(
      `learning rate ${learningRate}: accuracy ${named({ plain: accuracy(plain), batchNorm: accuracy(batchNorm) })}`,
    );
  }

  /** Says that a signal was heard, for its effect takes a moment. */
  onInterrupted(): void {
    this.#progress?.note('interrupted: ending …');
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

  #advance(done: number, about?: string, brief?: string): void {
    this.#progress?.add(done - this.#done, about, brief);
    this.#done = done;
  }

  get #about(): string {
    const [losses, accuracies] = [this.#losses, this.#accuracies];
    return [losses && `loss ${named(losses)}`, accuracies && `accuracy ${named(accuracies)}`]
      .filter(Boolean)
      .join(' | ');
  }

  get #brief(): string {
    const [losses, accuracies] = [this.#losses, this.#accuracies];
    const names = [losses && 'loss', accuracies && 'accuracy'].filter(Boolean).join('/');
    const { plain, batchNorm } = both((kind) =>
      [losses?.[kind], accuracies?.[kind].replace(' ', '')].filter(Boolean).join('/'),
    );
    return names && `${names} without ${plain} with ${batchNorm}`;
  }
}

/** What either network comes to. */
function named({ plain, batchNorm }: Both<string>): string {
  return `${plain} without batch norm, ${batchNorm} with`;
}

function loss(value: number | null): string {
  return value === null ? 'diverged' : value.toFixed(3);
}

function accuracy(share: number | null): string {
  return share === null ? 'diverged' : `${(100 * share).toFixed(1)} %`;
}
