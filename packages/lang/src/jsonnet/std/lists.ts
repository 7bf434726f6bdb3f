// std: lists, and sets, which are lists in order with nothing twice.

import { add, compareValues, equalValues } from '../operators.ts';
import { ArrayValue, Thunk, type Value, runtimeError, typeName } from '../values.ts';
import { type Args, type NativeTable, listOf, unexpected } from './native.ts';

function sorted(items: readonly Thunk[], key: (item: Thunk) => Value): readonly Thunk[] {
  const keyed = items.map((item) => ({ item, key: key(item) }));
  // A stable sort, as the original's.
  return keyed.sort((left, right) => compareValues(left.key, right.key)).map(({ item }) => item);
}

function unique(items: readonly Thunk[], key: (item: Thunk) => Value): readonly Thunk[] {
  let last: Value | undefined;
  return items.filter((item) => {
    const now = key(item);
    const isNew = last === undefined || compareValues(last, now) !== 0;
    last = now;
    return isNew;
  });
}

/** Walks two sets side by side. */
function merged(args: Args, keep: (inFirst: boolean, inSecond: boolean) => boolean): ArrayValue {
  const [a, b] = [args.list(0), args.list(1)];
  const key = args.key(2);
  const found: Thunk[] = [];
  let [i, j] = [0, 0];
  for (;;) {
    const [first, second] = [a[i], b[j]];
    if (!first && !second) return listOf(found);
    const order = !first ? 1 : !second ? -1 : compareValues(key(first), key(second));
    const taken = order <= 0 ? first : second;
    if (taken && keep(order <= 0, order >= 0)) found.push(taken);
    if (order <= 0) i += 1;
    if (order >= 0) j += 1;
  }
}

function flattened(value: Value): readonly Thunk[] {
  if (!(value instanceof ArrayValue)) return [Thunk.of(value)];
  return value.items.flatMap((item) => flattened(item.force()));
}

function joined(args: Args): Value {
  const separator = args.value(0);
  const parts = args.list(1).flatMap((item) => {
    const value = item.force();
    return value === null ? [] : [value];
  });
  if (typeof separator === 'string') {
    const texts = parts.map((part) => {
      if (typeof part !== 'string') throw unexpected(part, 'string');
      return part;
    });
    return texts.join(separator);
  }
  if (!(separator instanceof ArrayValue)) {
    throw runtimeError(`join first parameter should be string or array, got ${typeName(separator)}`);
  }
  const items = parts.flatMap((part, index) => {
    if (!(part instanceof ArrayValue)) throw unexpected(part, 'array');
    return index === 0 ? part.items : [...separator.items, ...part.items];
  });
  return listOf(items);
}

function sliced(args: Args): Value {
  const target = args.value(0);
  const items = args.characters(0);
  const bound = (index: number, fallback: number): number => {
    const value = args.value(index);
    if (value === null) return fallback;
    if (typeof value !== 'number') throw unexpected(value, 'number');
    return value;
  };
  const step = bound(3, 1);
  if (step <= 0)
    throw runtimeError(`got [${bound(1, 0)}:${bound(2, items.length)}:${step}] but step must be greater than 0`);
  const place = (value: number): number => (value < 0 ? Math.max(0, items.length + value) : value);
  const [from, to] = [place(bound(1, 0)), Math.min(items.length, place(bound(2, items.length)))];
  const found: Thunk[] = [];
  for (let index = from; index < to; index += step) {
    const item = items[index];
    if (item) found.push(item);
  }
  return typeof target === 'string' ? found.map((item) => textOf(item.force())).join('') : listOf(found);
}

function repeated(args: Args): Value {
  const what = args.value(0);
  const count = args.number(1);
  if (typeof what === 'string') return what.repeat(Math.max(0, count));
  if (!(what instanceof ArrayValue)) throw runtimeError('std.repeat first argument must be an array or a string');
  checkLength(what.items.length * count);
  return listOf(Array.from({ length: Math.max(0, count) }, () => what.items).flat());
}

const LENGTH_MAX = 2_000_000;

function checkLength(count: number): void {
  if (count > LENGTH_MAX) throw runtimeError(`a list of ${count} items is too long`);
}

function made(count: number, item: (index: number) => Thunk): ArrayValue {
  if (!Number.isInteger(count)) throw runtimeError(`Expected an integer, but got ${count}`);
  checkLength(count);
  return listOf(Array.from({ length: Math.max(0, count) }, (_nothing, index) => item(index)));
}

function textOf(value: Value): string {
  if (typeof value !== 'string') throw unexpected(value, 'string');
  return value;
}

function booleanOf(value: Value): boolean {
  if (typeof value !== 'boolean') throw unexpected(value, 'boolean');
  return value;
}

function member(args: Args, { evaluator }: Parameters<NativeTable[string][1]>[1]): boolean {
  const [where, what] = [args.value(0), args.value(1)];
  if (typeof where === 'string') return where.includes(args.text(1));
  return args.list(0).some((item) => equalValues(item.force(), what, evaluator));
}

/** Functions of lists. */
export const listFunctions: NativeTable = {
  makeArray: [
    'sz func',
    (args) => {
      const call = args.function(1);
      return made(args.number(0), (index) => new Thunk(() => call(Thunk.of(index))));
    },
  ],
  range: ['from to', (args) => made(args.number(1) - args.number(0) + 1, (index) => Thunk.of(args.number(0) + index))],
  repeat: ['what count', repeated],
  slice: ['indexable index end step', sliced],
  member: ['arr x', member],
  contains: ['arr elem', member],
  count: [
    'arr x',
    (args, { evaluator }) => args.list(0).filter((item) => equalValues(item.force(), args.value(1), evaluator)).length,
  ],
  find: [
    'value arr',
    (args, { evaluator }) =>
      listOf(
        args
          .list(1)
          .flatMap((item, index) => (equalValues(item.force(), args.value(0), evaluator) ? [Thunk.of(index)] : [])),
      ),
  ],
  map: [
    'func arr',
    (args) => {
      const call = args.function(0);
      return listOf(args.characters(1).map((item) => new Thunk(() => call(item))));
    },
  ],
  mapWithIndex: [
    'func arr',
    (args) => {
      const call = args.function(0);
      return listOf(args.characters(1).map((item, index) => new Thunk(() => call(Thunk.of(index), item))));
    },
  ],
  filter: [
    'func arr',
    (args) => {
      const call = args.function(0);
      return listOf(args.list(1).filter((item) => booleanOf(call(item))));
    },
  ],
  filterMap: [
    'filter_func map_func arr',
    (args) => {
      const [keeps, call] = [args.function(0), args.function(1)];
      return listOf(
        args
          .list(2)
          .filter((item) => booleanOf(keeps(item)))
          .map((item) => new Thunk(() => call(item))),
      );
    },
  ],
  flatMap: [
    'func arr',
    (args) => {
      const call = args.function(0);
      const results = args.characters(1).map((item) => call(item));
      if (typeof args.value(1) === 'string')
        return results.map((result) => (result === null ? '' : textOf(result))).join('');
      return listOf(
        results.flatMap((result) => {
          if (!(result instanceof ArrayValue)) throw unexpected(result, 'array');
          return result.items;
        }),
      );
    },
  ],
  foldl: [
    'func arr init',
    (args) => {
      const call = args.function(0);
      let result = args.thunk(2);
      for (const item of args.characters(1)) result = Thunk.of(call(result, item));
      return result.force();
    },
  ],
  foldr: [
    'func arr init',
    (args) => {
      const call = args.function(0);
      let result = args.thunk(2);
      for (const item of args.characters(1).toReversed()) result = Thunk.of(call(item, result));
      return result.force();
    },
  ],
  join: ['sep arr', joined],
  deepJoin: [
    'arr',
    (args) =>
      flattened(args.value(0))
        .map((item) => textOf(item.force()))
        .join(''),
  ],
  lines: [
    'arr',
    (args) =>
      args
        .list(0)
        .map((item) => `${textOf(item.force())}\n`)
        .join(''),
  ],
  flattenArrays: [
    'arrs',
    (args, { evaluator }) =>
      args.list(0).reduce<Value>((all, item) => add(all, item.force(), evaluator.text), listOf([])),
  ],
  flattenDeepArray: ['value', (args) => listOf(flattened(args.value(0)))],
  reverse: ['arr', (args) => listOf(args.characters(0).toReversed())],
  sort: ['arr keyF?', (args) => listOf(sorted(args.characters(0), args.key(1)))],
  uniq: ['arr keyF?', (args) => listOf(unique(args.characters(0), args.key(1)))],
  all: ['arr', (args) => args.list(0).every((item) => booleanOf(item.force()))],
  any: ['arr', (args) => args.list(0).some((item) => booleanOf(item.force()))],
  remove: [
    'arr elem',
    (args, { evaluator }) => {
      const items = args.list(0);
      const index = items.findIndex((item) => equalValues(item.force(), args.value(1), evaluator));
      return listOf(index < 0 ? items : items.toSpliced(index, 1));
    },
  ],
  removeAt: ['arr i', (args) => listOf(args.list(0).filter((_item, index) => index !== args.number(1)))],
  set: ['arr keyF?', (args) => listOf(unique(sorted(args.characters(0), args.key(1)), args.key(1)))],
  setUnion: ['a b keyF?', (args) => merged(args, () => true)],
  setInter: ['a b keyF?', (args) => merged(args, (first, second) => first && second)],
  setDiff: ['a b keyF?', (args) => merged(args, (first, second) => first && !second)],
  setMember: [
    'x arr keyF?',
    (args) => {
      const key = args.key(2);
      const wanted = key(args.thunk(0));
      return args.list(1).some((item) => compareValues(key(item), wanted) === 0);
    },
  ],
};
