import type { Command } from 'commander';

/** What a command writes to, and where it leaves its exit code. */
export interface Environment {
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };
  exitCode: number;
}

/** Adds a command and what it does to the program. */
export type AddCommand = (program: Command, environment: Environment) => void;
