/** The two networks: without batch normalization and with it. */
export const kinds = ['plain', 'batchNorm'] as const;
export type Kind = (typeof kinds)[number];

/** Something of each network. */
export type Both<T> = Readonly<Record<Kind, T>>;

export function both<T>(value: (kind: Kind) => T): Both<T> {
  return { plain: value('plain'), batchNorm: value('batchNorm') };
}

/** Of both at the same time. */
export async function inBoth<T>(value: (kind: Kind) => Promise<T>): Promise<Both<T>> {
  const [plain, batchNorm] = await Promise.all([value('plain'), value('batchNorm')]);
  return { plain, batchNorm };
}
