/** Keys as PyTorch's messages list them. */
export function quote(keys: readonly string[]): string {
  return keys.map((key) => `"${key}"`).join(', ');
}
