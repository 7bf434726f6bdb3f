// sprig's list functions (sprig v3.3.0 list.go).

import { any, anys, bool, int, strings } from '../exec/codecs.ts';
import { deepEqual } from '../exec/compare.ts';
import { type Codec, GoError, type GoFunction, fn, rest } from '../exec/function.ts';
import { compareStrings } from '../value/go-string.ts';
import { anySliceType, sliceOf, uint8Type } from '../value/go-type.ts';
import { GoInt, type GoSlice, type Value, nilSlice, sliceType, typeOf, withType } from '../value/value.ts';
import { strslice, strval, toInt64 } from './cast.ts';
import { isEmpty } from './defaults.ts';

/** The elements of a slice; undefined when the value is none. A nil has no type and makes Go panic. */
function items(value: Value): readonly Value[] | undefined {
  if (value === null || value === undefined) {
    throw new GoError('runtime error: invalid memory address or nil pointer dereference');
  }
  if (Array.isArray(value)) return value;
  if (value instanceof Uint8Array) return [...value].map((byte) => new GoInt(BigInt(byte), uint8Type));
  return undefined;
}

function listOr(value: Value, complaint: string): readonly Value[] {
  return items(value) ?? refuse(value, complaint);
}

function refuse(value: Value, complaint: string): never {
  throw new GoError(`${complaint} ${typeOf(value)?.kind ?? 'invalid'}`);
}

type Named = readonly [string, GoFunction];

/** A function under its name and, with `must`, the same again: the one panics, the other returns the error; templates see no difference. */
function both(name: string, made: GoFunction): readonly Named[] {
  return [
    [name, made],
    [`must${name.charAt(0).toUpperCase()}${name.slice(1)}`, made],
  ];
}

function inList(list: readonly Value[], needle: Value): boolean {
  return list.some((item) => deepEqual(needle, item));
}

function chunked(size: number, value: Value): GoSlice {
  const list = listOr(value, 'Cannot chunk type');
  const count = Math.floor((list.length - 1) / size) + 1;
  if (!Number.isFinite(count) || count < 0 || (size < 0 && count > 0))
    throw new GoError('runtime error: makeslice: len out of range');
  const chunks: GoSlice = [];
  for (let index = 0; index < count; index++) chunks.push(list.slice(index * size, (index + 1) * size));
  return chunks;
}

const chunkResult: Codec<GoSlice> = {
  type: sliceOf(anySliceType),
  read: (value) => (Array.isArray(value) ? value : []),
  write: (value) => withType(value, sliceOf(anySliceType)),
};

function sliceBetween(value: Value, indices: readonly Value[]): Value {
  const list = items(value);
  if (list === undefined) throw new GoError(`list should be type of slice or array but ${typeOf(value)?.kind ?? ''}`);
  if (list.length === 0) return null;
  const start = indices.length > 0 ? Number(toInt64(indices[0])) : 0;
  const end = indices.length < 2 ? list.length : Number(toInt64(indices[1]));
  if (start < 0 || start > end || end > list.length)
    throw new GoError('reflect.Value.Slice: slice index out of bounds');
  if (value instanceof Uint8Array) return value.subarray(start, end);
  return withType(list.slice(start, end), Array.isArray(value) ? sliceType(value) : anySliceType);
}

function sortedTexts(value: Value): readonly string[] {
  if (Array.isArray(value) || value instanceof Uint8Array) return strslice(value).sort(compareStrings);
  return [strval(value)];
}

function concatenated(lists: readonly Value[]): GoSlice {
  const all: GoSlice = [];
  for (const value of lists) {
    const list = items(value);
    if (list === undefined) throw new GoError(`Cannot concat type ${typeOf(value)?.kind ?? ''} as list`);
    for (const item of list) all.push(item);
  }
  return all.length === 0 ? nilSlice() : all;
}

const made = fn([rest(any)], anys, (values) => [...values]);

export const listFunctions: readonly Named[] = [
  ['list', made],
  ['tuple', made],
  ...both(
    'append',
    fn([any, any], anys, ([list, value]) => [...listOr(list, 'Cannot push on type'), value]),
  ),
  ...both(
    'push',
    fn([any, any], anys, ([list, value]) => [...listOr(list, 'Cannot push on type'), value]),
  ),
  ...both(
    'prepend',
    fn([any, any], anys, ([list, value]) => [value, ...listOr(list, 'Cannot prepend on type')]),
  ),
  ...both(
    'first',
    fn([any], any, ([list]) => listOr(list, 'Cannot find first on type')[0] ?? null),
  ),
  ...both(
    'last',
    fn([any], any, ([list]) => listOr(list, 'Cannot find last on type').at(-1) ?? null),
  ),
  ...both(
    'rest',
    fn([any], anys, ([list]) => {
      const all = listOr(list, 'Cannot find rest on type');
      return all.length === 0 ? nilSlice() : all.slice(1);
    }),
  ),
  ...both(
    'initial',
    fn([any], anys, ([list]) => {
      const all = listOr(list, 'Cannot find initial on type');
      return all.length === 0 ? nilSlice() : all.slice(0, -1);
    }),
  ),
  ['sortAlpha', fn([any], strings, ([list]) => sortedTexts(list))],
  ...both(
    'reverse',
    fn([any], anys, ([list]) => listOr(list, 'Cannot find reverse on type').toReversed()),
  ),
  ...both(
    'compact',
    fn([any], anys, ([list]) => listOr(list, 'Cannot compact on type').filter((item) => !isEmpty(item))),
  ),
  ...both(
    'uniq',
    fn([any], anys, ([list], call) => {
      const unique: GoSlice = [];
      for (const item of listOr(list, 'Cannot find uniq on type')) {
        call.step(unique.length);
        if (!inList(unique, item)) unique.push(item);
      }
      return unique;
    }),
  ),
  ...both(
    'without',
    fn([any, rest(any)], anys, ([list, ...omitted]) =>
      listOr(list, 'Cannot find without on type').filter((item) => !inList(omitted, item)),
    ),
  ),
  ...both(
    'has',
    fn([any, any], bool, ([needle, haystack]) => {
      if (haystack === null || haystack === undefined) return false;
      return inList(listOr(haystack, 'Cannot find has on type'), needle);
    }),
  ),
  ...both(
    'slice',
    fn([any, rest(any)], any, ([list, ...indices]) => sliceBetween(list, indices)),
  ),
  ['concat', fn([rest(any)], any, (lists) => concatenated(lists))],
  ...both(
    'chunk',
    fn([int, any], chunkResult, ([size, list]) => chunked(size, list)),
  ),
];
