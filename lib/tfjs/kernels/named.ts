/** A value for each required name, and a value or null for each optional one. */
export type Named<Required extends string, Optional extends string, T> = Readonly<
  Record<Required, T> & Record<Optional, T | null>
>;

/** The same with each value changed, null kept. */
export function mapNamed<Required extends string, Optional extends string, T, U>(
  named: Named<Required, Optional, T>,
  change: (value: T) => U,
): Named<Required, Optional, U> {
  const changed: Record<string, U | null> = {};
  for (const [name, value] of Object.entries<T | null>(named)) {
    changed[name] = value === null ? null : change(value);
  }
  return changed as Named<Required, Optional, U>;
}
