/**
 * A field that structured clones stop at, with these words: structuredClone and postMessage would make
 * a plain object of a module's fields, which is no module. Nothing else minds a symbol in a field.
 */
export const uncloneable = Symbol.for(
  'a batchnorm module, for which there are module.clone() and, for other threads, module.share()',
);
