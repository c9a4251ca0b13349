/** Whose normalization there is; normalizations.mjs has them, and needs the library. */
export const normalizationNames = ['library', 'plain'];
