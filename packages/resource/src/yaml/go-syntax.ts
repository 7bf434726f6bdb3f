// Values as Go's %#v prints them: go-yaml's messages about keys quote them so.

import type { YamlNode } from './node.ts';
import { resolvePlain } from './resolve.ts';
import type { YamlDialect } from './scanner.ts';

const NESTING_MAX = 50;

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
  switch (target.kind) {
    case 'mapping':
      return describeMapping(target, dialect, depth);
    case 'sequence':
      return `[]interface {}{${target.content.map((item) => describeGo(item, dialect, depth + 1)).join(', ')}}`;
    default:
      return describeScalar(target, dialect);
  }
}

function describeMapping(node: YamlNode, dialect: YamlDialect, depth: number): string {
  const pairs: { key: string; text: string }[] = [];
  let strings = dialect === 'v3';
  for (let i = 0; i + 1 < node.content.length; i += 2) {
    const key = describeGo(node.content[i] as YamlNode, dialect, depth + 1);
    const value = describeGo(node.content[i + 1] as YamlNode, dialect, depth + 1);
    if (!key.startsWith('"')) strings = false;
    pairs.push({ key, text: `${key}:${value}` });
  }
  pairs.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  return `map[${strings ? 'string' : 'interface {}'}]interface {}{${pairs.map((pair) => pair.text).join(', ')}}`;
}

function describeScalar(node: YamlNode, dialect: YamlDialect): string {
  const isText = node.style !== 'plain' || node.tagged === true;
  const value = isText ? node.value : resolvePlain(node.value, dialect);
  if (value === null) return 'interface {}(nil)';
  return typeof value === 'string' ? quoteGo(value) : String(value);
}
