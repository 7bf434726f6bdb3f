// Prints objects as kustomize does, quickly: most of what Kubernetes objects hold is plain text, which needs none of the
// emitter's care. An object with anything unusual in it goes to the emitter of @evenkeel/resource whole.

import { type Json, type JsonObject, emitSigsYaml } from '@evenkeel/resource';

import { sortKeysLikeGo } from './key-order.ts';

/** The text of an object, as sigs.k8s.io/yaml prints it. */
export function printObject(value: JsonObject): string {
  if (isEmpty(value)) return '{}\n';
  const printer = new Printer();
  return printer.mapping(value, 0, false) ? printer.out : emitSigsYaml(value);
}

const WIDTH = 80;
const KEY_LENGTH_MAX = 128;
/** Words and paths that are strings to every YAML there is, unless they are short enough to be a word like "yes". */
const PLAIN_WORD = /^[A-Za-z_/][A-Za-z0-9_./-]*$/;
/** Sentences: printable ASCII from a letter on, without the marks that mean something, checked apart. */
const PLAIN_TEXT = /^[A-Za-z_/][ -9;-~:]*[!-9;-~]$/;
const RESERVED = /^(?:y|n|yes|no|on|off|true|false|null|~)$/i;
const SHORT = 5;

const INDENTS: string[] = [];

function indentOf(width: number): string {
  return (INDENTS[width] ??= ' '.repeat(width));
}

/** Where a scalar stands: what folding and block margins depend on. The key is that of a member; items have none. */
interface Place {
  readonly indent: number;
  readonly column: number;
  readonly key: string | undefined;
}

/** Long texts recur: overlays of one base print the same descriptions. What was written is kept up to this many characters. */
const PRINTED_CHARS_MAX = 8 * 1024 * 1024;
let printedTexts = new Map<string, Map<string, string>>();
let printedChars = 0;

/** What the emitter writes for a text at a place. */
function writtenInPlace(text: string, place: Place): string {
  const at = `${place.indent}${place.key === undefined ? '-' : `:${place.key}`}`;
  const places = printedTexts.get(text);
  const known = places?.get(at);
  if (known !== undefined) return known;
  const fresh = writeInPlace(text, place);
  printedChars += text.length + fresh.length;
  if (printedChars > PRINTED_CHARS_MAX) {
    printedTexts = new Map();
    printedChars = 0;
  }
  printedTexts.set(text, (places ?? new Map<string, string>()).set(at, fresh));
  return fresh;
}

/** The emitter is given a document in which the text stands at its place. */
function writeInPlace(text: string, place: Place): string {
  const { indent, key } = place;
  let value: Json = key === undefined ? [text] : { [key]: text };
  for (let depth = key === undefined ? -2 : 0; depth < indent; depth += 2) value = { a: value };
  const document = emitSigsYaml(value);
  const head = key === undefined ? `${indentOf(indent)}- ` : `${indentOf(indent)}${keyText(key) ?? key}: `;
  const from = `\n${document}`.indexOf(`\n${head}`);
  return document.slice(from + head.length);
}

/** Each method says whether it could do it; after a no, `out` is of no use. */
class Printer {
  out = '';

  mapping(value: JsonObject, indent: number, isInline: boolean): boolean {
    const keys = sortKeysLikeGo(Object.keys(value));
    if (keys === undefined) return false;
    let inline = isInline;
    for (const key of keys) {
      const member = value[key];
      if (member === undefined) continue;
      const name = keyText(key);
      if (name === undefined) return false;
      this.out += inline ? `${name}:` : `${indentOf(indent)}${name}:`;
      inline = false;
      if (!this.#member(member, indent, key, indent + name.length + 2)) return false;
    }
    return true;
  }

  #member(value: Json, indent: number, key: string, column: number): boolean {
    if (typeof value !== 'object' || value === null || isEmpty(value)) {
      this.out += ' ';
      this.#scalar(value, { indent, column, key });
      return true;
    }
    this.out += '\n';
    return Array.isArray(value)
      ? this.#sequence(value, indent, false)
      : this.mapping(value as JsonObject, indent + 2, false);
  }

  #sequence(items: readonly Json[], indent: number, isInline: boolean): boolean {
    let inline = isInline;
    for (const item of items) {
      this.out += inline ? '- ' : `${indentOf(indent)}- `;
      inline = false;
      if (!this.#item(item, indent)) return false;
    }
    return true;
  }

  #item(item: Json, indent: number): boolean {
    if (typeof item !== 'object' || item === null || isEmpty(item)) {
      this.#scalar(item, { indent, column: indent + 2, key: undefined });
      return true;
    }
    if (Array.isArray(item)) return this.#sequence(item, indent + 2, true);
    return this.mapping(item as JsonObject, indent + 2, true);
  }

  #scalar(value: Json, place: Place): void {
    if (typeof value === 'string') this.#text(value, place);
    else if (typeof value === 'object' && value !== null) this.out += Array.isArray(value) ? '[]\n' : '{}\n';
    else if (typeof value !== 'number' || Number.isSafeInteger(value)) this.out += `${String(value)}\n`;
    else this.out += emitSigsYaml(value);
  }

  #text(text: string, place: Place): void {
    if (text.length > SHORT && PLAIN_WORD.test(text)) {
      this.out += `${text}\n`;
      return;
    }
    if (text.includes('\n')) {
      if (!this.#block(text, place.indent)) this.out += writtenInPlace(text, place);
      return;
    }
    if (text.length > SHORT && PLAIN_TEXT.test(text) && !text.includes(': ') && !text.includes(' #')) {
      this.out += place.column + text.length <= WIDTH ? `${text}\n` : folded(text, place.indent + 2, place.column);
      return;
    }
    const alone = writtenAlone(text);
    const fits = alone !== undefined && place.column + alone.length <= WIDTH;
    this.out += fits ? `${alone}\n` : writtenInPlace(text, place);
  }

  /** A literal block, for printable text whose lines have no blanks at their ends. */
  #block(text: string, indent: number): boolean {
    const first = text.charCodeAt(0);
    if (first === 0x20 || first === 0x0a || !/^[\n -~]*$/.test(text) || / (?:\n|$)/.test(text)) return false;
    const chomped = text.endsWith('\n');
    if (text.endsWith('\n\n')) return false;
    const margin = indentOf(indent + 2);
    this.out += chomped ? '|\n' : '|-\n';
    for (const line of (chomped ? text.slice(0, -1) : text).split('\n'))
      this.out += line === '' ? '\n' : `${margin}${line}\n`;
    return true;
  }
}

function isEmpty(value: readonly Json[] | JsonObject): boolean {
  if (Array.isArray(value)) return value.length === 0;
  return Object.values(value).every((member) => member === undefined);
}

function keyText(key: string): string | undefined {
  if (key.length > KEY_LENGTH_MAX) return undefined;
  if (PLAIN_WORD.test(key) && (key.length > SHORT || !RESERVED.test(key))) return key;
  return writtenAlone(key);
}

/** A plain text broken at the first single blank after the eightieth column, again and again. */
function folded(text: string, margin: number, start: number): string {
  let out = '';
  let column = start;
  let from = 0;
  for (let at = 0; at < text.length; at += 1) {
    const isBreak =
      text.charCodeAt(at) === 0x20 &&
      column > WIDTH &&
      text.charCodeAt(at - 1) !== 0x20 &&
      text.charCodeAt(at + 1) !== 0x20;
    if (!isBreak) {
      column += 1;
      continue;
    }
    out += `${text.slice(from, at)}\n${indentOf(margin)}`;
    column = margin;
    from = at + 1;
  }
  return `${out}${text.slice(from)}\n`;
}

const CACHE_MAX = 5000;
const written = new Map<string, string | undefined>();

/** A short text as it is written where nothing is folded; undefined where that takes several lines. */
function writtenAlone(text: string): string | undefined {
  if (text.length > WIDTH) return undefined;
  if (written.has(text)) return written.get(text);
  const alone = emitSigsYaml(text).slice(0, -1);
  const result = alone.includes('\n') ? undefined : alone;
  if (written.size >= CACHE_MAX) written.clear();
  written.set(text, result);
  return result;
}
