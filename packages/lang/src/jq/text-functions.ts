// Functions over texts, and what turns texts into other values.

import { type Json, parseJson } from '@evenkeel/resource';
import { failedOn, notApplicable } from './errors.ts';
import { encode, isArray, isNumber, isObject, runes, sortedKeys } from './json.ts';
import { isNumberText } from './lexer.ts';
import { formatFunction, toText } from './formats.ts';
import { add, numberOf, splitText, toInteger } from './numbers.ts';

type Native = (value: Json, args: readonly Json[]) => Json;

/** By name and number of arguments. */
export const textFunctions: Readonly<Record<string, Native>> = {
  'utf8bytelength/0': (value) => new TextEncoder().encode(text('utf8bytelength', value)).length,
  'toboolean/0': toBoolean,
  'tonumber/0': toNumber,
  'tostring/0': toText,
  'startswith/1': both('startswith', (whole, part) => whole.startsWith(part)),
  'endswith/1': both('endswith', (whole, part) => whole.endsWith(part)),
  'ltrimstr/1': both('ltrimstr', trimStart),
  'rtrimstr/1': both('rtrimstr', trimEnd),
  'trimstr/1': both('trimstr', (whole, part) => trimEnd(trimStart(whole, part), part)),
  'ltrim/0': (value) => text('ltrim', value).replace(leadingSpace, ''),
  'rtrim/0': (value) => text('rtrim', value).replace(trailingSpace, ''),
  'trim/0': (value) => text('trim', value).replace(leadingSpace, '').replace(trailingSpace, ''),
  'explode/0': (value) => runes(text('explode', value)).map((char) => char.codePointAt(0) ?? 0),
  'implode/0': implode,
  'split/1': (value, [separator = null]) => {
    if (typeof separator !== 'string' && typeof value === 'string') throw notApplicable('split', separator);
    return splitText(text('split', value), separator as string);
  },
  'join/1': (value, [separator = null]) => join(value, separator),
  'ascii_downcase/0': (value) => text('ascii_downcase', value).replace(/[A-Z]/g, (char) => char.toLowerCase()),
  'ascii_upcase/0': (value) => text('ascii_upcase', value).replace(/[a-z]/g, (char) => char.toUpperCase()),
  'tojson/0': (value) => encode(value),
  'fromjson/0': fromJson,
  'format/1': (value, [name = null]) => {
    if (typeof name !== 'string') throw notApplicable('format', name);
    return formatFunction(`@${name}`)(value);
  },
};

const space = '[\\t\\n\\v\\f\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]';
const leadingSpace = new RegExp(`^${space}+`, 'u');
const trailingSpace = new RegExp(`${space}+$`, 'u');

function text(name: string, value: Json): string {
  if (typeof value !== 'string') throw notApplicable(name, value);
  return value;
}

function both(name: string, apply: (whole: string, part: string) => Json): Native {
  return (value, [part = null]) => {
    if (typeof value !== 'string' || typeof part !== 'string') throw notApplicable(name, value, [part]);
    return apply(value, part);
  };
}

function trimStart(whole: string, part: string): string {
  return whole.startsWith(part) ? whole.slice(part.length) : whole;
}

function trimEnd(whole: string, part: string): string {
  return part !== '' && whole.endsWith(part) ? whole.slice(0, -part.length) : whole;
}

function toBoolean(value: Json): Json {
  if (typeof value === 'boolean') return value;
  if (value === 'true' || value === 'false') return value === 'true';
  if (typeof value === 'string') throw failedOn('toboolean', value, [], 'invalid boolean');
  throw notApplicable('toboolean', value);
}

function toNumber(value: Json): Json {
  if (isNumber(value)) return value;
  if (typeof value !== 'string') throw notApplicable('tonumber', value);
  if (!isNumberText(value)) throw failedOn('tonumber', value, [], 'invalid number');
  return numberOf(value);
}

function implode(value: Json): Json {
  if (!isArray(value)) throw notApplicable('implode', value);
  const chars = value.map((code) => {
    const point = toInteger(code);
    if (point === undefined) throw notApplicable('implode', value);
    const isCharacter = point >= 0 && point <= 0x10ffff && !(point >= 0xd800 && point <= 0xdfff);
    return String.fromCodePoint(isCharacter ? point : 0xfffd);
  });
  return chars.join('');
}

function join(value: Json, separator: Json): Json {
  const items = isArray(value)
    ? value
    : isObject(value)
      ? sortedKeys(value).map((key) => value[key] ?? null)
      : undefined;
  if (!items) throw notApplicable('join', value, [separator]);
  if (items.length === 0) return '';
  let result: Json = null;
  for (const [index, item] of items.entries()) {
    result = add(result, index === 0 ? '' : separator);
    result = add(result, typeof item === 'boolean' || isNumber(item) ? encode(item) : item);
  }
  return result;
}

function fromJson(value: Json): Json {
  if (typeof value !== 'string') throw notApplicable('fromjson', value);
  try {
    return parseJson(value);
  } catch {
    const problem = jsonProblem(value);
    // A value with more behind it is refused as a whole.
    if (problem.endsWith('after top-level value')) throw notApplicable('fromjson', value);
    throw failedOn('fromjson', value, [], problem);
  }
}

/** What Go's decoder says of text that is no JSON. */
function jsonProblem(source: string): string {
  if (source.trim() === '') return 'EOF';
  for (let end = 1; end <= source.length; end += 1) {
    const char = source[end - 1] ?? '';
    if (isJsonBeginning(source.slice(0, end))) continue;
    const word = /[a-z]+$/.exec(source.slice(0, end - 1))?.[0] ?? '';
    const literal = ['true', 'false', 'null'].find((name) => word !== '' && word !== name && name.startsWith(word));
    if (literal !== undefined) {
      return `invalid character ${quoted(char)} in literal ${literal} (expecting ${quoted(literal[word.length] ?? '')})`;
    }
    if (end === 1 || source.slice(0, end - 1).trim() === '') {
      return `invalid character ${quoted(char)} looking for beginning of value`;
    }
    return `invalid character ${quoted(char)} ${place(source.slice(0, end - 1))}`;
  }
  return 'unexpected EOF';
}

function quoted(char: string): string {
  return char === "'" ? `'\\''` : char === '"' ? `'"'` : `'${JSON.stringify(char).slice(1, -1)}'`;
}

function isJsonBeginning(source: string): boolean {
  return jsonTail(source) !== undefined;
}

function place(before: string): string {
  const last = before.trimEnd().at(-1) ?? '';
  if (last === '{') return 'looking for beginning of object key string';
  if (last === ',' || last === '[' || last === ':') return 'looking for beginning of value';
  const open = jsonTail(before);
  if (open === '{k') return 'after object key';
  if (open === '{v') return 'after object key:value pair';
  if (open === '[') return 'after array element';
  return 'after top-level value';
}

/** The container that is open at the end of a beginning of JSON; undefined for what begins no JSON. */
function jsonTail(source: string): string | undefined {
  const tokens = /\s*(?:([[\]{},:])|("(?:[^"\\]|\\.)*")|([^\s[\]{},:"]+))/gsy;
  const stack: string[] = [];
  let previous = '';
  let expected = 'value' as 'value' | 'key' | 'colon' | 'end';
  const closed = (): void => {
    expected = 'end';
    const top = stack.at(-1);
    if (top === '{k') stack[stack.length - 1] = '{v';
  };
  while (tokens.lastIndex < source.trimEnd().length) {
    const match = tokens.exec(source);
    if (!match) return stack.at(-1) ?? '';
    const [, mark, string, word] = match;
    const isAwaiting = previous === ',' || previous === ':';
    previous = mark ?? '';
    if (mark === '[' || mark === '{') {
      if (expected !== 'value') return undefined;
      stack.push(mark === '[' ? '[' : '{');
      expected = mark === '[' ? 'value' : 'key';
    } else if (mark === ']' || mark === '}') {
      if (isAwaiting) return undefined;
      const top = stack.pop();
      if (top?.[0] !== (mark === ']' ? '[' : '{')) return undefined;
      closed();
    } else if (mark === ',') {
      if (expected !== 'end' || stack.length === 0) return undefined;
      expected = stack.at(-1) === '[' ? 'value' : 'key';
    } else if (mark === ':') {
      if (expected !== 'colon') return undefined;
      expected = 'value';
    } else if (string !== undefined && expected === 'key') {
      stack[stack.length - 1] = '{k';
      expected = 'colon';
    } else {
      if (expected !== 'value') return undefined;
      if (
        word !== undefined &&
        !/^(true|false|null|-?\d+(\.\d+)?([eE][+-]?\d+)?|t|tr|tru|f|fa|fal|fals|n|nu|nul|-)$/.test(word)
      )
        return undefined;
      closed();
    }
  }
  return stack.at(-1) ?? '';
}
