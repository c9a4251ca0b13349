/** PyTorch's repr of a module: its arguments, then the modules inside with their names. */
export function reprModule(
  name: string,
  extra: string,
  inside: readonly (readonly [key: string, text: string])[],
): string {
  if (inside.length === 0 && !extra.includes('\n')) return `${name}(${extra})`;
  const lines = inside.map(([key, text]) => `(${key}): ${text.replaceAll('\n', '\n  ')}`);
  if (extra !== '') lines.unshift(...extra.split('\n'));
  return `${name}(\n${lines.map((line) => `  ${line}\n`).join('')})`;
}
