// std: texts. Positions and lengths count code points.

import { type Json, YamlError, parseYamlDocuments } from '@evenkeel/resource';
import { formatText } from '../format.ts';
import { Thunk, type Value, arrayOf, codePoints, runtimeError } from '../values.ts';
import { valueOfJson } from './from-json.ts';
import { type Args, type NativeTable, listOf } from './native.ts';

function strip(text: string, characters: string, { left, right }: { left: boolean; right: boolean }): string {
  const points = codePoints(text);
  const dropped = new Set(codePoints(characters));
  let [from, to] = [0, points.length];
  while (left && from < to && dropped.has(points[from] ?? '')) from += 1;
  while (right && to > from && dropped.has(points[to - 1] ?? '')) to -= 1;
  return points.slice(from, to).join('');
}

function split(text: string, separator: string, most: number): readonly string[] {
  if (separator === '') throw runtimeError('Cannot split by an empty separator.');
  const parts = text.split(separator);
  if (most < 0 || parts.length <= most + 1) return parts;
  return [...parts.slice(0, most), parts.slice(most).join(separator)];
}

function splitFromRight(text: string, separator: string, most: number): readonly string[] {
  if (most < -1) throw runtimeError(`std.splitLimitR third parameter should be -1 or non-negative, got ${most}`);
  const parts = split(text, separator, -1);
  if (most < 0 || parts.length <= most + 1) return parts;
  const head = parts.length - most;
  return [parts.slice(0, head).join(separator), ...parts.slice(head)];
}

function parseWhole(args: Args, base: number, pattern: RegExp): number {
  const text = args.text(0);
  if (!pattern.test(text)) throw runtimeError(`${text} is not a base ${base} integer`);
  return Number.parseInt(text, base);
}

function escapeXml(text: string): string {
  const named: Readonly<Record<string, string>> = {
    '<': '&lt;',
    '>': '&gt;',
    '&': '&amp;',
    '"': '&quot;',
    "'": '&apos;',
  };
  return text.replaceAll(/[<>&"']/g, (character) => named[character] ?? character);
}

function parseYamlText(text: string): Value {
  try {
    const documents = parseYamlDocuments(text, { dialect: 'sigs' });
    const [first] = documents;
    if (documents.length > 1 || /^---(?=\s|$)/m.test(text)) {
      return arrayOf(documents.map((document) => valueOfJson(document as Json)));
    }
    return valueOfJson((first ?? null) as Json);
  } catch (error) {
    if (error instanceof YamlError) throw runtimeError(`failed to parse YAML: ${error.message}`);
    throw error;
  }
}

function parseJsonText(text: string): Value {
  try {
    return valueOfJson(JSON.parse(text) as Json);
  } catch (error) {
    throw runtimeError(`failed to parse JSON: ${error instanceof Error ? error.message : ''}`);
  }
}

function found(args: Args): Value {
  const [pattern, text] = [codePoints(args.text(0)), codePoints(args.text(1))];
  if (pattern.length === 0) return arrayOf([]);
  const places: number[] = [];
  for (let at = 0; at + pattern.length <= text.length; at += 1) {
    if (pattern.every((character, index) => text[at + index] === character)) places.push(at);
  }
  return arrayOf(places);
}

function substring(args: Args): string {
  const [from, length] = [args.number(1), args.number(2)];
  for (const [place, value] of [
    ['second', from],
    ['third', length],
  ] as const) {
    if (!Number.isInteger(value)) {
      throw runtimeError(`substr ${place} parameter should be an integer, got ${value.toFixed(6)}`);
    }
  }
  if (from < 0) throw runtimeError(`substr second parameter should be greater than zero, got ${from}`);
  if (length < 0) throw runtimeError(`substr third parameter should be greater than zero, got ${length}`);
  return codePoints(args.text(0))
    .slice(from, from + length)
    .join('');
}

function character(point: number): string {
  if (point > 0x10ffff) throw runtimeError(`Invalid unicode codepoint, got ${point}`);
  if (point < 0) throw runtimeError(`Codepoints must be >= 0, got ${point}`);
  return String.fromCodePoint(Math.trunc(point));
}

function codepoint(text: string): number {
  const [character, ...more] = codePoints(text);
  if (character === undefined || more.length > 0) {
    throw runtimeError(`codepoint takes a string of length 1, got length ${codePoints(text).length}`);
  }
  return character.codePointAt(0) ?? 0;
}

const ascii = (text: string, change: (letter: string) => string): string => text.replaceAll(/[a-zA-Z]/g, change);

const toText: NativeTable[string] = ['a', (args, { evaluator }) => evaluator.text(args.value(0))];

/** Functions of texts. */
export const textFunctions: NativeTable = {
  toString: toText,
  codepoint: ['str', (args) => codepoint(args.text(0))],
  char: ['n', (args) => character(args.number(0))],
  substr: ['str from len', substring],
  findSubstr: ['pat str', found],
  startsWith: ['a b', (args) => args.text(0).startsWith(args.text(1))],
  endsWith: ['a b', (args) => args.text(0).endsWith(args.text(1))],
  stripChars: ['str chars', (args) => strip(args.text(0), args.text(1), { left: true, right: true })],
  lstripChars: ['str chars', (args) => strip(args.text(0), args.text(1), { left: true, right: false })],
  rstripChars: ['str chars', (args) => strip(args.text(0), args.text(1), { left: false, right: true })],
  trim: ['str', (args) => strip(args.text(0), ' \t\n\f\r\u0085\u00a0', { left: true, right: true })],
  split: ['str c', (args) => arrayOf(split(args.text(0), args.text(1), -1))],
  splitLimit: ['str c maxsplits', (args) => arrayOf(split(args.text(0), args.text(1), args.number(2)))],
  splitLimitR: ['str c maxsplits', (args) => arrayOf(splitFromRight(args.text(0), args.text(1), args.number(2)))],
  strReplace: [
    'str from to',
    (args) => {
      if (args.text(1) === '') throw runtimeError("'from' string must not be zero length.");
      return args.text(0).replaceAll(args.text(1), () => args.text(2));
    },
  ],
  isEmpty: ['str', (args) => args.text(0) === ''],
  equalsIgnoreCase: ['str1 str2', (args) => args.text(0).toLowerCase() === args.text(1).toLowerCase()],
  asciiUpper: ['str', (args) => ascii(args.text(0), (letter) => letter.toUpperCase())],
  asciiLower: ['str', (args) => ascii(args.text(0), (letter) => letter.toLowerCase())],
  stringChars: ['str', (args) => listOf(codePoints(args.text(0)).map((character) => Thunk.of(character)))],
  format: ['str vals', (args, { evaluator }) => formatText(args.text(0), args.value(1), evaluator)],
  mod: [
    'a b',
    (args, { evaluator }) => {
      const left = args.value(0);
      if (typeof left === 'string') return formatText(left, args.value(1), evaluator);
      if (args.number(1) === 0) throw runtimeError('Division by zero.');
      return args.number(0) % args.number(1);
    },
  ],
  parseInt: ['str', (args) => parseWhole(args, 10, /^-?\d+$/)],
  parseOctal: ['str', (args) => parseWhole(args, 8, /^[0-7]+$/)],
  parseHex: ['str', (args) => parseWhole(args, 16, /^[0-9a-fA-F]+$/)],
  parseJson: ['str', (args) => parseJsonText(args.text(0))],
  parseYaml: ['str', (args) => parseYamlText(args.text(0))],
  escapeStringJson: ['str_', (args, { evaluator }) => JSON.stringify(evaluator.text(args.value(0)))],
  escapeStringPython: ['str', (args, { evaluator }) => JSON.stringify(evaluator.text(args.value(0)))],
  escapeStringBash: ['str_', (args, { evaluator }) => `'${evaluator.text(args.value(0)).replaceAll("'", `'"'"'`)}'`],
  escapeStringDollars: ['str_', (args, { evaluator }) => evaluator.text(args.value(0)).replaceAll('$', '$$$$')],
  escapeStringXML: ['str_', (args, { evaluator }) => escapeXml(evaluator.text(args.value(0)))],
  resolvePath: [
    'f r',
    (args) => {
      const parts = args.text(0).split('/');
      return [...parts.slice(0, -1), args.text(1)].join('/');
    },
  ],
};
