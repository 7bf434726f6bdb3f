// Functions of texts (cel-go:ext/strings.go, v0.26.0). Positions count code points.

import { type Implementation, type Overload, overload } from '../overload.ts';
import { ArrayList, CelError, type ListValue, type Value, plainText } from '../values.ts';
import { formatText, localizedStyle, plainStyle } from './format-text.ts';

function outOfRange(index: Value): CelError {
  return new CelError(`index out of range: ${plainText(index)}`);
}

function points(text: Value | undefined): readonly string[] {
  return Array.from(text as string);
}

function startsAt(list: readonly string[], part: readonly string[], at: number): boolean {
  return part.every((point, index) => list[at + index] === point);
}

const indexOf: Implementation = (text, part, offset = 0n) => {
  if (part === '') return offset;
  const [all, wanted] = [points(text), points(part)];
  if ((offset as bigint) < 0n) throw outOfRange(offset);
  for (let at = Number(offset); at + wanted.length <= all.length; at++)
    if (startsAt(all, wanted, at)) return BigInt(at);
  return -1n;
};

const lastIndexOf: Implementation = (text, part, offset) => {
  const [all, wanted] = [points(text), points(part)];
  if (part === '') return offset ?? BigInt(all.length);
  if (offset === undefined && all.length < wanted.length) return -1n;
  const from = offset ?? BigInt(all.length - 1);
  if ((from as bigint) < 0n) throw outOfRange(from);
  if ((from as bigint) >= BigInt(all.length)) return -1n;
  for (let at = Math.min(Number(from), all.length - wanted.length); at >= 0; at--)
    if (startsAt(all, wanted, at)) return BigInt(at);
  return -1n;
};

const charAt: Implementation = (text, index) => {
  const all = points(text);
  const at = Number(index);
  if (at < 0 || at > all.length) throw outOfRange(index ?? null);
  return all[at] ?? '';
};

const substring: Implementation = (text, start, end) => {
  const all = points(text);
  if (end !== undefined && (start as bigint) > (end as bigint))
    throw new CelError(`invalid substring range. start: ${plainText(start)}, end: ${plainText(end)}`);
  for (const index of [start, end]) {
    if (index !== undefined && ((index as bigint) < 0n || (index as bigint) > BigInt(all.length)))
      throw outOfRange(index);
  }
  return all.slice(Number(start), end === undefined ? undefined : Number(end)).join('');
};

const replace: Implementation = (text, from, to, limit = -1n) => {
  const [all, old, fresh, count] = [text as string, from as string, to as string, Number(limit)];
  if (count < 0) return old === '' ? interleaved(all, fresh, Infinity) : all.split(old).join(fresh);
  if (old === '') return interleaved(all, fresh, count);
  const pieces = all.split(old);
  if (pieces.length - 1 <= count) return pieces.join(fresh);
  return pieces.slice(0, count + 1).join(fresh) + old + pieces.slice(count + 1).join(old);
};

// Replacing the empty text puts the new one before every code point and at the end.
function interleaved(text: string, fresh: string, limit: number): string {
  let left = limit;
  let result = '';
  for (const point of [...Array.from(text), '']) result += (left-- > 0 ? fresh : '') + point;
  return result;
}

const split: Implementation = (text, separator, limit = -1n) => {
  const count = Number(limit);
  if (count === 0) return new ArrayList([]);
  const pieces = separator === '' ? points(text) : (text as string).split(separator as string);
  if (count < 0 || pieces.length <= count) return new ArrayList(pieces);
  return new ArrayList([...pieces.slice(0, count - 1), pieces.slice(count - 1).join(separator as string)]);
};

const join: Implementation = (list, separator) => {
  const parts: string[] = [];
  for (const item of list as ListValue) {
    if (typeof item !== 'string')
      throw new CelError(`no such overload: join(list${separator === undefined ? '' : ', string'})`);
    parts.push(item);
  }
  return parts.join((separator ?? '') as string);
};

// Go's white space is Unicode's White_Space, which lacks U+FEFF and has U+0085.
const trim: Implementation = (text) =>
  (text as string).replace(/^[\p{White_Space}]+/u, '').replace(/[\p{White_Space}]+$/u, '');

const escapes: Readonly<Record<string, string>> = {
  '\u0007': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
  '"': '\\"',
};

const quote: Implementation = (text) =>
  `"${Array.from((text as string).toWellFormed(), (point) => escapes[point] ?? point).join('')}"`;

export const stringFunctions: readonly Overload[] = [
  overload('string_char_at_int', 'string .charAt(int) string', charAt),
  overload('string_index_of_string', 'string .indexOf(string) int', indexOf),
  overload('string_index_of_string_int', 'string .indexOf(string, int) int', indexOf),
  overload('list_join', 'list(string) .join() string', join),
  overload('list_join_string', 'list(string) .join(string) string', join),
  overload('string_last_index_of_string', 'string .lastIndexOf(string) int', lastIndexOf),
  overload('string_last_index_of_string_int', 'string .lastIndexOf(string, int) int', lastIndexOf),
  overload('string_lower_ascii', 'string .lowerAscii() string', (text) =>
    (text as string).replaceAll(/[A-Z]+/g, (part) => part.toLowerCase()),
  ),
  overload('string_upper_ascii', 'string .upperAscii() string', (text) =>
    (text as string).replaceAll(/[a-z]+/g, (part) => part.toUpperCase()),
  ),
  overload('strings_quote', 'strings.quote(string) string', quote),
  overload('string_replace_string_string', 'string .replace(string, string) string', replace),
  overload('string_replace_string_string_int', 'string .replace(string, string, int) string', replace),
  overload('string_split_string', 'string .split(string) list(string)', split),
  overload('string_split_string_int', 'string .split(string, int) list(string)', split),
  overload('string_substring_int', 'string .substring(int) string', substring),
  overload('string_substring_int_int', 'string .substring(int, int) string', substring),
  overload('string_trim', 'string .trim() string', trim),
];

/** Newer than what Kubernetes 1.35 has. */
export const newerStringFunctions: readonly Overload[] = [
  overload('string_reverse', 'string .reverse() string', (text) => [...points(text)].reverse().join('')),
];

/** string.format as Kubernetes has it: numbers in American English, texts in lists quoted. */
export const localizedFormat: Overload = overload('string_format', 'string .format(list(dyn)) string', (format, args) =>
  formatText(format as string, args as ListValue, localizedStyle),
);

/** string.format of the specification. */
export const plainFormat: Overload = overload('string_format', 'string .format(list(dyn)) string', (format, args) =>
  formatText(format as string, args as ListValue, plainStyle),
);
