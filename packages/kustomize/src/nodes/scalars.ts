// What a scalar means once kustomize has written a tree out and read it back, which is how every object reaches the
// output (kyaml:yaml/rnode.go MarshalJSON; go.yaml.in/yaml/v3 encode.go node, resolve.go). Working on the tree gives the
// same value without the detour.

import type { Json, YamlNode } from '@evenkeel/resource';

import { KustomizeError } from '../problems.ts';
import { decodeBase64 } from './base64.ts';

/** A resolved plain scalar. */
export interface Resolved {
  readonly tag: string;
  readonly value: Json;
}

const WORDS: ReadonlyMap<string, Resolved> = new Map<string, Resolved>([
  ...['true', 'True', 'TRUE'].map((word): [string, Resolved] => [word, { tag: '!!bool', value: true }]),
  ...['false', 'False', 'FALSE'].map((word): [string, Resolved] => [word, { tag: '!!bool', value: false }]),
  ...['', '~', 'null', 'Null', 'NULL'].map((word): [string, Resolved] => [word, { tag: '!!null', value: null }]),
  ...['.nan', '.NaN', '.NAN'].map((word): [string, Resolved] => [word, { tag: '!!float', value: NaN }]),
  ...['.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF'].map((word): [string, Resolved] => [
    word,
    { tag: '!!float', value: Infinity },
  ]),
  ...['-.inf', '-.Inf', '-.INF'].map((word): [string, Resolved] => [word, { tag: '!!float', value: -Infinity }]),
  ['<<', { tag: '!!merge', value: '<<' }],
]);

const FLOAT = /^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$/;
const TIMESTAMP = /^(\d{4})-(\d\d?)-(\d\d?)(?:(?:[Tt]|[ ])(\d\d?):(\d\d?):(\d\d?)(\.\d{1,9})?(Z|[+-]\d\d:\d\d)?)?$/;

/** The type and value of a plain scalar by its text alone, by the rules of yaml.v3. */
export function resolvePlain(text: string): Resolved {
  const first = text.charCodeAt(0);
  const digit = first >= 48 && first <= 57;
  if (digit || first === 43 || first === 45) {
    return WORDS.get(text) ?? resolveTimestamp(text) ?? resolveNumber(text) ?? { tag: '!!str', value: text };
  }
  if (first === 46) {
    const word = WORDS.get(text);
    if (word !== undefined) return word;
    if (/^\.\d+([eE][-+]?\d+)?$/.test(text)) return { tag: '!!float', value: Number(text) };
    return { tag: '!!str', value: text };
  }
  if (text.length <= 5) return WORDS.get(text) ?? { tag: '!!str', value: text };
  return { tag: '!!str', value: text };
}

function resolveNumber(text: string): Resolved | undefined {
  const plain = text.includes('_') ? text.replaceAll('_', '') : text;
  const integer = parseInteger(plain);
  if (integer !== undefined) return { tag: '!!int', value: integer };
  if (FLOAT.test(plain)) {
    const value = Number(plain);
    return Number.isFinite(value) ? { tag: '!!float', value } : undefined;
  }
  return undefined;
}

const INT_MIN = -(2n ** 63n);
const UINT_MAX = 2n ** 64n - 1n;

/** What Go's ParseInt and ParseUint accept with base 0, as a number or, where that would be inexact, a bigint. */
export function parseInteger(text: string): number | bigint | undefined {
  if (/^[+-]?(?:0|[1-9]\d{0,14})$/.test(text)) return Number(text) + 0;
  const match = /^([+-]?)(0[xX][0-9a-fA-F]+|0[oO][0-7]+|0[bB][01]+|0[0-7]*|[1-9]\d*)$/.exec(text);
  if (!match) return undefined;
  const digits = match[2] ?? '';
  const octal = /^0[0-7]+$/.test(digits);
  const size = BigInt(octal ? `0o${digits.slice(1)}` : digits.toLowerCase());
  const value = match[1] === '-' ? -size : size;
  if (value < INT_MIN || value > UINT_MAX) return undefined;
  // Go reads unsigned numbers without a sign.
  if (match[1] === '+' && value > 2n ** 63n - 1n) return undefined;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

function resolveTimestamp(text: string): Resolved | undefined {
  if (text.charCodeAt(4) !== 45) return undefined;
  const match = TIMESTAMP.exec(text);
  if (!match) return undefined;
  const [, year = '', month = '', day = '', hour = '0', minute = '0', second = '0', fraction = '', zone] = match;
  const timed = match[4] !== undefined;
  if (timed && /[Tt]/.test(text) !== (zone !== undefined)) return undefined;
  if (timed && zone !== undefined && text.includes(' ')) return undefined;
  const limits: readonly [string, number, number][] = [
    [month, 1, 12],
    [day, 1, daysIn(Number(year), Number(month))],
    [hour, 0, 23],
    [minute, 0, 59],
    [second, 0, 59],
  ];
  if (limits.some(([part, low, high]) => Number(part) < low || Number(part) > high)) return undefined;
  const pad = (part: string): string => part.padStart(2, '0');
  const nanos = fraction.replace(/0+$/, '');
  const tail = zone === undefined || zone === '+00:00' || zone === '-00:00' ? 'Z' : zone;
  const time = `${pad(hour)}:${pad(minute)}:${pad(second)}${nanos === '.' ? '' : nanos}`;
  return { tag: '!!timestamp', value: `${year}-${pad(month)}-${pad(day)}T${time}${tail}` };
}

function daysIn(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

const QUOTED = new Set(['single', 'double', 'literal', 'folded']);

/** The JSON value of a scalar node after writing and reading. Throws KustomizeError for what Go cannot decode. */
export function scalarJson(node: YamlNode): Json {
  const { tag, value } = node;
  if (tag === '!!str') return value;
  if (node.tagged === true && tag !== '') return explicitValue(tag, node);
  const quoted = QUOTED.has(node.style) || value.includes('\n');
  if (tag === '') return quoted ? value : resolvePlain(value).value;
  const resolved = resolvePlain(value);
  if (resolved.tag === tag) return quoted ? value : resolved.value;
  return explicitValue(tag, node);
}

/** A scalar whose tag is written out, because its text alone would mean something else. */
function explicitValue(tag: string, node: YamlNode): Json {
  const resolved = resolvePlain(node.value);
  if (resolved.tag === tag) return resolved.value;
  if (tag === '!!float' && resolved.tag === '!!int') return Number(resolved.value);
  if (tag === '!!binary') return decodeBinary(node);
  if (tag === '!!null' || tag === '!!bool' || tag === '!!int' || tag === '!!float' || tag === '!!timestamp') {
    throw new KustomizeError('OUTPUT', `yaml: cannot decode ${resolved.tag} \`${node.value}\` as a ${tag}`, node);
  }
  return node.value;
}

function decodeBinary(node: YamlNode): string {
  const bytes = decodeBase64(node.value);
  if (bytes === undefined) throw new KustomizeError('OUTPUT', '!!binary value contains invalid base64 data', node);
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
}

const YAML11_WORDS = /^(?:y|n|yes|no|on|off|true|false|null|~)$/i;

/** True for text that YAML 1.1 reads as something other than a string (kyaml:yaml/compatibility.go). */
export function isYaml11NonString(text: string): boolean {
  if (text === '' || text.includes('\n')) return false;
  const first = text.charCodeAt(0);
  // Only digits, signs, dots, collections, comments and a few words can be anything but a string.
  const plainLetter = (first >= 97 && first <= 122) || (first >= 65 && first <= 90);
  if (plainLetter) return (text.length <= 5 && YAML11_WORDS.test(text)) || /:(?: |$)/.test(text);
  if (first === 91 || first === 123 || first === 35) return true;
  if (/^- |: |:$/.test(text)) return true;
  const { tag } = resolvePlain(text);
  return tag !== '!!str' && tag !== '!!timestamp' && tag !== '!!merge';
}
