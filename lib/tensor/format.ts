import { numberFormat } from './format-number';
import { requireMemory } from './memory';
import { stridesOf } from './memory-format';
import { sizeOf } from './shape';
import type { Tensor } from './tensor';

// The defaults of torch.set_printoptions.
const threshold = 1000;
const edgeItems = 3;
const lineWidth = 80;

const prefix = 'tensor(';

/**
 * `tensor` as PyTorch's `_tensor_str.py` prints it, with `suffixes` after its own. Of more than 1000
 * elements only the first and last three of each dimension are read. Refuses memory that is gone.
 *
 * @internal
 */
export function formatTensor(tensor: Tensor, suffixes: readonly string[] = []): string {
  const size = sizeOf(tensor.shape);
  requireMemory('toString', 'the tensor', tensor.data, size);
  const empty = size === 0;
  const own: string[] = [];
  if (empty && tensor.ndim !== 1) own.push(`size=(${tensor.shape.join(', ')})`);
  if (tensor.dtype !== 'float32') own.push(`dtype=torch.${tensor.dtype}`);
  return addSuffixes(prefix + (empty ? '[]' : formatElements(tensor)), [...own, ...suffixes]);
}

function formatElements({ data, shape, memoryFormat }: Tensor): string {
  const strides = stridesOf(shape, memoryFormat);
  const summarize = sizeOf(shape) > threshold;
  const shown: number[] = [];
  const collect = (dim: number, offset: number): void => {
    if (dim === shape.length) {
      shown.push(data[offset] as number);
      return;
    }
    const stride = strides[dim] as number;
    for (const i of shownIndices(shape[dim] as number, summarize))
      collect(dim + 1, offset + i * stride);
  };
  collect(0, 0);

  const { format, width } = numberFormat(shown);
  let next = 0;
  const write = (dim: number): string => {
    if (dim === shape.length) return format(shown[next++] as number);
    const size = shape[dim] as number;
    const isVector = dim === shape.length - 1;
    const parts = shownIndices(size, summarize).map(() => write(dim + 1));
    if (isSummarized(size, summarize)) parts.splice(edgeItems, 0, isVector ? ' ...' : '...');
    const indent = prefix.length + dim;
    if (isVector) return formatVector(parts, indent, width);
    const between = `,${'\n'.repeat(shape.length - 1 - dim)}${' '.repeat(indent + 1)}`;
    return `[${parts.join(between)}]`;
  };
  return write(0);
}

function isSummarized(size: number, summarize: boolean): boolean {
  return summarize && size > 2 * edgeItems;
}

function shownIndices(size: number, summarize: boolean): number[] {
  const count = isSummarized(size, summarize) ? 2 * edgeItems : size;
  return Array.from({ length: count }, (_, i) => (i < edgeItems ? i : size - count + i));
}

function formatVector(parts: readonly string[], indent: number, width: number): string {
  const perLine = Math.max(1, Math.floor((lineWidth - indent) / (width + 2)));
  const lines: string[] = [];
  for (let i = 0; i < parts.length; i += perLine) {
    lines.push(parts.slice(i, i + perLine).join(', '));
  }
  return `[${lines.join(`,\n${' '.repeat(indent + 1)}`)}]`;
}

/** Appends the suffixes and the bracket; a suffix that passes the line's end starts a new line. */
function addSuffixes(text: string, suffixes: readonly string[]): string {
  let result = text;
  let lastLine = text.length - text.lastIndexOf('\n') + 1;
  for (const suffix of suffixes) {
    if (lastLine + suffix.length + 2 > lineWidth) {
      result += `,\n${' '.repeat(prefix.length)}${suffix}`;
      lastLine = prefix.length + suffix.length;
    } else {
      result += `, ${suffix}`;
      lastLine += suffix.length + 2;
    }
  }
  return `${result})`;
}
