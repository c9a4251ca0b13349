/** Comments and strings, in which a # is none of a name. */
const noCode =
  /\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`/g;

/** What compilers write in the place of private names for older JavaScript. */
const compiled =
  /__classPrivateField|_classPrivate|_class_private_|__private(?:Get|Set|Add|Method)/;

/**
 * The private names that a class declares for its instances, as `#count`, by its text; nobody else
 * can ask for them. `#...` stands for those that a compiler has replaced.
 */
export function privateNames(Class: unknown): string[] {
  const text = Function.prototype.toString.call(Class);
  if (compiled.test(text)) return ['#...'];
  const code = text.replace(noCode, '""');
  const ofClass = new Set(code.match(/(?<=\bstatic\s+(?:async\s+|[gs]et\s+|\*\s*)*)#[\w$]+/g));
  return [...new Set(code.match(/#[\w$]+/g))].filter((name) => !ofClass.has(name));
}

/** Whether a function goes on working on the object that it was made in, wherever it is called. */
export function isTied(fn: { readonly name: string }): boolean {
  if (fn.name.startsWith('bound ')) return true;
  const code = Function.prototype.toString.call(fn).replace(noCode, '""');
  const isArrow = /^(?:async\b\s*)?(?:\(|[\w$]+\s*=>)/.test(code);
  return isArrow && /\b(?:this|super)\b/.test(code);
}
