// text/template's own functions. `and` and `or` are evaluated by the compiler, because they do not evaluate every argument.

import { sprint, sprintf, sprintln } from '../fmt/printer.ts';
import { goBytes, goLength, goString, isPrint, rejoined } from '../value/go-string.ts';
import { type GoType, assignable, anyType, canBeNil, uint8Type } from '../value/go-type.ts';
import { GoInt, GoScalar, type Value, mapType, sliceType, typeOf, withType } from '../value/value.ts';
import type { Call } from './call.ts';
import { any, bool, int, reflectValue, str } from './codecs.ts';
import { equal, isTrue, lessThan } from './compare.ts';
import { zeroOf } from './fields.ts';
import { type FunctionMap, GoError, GoFunction, fn, rest } from './function.ts';

function lengthOf(value: Value): number | undefined {
  if (typeof value === 'string') return goLength(value);
  if (Array.isArray(value) || value instanceof Uint8Array) return value.length;
  if (value instanceof GoScalar && typeof value.value === 'string') return goLength(value.value);
  return value instanceof Map ? value.size : undefined;
}

/** The type of a value behind any pointer. */
function pointedTo(value: Value): string {
  const type = typeOf(value);
  return (type?.kind === 'ptr' ? type.elem : type)?.text ?? '';
}

function indexArg(index: Value, length: number): number {
  if (index === undefined || index === null) throw new GoError('cannot index slice/array with nil');
  if (!(index instanceof GoInt)) throw new GoError(`cannot index slice/array with type ${typeOf(index)?.text ?? ''}`);
  if (index.value < 0n || index.value > BigInt(length)) throw new GoError(`index out of range: ${index.value}`);
  return Number(index.value);
}

/** Go's reflect panics, which index does not guard against at exactly the length. */
function elementAt<T>(items: ArrayLike<T>, index: number, what: string): T {
  const item = items[index];
  if (index >= items.length || item === undefined) throw new GoError(`reflect: ${what} index out of range`);
  return item;
}

function indexed(item: Value, index: Value): Value {
  if (item === null || item === undefined) throw new GoError('index of nil pointer');
  const text = item instanceof GoScalar ? item.value : item;
  if (typeof text === 'string') {
    const bytes = goBytes(text);
    return new GoInt(BigInt(elementAt(bytes, indexArg(index, bytes.length), 'string')), uint8Type);
  }
  if (item instanceof Uint8Array) {
    return new GoInt(BigInt(elementAt(item, indexArg(index, item.length), 'slice')), uint8Type);
  }
  if (Array.isArray(item)) {
    const at = indexArg(index, item.length);
    if (at >= item.length) throw new GoError('reflect: slice index out of range');
    return item[at];
  }
  if (item instanceof Map) {
    const type = mapType(item);
    const key = preparedArg(index, type.key ?? anyType);
    const value = item.get(mapKey(item, key));
    return value === undefined ? zeroOf(type.elem ?? anyType) : value;
  }
  throw new GoError(`can't index item of type ${pointedTo(item)}`);
}

/** Integer keys are objects here: find the equal one. */
function mapKey(map: ReadonlyMap<Value, Value>, key: Value): Value {
  if (!(key instanceof GoInt)) return key;
  for (const candidate of map.keys()) {
    if (candidate instanceof GoInt && candidate.value === key.value) return candidate;
  }
  return key;
}

function isIntLike(type: GoType): boolean {
  return /^u?int/.test(type.kind);
}

/** text/template's prepareArg, for index and call. */
function preparedArg(value: Value, type: GoType): Value {
  if (value === undefined || value === null) {
    if (!canBeNil(type)) throw new GoError(`value is nil; should be of type ${type.text}`);
    return zeroOf(type);
  }
  const from = typeOf(value) ?? anyType;
  if (assignable(from, type)) return value;
  if (value instanceof GoInt && isIntLike(type)) return new GoInt(value.value, type);
  throw new GoError(`value has type ${from.text}; should be ${type.text}`);
}

const index = fn([reflectValue, rest(reflectValue)], reflectValue, ([item, ...indexes]) => {
  if (item === undefined || item === null) throw new GoError('index of untyped nil');
  let current: Value = item;
  for (const at of indexes) current = indexed(current, at);
  return current;
});

const slice = fn([reflectValue, rest(reflectValue)], reflectValue, ([item, ...indexes]) => {
  if (item === undefined || item === null) throw new GoError('slice of untyped nil');
  if (indexes.length > 3) throw new GoError(`too many slice indexes: ${indexes.length}`);
  const isText = typeof item === 'string' || (item instanceof GoScalar && typeof item.value === 'string');
  if (isText && indexes.length === 3) throw new GoError('cannot 3-index slice a string');
  if (!isText && !Array.isArray(item) && !(item instanceof Uint8Array)) {
    throw new GoError(`can't slice item of type ${pointedTo(item)}`);
  }
  const length = lengthOf(item) ?? 0;
  const bounds = [0, length, length];
  indexes.forEach((at, position) => (bounds[position] = indexArg(at, length)));
  const [from = 0, to = 0, max = 0] = bounds;
  if (from > to) throw new GoError(`invalid slice index: ${from} > ${to}`);
  if (indexes.length === 3 && to > max) throw new GoError(`invalid slice index: ${to} > ${max}`);
  if (Array.isArray(item)) return withType(item.slice(from, to), sliceType(item));
  if (item instanceof Uint8Array) return item.subarray(from, to);
  const text = item instanceof GoScalar ? String(item.value) : String(item);
  return goString(goBytes(text).subarray(from, to));
});

const length = fn([reflectValue], int, ([item]) => {
  if (item === null) throw new GoError('len of nil pointer');
  if (item === undefined) throw new GoError('reflect: call of reflect.Value.Type on zero Value');
  const size = lengthOf(item);
  if (size === undefined) throw new GoError(`len of type ${pointedTo(item)}`);
  return size;
});

/** `call`: the compiler passes the callee's text as the first argument. */
const call = fn([str, reflectValue, rest(reflectValue)], reflectValue, ([name, callee, ...args], context) => {
  if (callee === undefined || callee === null) throw new GoError('call of nil');
  if (!(callee instanceof GoFunction)) throw new GoError(`non-function ${name} of type ${typeOf(callee)?.text ?? ''}`);
  const count = callee.params.length;
  if (callee.rest === undefined ? args.length !== count : args.length < count) {
    const least = callee.rest === undefined ? '' : 'at least ';
    throw new GoError(`wrong number of args for ${name}: got ${args.length} want ${least}${count}`);
  }
  const prepared = args.map((arg, position) => {
    try {
      return preparedArg(arg, callee.params[position] ?? callee.rest ?? anyType);
    } catch (error) {
      if (error instanceof GoError) throw new GoError(`arg ${position}: ${error.message}`);
      throw error;
    }
  });
  return callee.invoke(prepared, context);
});

function equalsAny(first: Value, others: readonly Value[]): boolean {
  if (others.length === 0) throw new GoError('missing argument for comparison');
  return others.some((other) => equal(first, other));
}

/** text/template's evalArgs: one string is itself, anything else is Sprint. */
function textOf(args: readonly Value[]): string {
  const [first] = args;
  return args.length === 1 && typeof first === 'string' ? first : sprint(args.map(printable));
}

function printable(value: Value): Value {
  return value === undefined || value === null ? '<no value>' : value;
}

const htmlEscapes: Readonly<Record<string, string>> = {
  '\0': '�',
  '"': '&#34;',
  "'": '&#39;',
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
};

/** template.HTMLEscapeString. */
export function htmlEscape(text: string): string {
  // eslint-disable-next-line no-control-regex -- NUL is one of the escaped characters.
  return text.replaceAll(/[\0"'&<>]/g, (char) => htmlEscapes[char] ?? char);
}

const jsEscapes: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  "'": "\\'",
  '"': '\\"',
  '<': '\\u003C',
  '>': '\\u003E',
  '&': '\\u0026',
  '=': '\\u003D',
};

/** template.JSEscapeString. */
export function jsEscape(text: string): string {
  let out = '';
  for (const char of text) {
    const code = char.codePointAt(0) ?? 0;
    const known = jsEscapes[char];
    if (known !== undefined) out += known;
    else if (code < 0x20) out += `\\u00${code.toString(16).toUpperCase().padStart(2, '0')}`;
    else if (code < 0x80) out += char;
    else
      out +=
        isPrint(code) || (code >= 0xd800 && code <= 0xdfff)
          ? char
          : `\\u${code.toString(16).toUpperCase().padStart(4, '0')}`;
  }
  return out;
}

/** url.QueryEscape. */
export function queryEscape(text: string): string {
  let out = '';
  for (const byte of goBytes(text)) {
    const char = String.fromCharCode(byte);
    if (/[A-Za-z0-9\-_.~]/.test(char)) out += char;
    else out += char === ' ' ? '+' : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return out;
}

function printing(format: (args: readonly Value[]) => string): GoFunction {
  return fn([rest(any)], str, (args) => rejoined(format(args)));
}

function wideFormat(format: string, args: readonly Value[], context: Call): string {
  // Widths go up to a million each; the output limit must be asked before such a text is made.
  context.reserve(format.length);
  return sprintf(format, args);
}

/** The functions by name, without and/or. */
export const builtins: FunctionMap = new Map<string, GoFunction>([
  ['call', call],
  ['html', printing((args) => htmlEscape(textOf(args)))],
  ['index', index],
  ['slice', slice],
  ['js', printing((args) => jsEscape(textOf(args)))],
  ['len', length],
  ['not', fn([reflectValue], bool, ([value]) => !isTrue(value))],
  ['print', printing(sprint)],
  ['printf', fn([str, rest(any)], str, ([format, ...args], context) => rejoined(wideFormat(format, args, context)))],
  ['println', printing(sprintln)],
  ['urlquery', printing((args) => queryEscape(textOf(args)))],
  ['eq', fn([reflectValue, rest(reflectValue)], bool, ([first, ...others]) => equalsAny(first, others))],
  ['ne', fn([reflectValue, reflectValue], bool, ([a, b]) => !equal(a, b))],
  ['lt', fn([reflectValue, reflectValue], bool, ([a, b]) => lessThan(a, b))],
  ['le', fn([reflectValue, reflectValue], bool, ([a, b]) => lessThan(a, b) || equal(a, b))],
  ['gt', fn([reflectValue, reflectValue], bool, ([a, b]) => !(lessThan(a, b) || equal(a, b)))],
  ['ge', fn([reflectValue, reflectValue], bool, ([a, b]) => !lessThan(a, b))],
]);

/** and/or: known to the parser and the compiler; never invoked. */
export const shortCircuit: FunctionMap = new Map<string, GoFunction>(
  ['and', 'or'].map((name) => [
    name,
    fn([reflectValue, rest(reflectValue)], reflectValue, () => {
      throw new GoError('unreachable');
    }),
  ]),
);
