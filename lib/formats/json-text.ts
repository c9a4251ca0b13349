import { FormatError } from './format-error';
import { quoted } from './shorten';

/** More names than any checkpoint has; as many again would not find room in every heap. */
const mostNames = 2 ** 18;

/** How deep values may lie in one that is passed over: as deep as Python's safetensors takes them. */
const deepest = 125;

/**
 * JSON of a known form (RFC 8259), read value by value. `JSON.parse` would keep the last of several
 * members of one name, and build whatever a hostile file tells it to before anyone can look at it.
 */
export class JsonText {
  readonly #text: string;
  readonly #name: string;
  #position = 0;

  /** @param name What errors call it. */
  constructor(text: string, name = 'its header') {
    this.#text = text;
    this.#name = name;
  }

  /**
   * Reads an object; `readMember` reads the value of each name. Those that are not `known` may be
   * there twice.
   */
  object(readMember: (name: string) => void, known: readonly string[] | null = null): void {
    const names = new Set<string>();
    this.#members('{', () => {
      const name = this.string();
      if (names.has(name)) throw new FormatError(`${this.#name} has ${quoted(name)} twice`);
      if (known === null || known.includes(name)) names.add(name);
      if (names.size > mostNames)
        throw new FormatError(`${this.#name} has over ${mostNames} names`);
      this.#expect(':');
      readMember(name);
    });
  }

  /** Whether null is next, which is read then. */
  null(): boolean {
    this.#skipWhitespace();
    if (!this.#text.startsWith('null', this.#position)) return false;
    this.#position += 4;
    return true;
  }

  /** A string, or the JSON of any other value. */
  written(): string {
    this.#skipWhitespace();
    if (this.#text[this.#position] === '"') return this.string();
    const begin = this.#position;
    this.skip();
    return this.#text.slice(begin, this.#position);
  }

  /** Passes over a value of any kind. */
  skip(depth = 0): void {
    this.#skipWhitespace();
    const first = this.#text[this.#position];
    if (first === '"') this.string();
    else if (first === '{' || first === '[') {
      if (depth === deepest) throw this.#unreadable('a value less deep');
      this.#members(first, () => {
        if (first === '{') {
          this.string();
          this.#expect(':');
        }
        this.skip(depth + 1);
      });
    } else this.#skipWord();
  }

  /** An array of at most `most` integers of 0 and more. */
  integers(most: number): number[] {
    const integers: number[] = [];
    this.#members('[', () => {
      if (integers.length === most) throw this.#unreadable(`at most ${most} integers`);
      integers.push(this.#integer());
    });
    return integers;
  }

  string(): string {
    this.#expect('"');
    const begin = this.#position - 1;
    while (this.#text[this.#position] !== '"') {
      if (this.#position >= this.#text.length) throw this.#unreadable('the end of a string');
      this.#position += this.#text[this.#position] === '\\' ? 2 : 1;
    }
    this.#position++;
    const string = parseString(this.#text.slice(begin, this.#position));
    if (string !== null) return string;
    this.#position = begin;
    throw this.#unreadable('a string of Unicode text');
  }

  /** Nothing but whitespace may be left. */
  end(): void {
    this.#skipWhitespace();
    if (this.#position < this.#text.length) throw this.#unreadable('its end');
  }

  /** What stands between two brackets, with commas in between. */
  #members(opening: '{' | '[', readMember: () => void): void {
    const closing = opening === '{' ? '}' : ']';
    this.#expect(opening);
    if (this.#takes(closing)) return;
    do readMember();
    while (this.#takes(','));
    this.#expect(closing);
  }

  /** A number, true, false or null. */
  #skipWord(): void {
    const word = /(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.+-])/y;
    word.lastIndex = this.#position;
    const text = word.exec(this.#text)?.[0];
    if (text === undefined || Math.abs(Number(text)) === Number.POSITIVE_INFINITY) {
      throw this.#unreadable('a value');
    }
    this.#position += text.length;
  }

  #integer(): number {
    this.#skipWhitespace();
    const integer = /(?:0|[1-9]\d{0,15})(?![\d.eE])/y;
    integer.lastIndex = this.#position;
    const digits = integer.exec(this.#text)?.[0];
    if (digits === undefined || !Number.isSafeInteger(Number(digits))) {
      throw this.#unreadable('an integer from 0 to 2^53 - 1');
    }
    this.#position = integer.lastIndex;
    return Number(digits);
  }

  #takes(token: string): boolean {
    this.#skipWhitespace();
    if (this.#text[this.#position] !== token) return false;
    this.#position++;
    return true;
  }

  #expect(token: string): void {
    if (!this.#takes(token)) throw this.#unreadable(`'${token}'`);
  }

  #skipWhitespace(): void {
    while (/[ \t\n\r]/.test(this.#text[this.#position] ?? '')) this.#position++;
  }

  #unreadable(expected: string): FormatError {
    const rest = this.#text.slice(this.#position, this.#position + 200);
    const got = rest === '' ? 'it ends' : `it goes on with ${quoted(rest)}`;
    return new FormatError(
      `${this.#name} cannot be read: at ${this.#position}, where ${expected} should be, ${got}`,
    );
  }
}

/** Null where an escape, a control character or half a surrogate pair is in it. */
function parseString(written: string): string | null {
  try {
    const string: string = JSON.parse(written);
    return isUnicode(string) ? string : null;
  } catch {
    return null;
  }
}

/** Whether a string has an encoding in UTF-8: halves of surrogate pairs have none. */
export function isUnicode(string: string): boolean {
  return !/\p{Surrogate}/u.test(string);
}
