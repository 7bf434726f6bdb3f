// Functions of lists and sets (cel-go:ext/lists.go and sets.go, v0.26.0; k8s.io/apiserver v0.35:pkg/cel/library/lists.go).

import { add } from '../arithmetic.ts';
import { compareValues, equalValues } from '../compare.ts';
import { type Implementation, type Overload, overload } from '../overload.ts';
import { ArrayList, CelError, Duration, ListValue, Uint, type Value, typeOf } from '../values.ts';

const comparable = ['int', 'uint', 'double', 'bool', 'duration', 'timestamp', 'string', 'bytes'] as const;

const slice: Implementation = (list, from, to) => {
  const [start, end] = [from as bigint, to as bigint];
  const items = [...(list as ListValue)];
  const refuse = (why: string): CelError => new CelError(`cannot slice(${start}, ${end}), ${why}`);
  if (start < 0n || end < 0n) throw refuse('negative indexes not supported');
  if (start > end) throw refuse('start index must be less than or equal to end index');
  if (end > BigInt(items.length)) throw refuse(`list is length ${items.length}`);
  return new ArrayList(items.slice(Number(start), Number(end)));
};

function flattened(list: ListValue, depth: bigint): Value[] {
  const items: Value[] = [];
  for (const item of list) {
    if (item instanceof ListValue && depth > 0n) items.push(...flattened(item, depth - 1n));
    else items.push(item);
  }
  return items;
}

const flatten: Implementation = (list, depth = 1n) => {
  if ((depth as bigint) < 0n) throw new CelError('level must be non-negative');
  return new ArrayList(flattened(list as ListValue, depth as bigint));
};

const sortByKeys: Implementation = (list, keyList) => {
  const [items, keys] = [[...(list as ListValue)], [...(keyList as ListValue)]];
  if (items.length !== keys.length) {
    throw new CelError(
      `@sortByAssociatedKeys() expected a list of the same size as the associated keys list, but got ${items.length} and ${keys.length} elements respectively`,
    );
  }
  const [first] = keys;
  if (first === undefined) return new ArrayList(items);
  const kind = typeOf(first).kind;
  if (!(comparable as readonly string[]).includes(kind)) throw new CelError('list elements must be comparable');
  if (keys.some((key) => typeOf(key).kind !== kind)) throw new CelError('list elements must have the same type');
  const order = items.map((_, index) => index);
  order.sort((a, b) => compareValues(keys[a] ?? null, keys[b] ?? null) || a - b);
  return new ArrayList(order.map((index) => items[index] ?? null));
};

const distinct: Implementation = (list) => {
  const items: Value[] = [];
  for (const item of list as ListValue) if (!items.some((each) => equalValues(item, each))) items.push(item);
  return new ArrayList(items);
};

const range: Implementation = (count) =>
  new ArrayList(Array.from({ length: Math.max(0, Number(count)) }, (_, index) => BigInt(index)));

function has(list: ListValue, item: Value): boolean {
  for (const each of list) if (equalValues(each, item)) return true;
  return false;
}

const containsAll: Implementation = (list, wanted) =>
  [...(wanted as ListValue)].every((item) => has(list as ListValue, item));

const isSorted: Implementation = (list) => {
  let previous: Value | undefined;
  for (const item of list as ListValue) {
    if (previous !== undefined && compareValues(previous, item) > 0) return false;
    previous = item;
  }
  return true;
};

function extreme(name: string, better: (order: number) => boolean): Implementation {
  return (list) => {
    let best: Value | undefined;
    for (const item of list as ListValue) if (best === undefined || better(compareValues(item, best))) best = item;
    if (best === undefined) throw new CelError(`${name} called on empty list`);
    return best;
  };
}

function sumFrom(zero: Value): Implementation {
  return (list) => [...(list as ListValue)].reduce((sum, item) => add(sum, item), zero);
}

const indexOf: Implementation = (list, item) =>
  BigInt([...(list as ListValue)].findIndex((each) => equalValues(each, item ?? null)));
const lastIndexOf: Implementation = (list, item) =>
  BigInt([...(list as ListValue)].findLastIndex((each) => equalValues(each, item ?? null)));

const zeroes: readonly (readonly [string, Value])[] = [
  ['int', 0n],
  ['uint', new Uint(0n)],
  ['double', 0],
  ['duration', new Duration(0n)],
];

/** Of cel-go's extensions. */
export const listFunctions: readonly Overload[] = [
  overload('list_slice', 'list(T) .slice(int, int) list(T)', slice),
  overload('list_flatten', 'list(list(T)) .flatten() list(T)', flatten),
  overload('list_flatten_int', 'list(dyn) .flatten(int) list(dyn)', flatten),
  ...comparable.map((type) =>
    overload(`list_${type}_sort`, `list(${type}) .sort() list(${type})`, (list) =>
      sortByKeys(list ?? null, list ?? null),
    ),
  ),
  ...comparable.map((type) =>
    overload(`list_${type}_sortByAssociatedKeys`, `list(T) .@sortByAssociatedKeys(list(${type})) list(T)`, sortByKeys),
  ),
  overload('lists_range', 'lists.range(int) list(int)', range),
  overload('list_reverse', 'list(T) .reverse() list(T)', (list) => new ArrayList([...(list as ListValue)].reverse())),
  overload('list_distinct', 'list(T) .distinct() list(T)', distinct),
];

export const setFunctions: readonly Overload[] = [
  overload('list_sets_contains_list', 'sets.contains(list(T), list(T)) bool', containsAll),
  overload(
    'list_sets_equivalent_list',
    'sets.equivalent(list(T), list(T)) bool',
    (a, b) => containsAll(a ?? null, b ?? null) === true && containsAll(b ?? null, a ?? null) === true,
  ),
  overload('list_sets_intersects_list', 'sets.intersects(list(T), list(T)) bool', (a, b) =>
    [...(a as ListValue)].some((item) => has(b as ListValue, item)),
  ),
];

/** Of Kubernetes. */
export const kubernetesListFunctions: readonly Overload[] = [
  ...comparable.map((type) => overload(`list_${type}_is_sorted_bool`, `list(${type}) .isSorted() bool`, isSorted)),
  ...zeroes.map(([type, zero]) => overload(`list_${type}_sum_${type}`, `list(${type}) .sum() ${type}`, sumFrom(zero))),
  ...comparable.map((type) =>
    overload(
      `list_${type}_max_${type}`,
      `list(${type}) .max() ${type}`,
      extreme('max', (order) => order > 0),
    ),
  ),
  ...comparable.map((type) =>
    overload(
      `list_${type}_min_${type}`,
      `list(${type}) .min() ${type}`,
      extreme('min', (order) => order < 0),
    ),
  ),
  overload('list_a_index_of_int', 'list(A) .indexOf(A) int', indexOf),
  overload('list_a_last_index_of_int', 'list(A) .lastIndexOf(A) int', lastIndexOf),
];
