import { ArgumentError } from '../../errors';
import { nameOf } from '../../tensor/name-of';

/** What an operation takes that has no options: nothing in their place is passed over in silence. */
export type NoOptions = Readonly<Record<string, never>>;

export function checkNoOptions(caller: string, options: unknown): void {
  const names = typeof options === 'object' && options !== null ? Object.keys(options) : null;
  if (names?.length === 0) return;
  const got = names === null ? nameOf(options) : names.map(nameOf).join(', ');
  throw new ArgumentError(
    `${caller}: there are no options, got ${got}: write tf.relu(tf.add(${caller}(x, module), ` +
      'residual)) for a residual and an activation',
  );
}
