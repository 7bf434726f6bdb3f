// Values as Go prints them: its shortest form of floats, and %#v, with which go-yaml's messages quote keys.

import type { YamlNode } from './node.ts';
import { isIntegerText, resolvePlain } from './resolve.ts';
import type { YamlDialect } from './scan-state.ts';

const NESTING_MAX = 50;
/** Beyond it Go has an unsigned int, which %#v prints in hexadecimal. */
const INT64_MAX = 0x7fff_ffff_ffff_ffffn;

/** Go's strconv.Quote. */
export function quoteGo(text: string): string {
  let out = '"';
  for (const char of text) {
    const c = char.codePointAt(0) ?? 0;
    if (char === '"' || char === '\\') out += `\\${char}`;
    else if (c >= 0x20 && c !== 0x7f && /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u.test(char)) out += char;
    else out += escapeGo(c);
  }
  return `${out}"`;
}

const SHORT_ESCAPES: ReadonlyMap<number, string> = new Map([
  [0x07, '\\a'],
  [0x08, '\\b'],
  [0x0c, '\\f'],
  [0x0a, '\\n'],
  [0x0d, '\\r'],
  [0x09, '\\t'],
  [0x0b, '\\v'],
]);

function escapeGo(c: number): string {
  const short = SHORT_ESCAPES.get(c);
  if (short !== undefined) return short;
  const hex = c.toString(16);
  if (c < 0x20 || c === 0x7f) return `\\x${hex.padStart(2, '0')}`;
  return c > 0xffff ? `\\U${hex.padStart(8, '0')}` : `\\u${hex.padStart(4, '0')}`;
}

/** A node as the untyped Go value that go-yaml makes of it. */
export function describeGo(node: YamlNode, dialect: YamlDialect, depth = 0): string {
  const target = node.kind === 'alias' ? (node.alias ?? node) : node;
  if (depth > NESTING_MAX) return '...';
  if (target.kind === 'mapping') return describeMapping(target, dialect, depth);
  if (target.kind !== 'sequence') return describeScalar(target, dialect);
  return `[]interface {}{${target.content.map((item) => describeGo(item, dialect, depth + 1)).join(', ')}}`;
}

function describeMapping(node: YamlNode, dialect: YamlDialect, depth: number): string {
  const pairs = new Map<string, { key: string; text: string }>();
  let strings = dialect === 'v3';
  for (let i = 0; i + 1 < node.content.length; i += 2) {
    const key = describeGo(node.content[i] as YamlNode, dialect, depth + 1);
    const value = describeGo(node.content[i + 1] as YamlNode, dialect, depth + 1);
    if (!key.startsWith('"')) strings = false;
    // Strings are sorted as such, not in their quoted form.
    const name = key.startsWith('"') ? (node.content[i]?.value ?? '') : key;
    pairs.set(key, { key: name, text: `${key}:${value}` });
  }
  const sorted = [...pairs.values()].sort(compareGoKeys);
  return `map[${strings ? 'string' : 'interface {}'}]interface {}{${sorted.map((pair) => pair.text).join(', ')}}`;
}

/** Go prints map keys in order: nil, then strings, then numbers by type. */
function compareGoKeys(a: { key: string; text: string }, b: { key: string; text: string }): number {
  const rank = (text: string): number =>
    text.startsWith('interface') ? 0 : text.startsWith('"') ? 1 : /^-?[0-9]+:/.test(text) ? 2 : 3;
  const byType = rank(a.text) - rank(b.text);
  if (byType !== 0) return byType;
  if (rank(a.text) > 1) return Number(a.key) - Number(b.key);
  return a.key < b.key ? -1 : a.key > b.key ? 1 : 0;
}

function describeScalar(node: YamlNode, dialect: YamlDialect): string {
  const isText = node.style !== 'plain' || node.tagged === true;
  const value = isText ? node.value : resolvePlain(node.value, dialect);
  if (value === null) return 'interface {}(nil)';
  if (typeof value === 'string') return quoteGo(value);
  if (typeof value === 'bigint' && value > INT64_MAX) return `0x${value.toString(16)}`;
  return typeof value === 'number' && !isIntegerText(node.value) ? formatGoFloat(value) : String(value);
}

/** strconv.FormatFloat(value, 'g', -1, 64). */
export function formatGoFloat(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  if (Object.is(value, -0)) return '-0';
  const [mantissa = '', exponentText = '0'] = value.toExponential().split('e');
  const exponent = Number(exponentText);
  // JavaScript prints this whole range without an exponent, too.
  if (exponent >= -4 && exponent < 6) return String(value);
  return `${mantissa}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
}
