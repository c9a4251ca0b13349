/** How a command ends; `--help` says the same. */
export enum ExitCode {
  ok = 0,
  someSkipped = 1,
  refused = 2,
  unexpected = 3,
}
