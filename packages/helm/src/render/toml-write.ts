// Writes TOML as `toToml` does: github.com/BurntSushi/toml's encoder, with its table order, indentation and errors.

import { type GoMap, type Value as GoValue, GoInt, GoScalar, GoStruct } from '@evenkeel/gotemplate';

import { compareGoStrings } from '../go-text.ts';

/** Thrown for what has no TOML form, and for text that is no TOML; the message is the library's. */
export class TomlError extends Error {
  override readonly name = 'TomlError';
}

/** The document of a map. Throws TomlError. */
export function writeToml(value: GoValue): string {
  const writer = new TomlWriter();
  writer.encode([], value);
  return writer.out;
}

class TomlWriter {
  out = '';

  encode(key: readonly string[], value: GoValue): void {
    if (value === null || value === undefined) return;
    if (value instanceof Map) this.table(key, value);
    else if (Array.isArray(value) && isTableArray(value)) this.arrayOfTables(key, value);
    else this.keyValue(key, value, false);
  }

  private table(key: readonly string[], map: GoMap): void {
    if (key.length === 1) this.newline();
    if (key.length > 0) {
      this.out += `${indent(key)}[${keyText(key)}]`;
      this.newline();
    }
    this.members(key, map);
  }

  private arrayOfTables(key: readonly string[], list: readonly GoValue[]): void {
    if (key.length === 0) throw noKey();
    for (const item of list) {
      if (!(item instanceof Map)) continue;
      this.newline();
      this.out += `${indent(key)}[[${keyText(key)}]]`;
      this.newline();
      this.members(key, item);
    }
  }

  private members(key: readonly string[], map: GoMap): void {
    const { direct, nested } = splitKeys(map);
    for (const name of [...direct, ...nested]) this.encode([...key, name], map.get(name));
  }

  private keyValue(key: readonly string[], value: GoValue, inline: boolean): void {
    const last = key.at(-1);
    if (last === undefined) throw noKey();
    this.out += `${indent(key)}${quotedKey(last)} = `;
    this.element(value);
    if (!inline) this.newline();
  }

  private element(value: GoValue): void {
    if (typeof value === 'string') this.out += quoted(value);
    else if (typeof value === 'boolean') this.out += String(value);
    else if (typeof value === 'number') this.out += floatText(value);
    else if (value instanceof GoInt)
      this.out += value.type.stringer ? quoted(value.type.stringer(value)) : String(value.value);
    else if (value instanceof GoScalar) this.element(value.value);
    else if (Array.isArray(value)) this.list(value);
    else if (value instanceof Map) this.inlineTable(value);
    else if (value instanceof Uint8Array) this.out += `[${[...value].join(', ')}]`;
    else throw new TomlError(`toml: unexpected type: ${value instanceof GoStruct ? value.type.text : 'nil'}`);
  }

  private list(list: readonly GoValue[]): void {
    this.out += '[';
    for (const [index, item] of list.entries()) {
      if (index > 0) this.out += ', ';
      this.element(item);
    }
    this.out += ']';
  }

  private inlineTable(map: GoMap): void {
    const { direct, nested } = splitKeys(map);
    this.out += '{';
    const write = (names: readonly string[], more: boolean): void => {
      for (const [index, name] of names.entries()) {
        const value = map.get(name);
        if (value === null || value === undefined) continue;
        this.keyValue([name], value, true);
        if (more || index !== names.length - 1) this.out += ', ';
      }
    };
    write(direct, nested.length > 0);
    write(nested, false);
    this.out += '}';
  }

  private newline(): void {
    if (this.out !== '') this.out += '\n';
  }
}

function noKey(): TomlError {
  return new TomlError('toml: top-level values must be Go maps or structs');
}

/** Keys with plain values come before keys with tables; both by name. */
function splitKeys(map: GoMap): { direct: string[]; nested: string[] } {
  const direct: string[] = [];
  const nested: string[] = [];
  for (const [key, value] of map) {
    if (typeof key !== 'string') throw new TomlError('toml: cannot encode a map with non-string key type');
    (value instanceof Map || (Array.isArray(value) && isTableArray(value)) ? nested : direct).push(key);
  }
  return { direct: direct.sort(compareGoStrings), nested: nested.sort(compareGoStrings) };
}

function isTableArray(list: readonly GoValue[]): boolean {
  if (list.length === 0) return false;
  if (list.some((item) => item === null || item === undefined)) {
    throw new TomlError('toml: cannot encode array with nil element');
  }
  // Go looks into nested lists as well, and refuses nulls there too.
  for (const item of list) if (Array.isArray(item)) isTableArray(item);
  return list.every((item) => item instanceof Map);
}

function indent(key: readonly string[]): string {
  return '  '.repeat(Math.max(0, key.length - 1));
}

function keyText(key: readonly string[]): string {
  return key.map(quotedKey).join('.');
}

function quotedKey(key: string): string {
  return /^[A-Za-z0-9_-]+$/.test(key) ? key : quoted(key);
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['"', '\\"'],
  ['\\', '\\\\'],
  ['\b', '\\b'],
  ['\t', '\\t'],
  ['\n', '\\n'],
  ['\f', '\\f'],
  ['\r', '\\r'],
]);

function quoted(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what has to be escaped.
  const escaped = text.replaceAll(/["\\\u0000-\u001f\u007f]/g, (character) => {
    const code = character.charCodeAt(0).toString(16).padStart(4, '0');
    return ESCAPES.get(character) ?? `\\u${code}`;
  });
  return `"${escaped}"`;
}

/** strconv.FormatFloat(value, 'g', -1, 64) with a decimal point or an exponent. */
function floatText(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value < 0 ? '-inf' : 'inf';
  const [digits = '', power = '0'] = value.toExponential().split('e');
  const exponent = Number(power);
  if (value !== 0 && (exponent < -4 || exponent >= 6)) {
    return `${digits}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
  }
  const text = Object.is(value, -0) ? '-0' : String(value);
  return text.includes('.') ? text : `${text}.0`;
}
