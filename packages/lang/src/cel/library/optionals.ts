// Optionals, and the function two-variable loops build maps with (cel-go:cel/library.go and ext/comprehensions.go, v0.26.0).

import { type Implementation, type Overload, overload } from '../overload.ts';
import {
  ArrayList,
  CelError,
  Duration,
  ListValue,
  MapValue,
  OptionalValue,
  Timestamp,
  Uint,
  type Value,
  plainText,
} from '../values.ts';

const unwrap: Implementation = (list) => {
  const items: Value[] = [];
  for (const item of list as ListValue) {
    if (!(item instanceof OptionalValue)) throw new CelError(`value ${plainText(item)} is not optional`);
    if (item.value !== undefined) items.push(item.value);
  }
  return new ArrayList(items);
};

// Zero values: empty texts and lists, zeroes, null, false.
function isZero(value: Value): boolean {
  if (value === null || value === false || value === '' || value === 0n || value === 0) return true;
  if (value instanceof ListValue || value instanceof MapValue) return value.size === 0;
  if (value instanceof Uint) return value.value === 0n;
  if (value instanceof Uint8Array) return value.length === 0;
  if (value instanceof Duration) return value.nanos === 0n;
  if (value instanceof Timestamp) return value.nanos === -62_135_596_800n * 1_000_000_000n;
  return value instanceof OptionalValue && (value.value === undefined || isZero(value.value));
}

function edge(index: number): Implementation {
  return (list) => {
    const { size } = list as ListValue;
    return size === 0 ? OptionalValue.none : new OptionalValue((list as ListValue).at(index < 0 ? size - 1 : 0));
  };
}

export const optionalFunctions: readonly Overload[] = [
  overload('optional_of', 'optional.of(V) optional_type(V)', (value) => new OptionalValue(value)),
  overload('optional_ofNonZeroValue', 'optional.ofNonZeroValue(V) optional_type(V)', (value) =>
    isZero(value ?? null) ? OptionalValue.none : new OptionalValue(value),
  ),
  overload('optional_none', 'optional.none() optional_type(V)', () => OptionalValue.none),
  overload('optional_value', 'optional_type(V) .value() V', (optional) => {
    const { value } = optional as OptionalValue;
    if (value === undefined) throw new CelError('optional.none() dereference');
    return value;
  }),
  overload(
    'optional_hasValue',
    'optional_type(V) .hasValue() bool',
    (optional) => (optional as OptionalValue).value !== undefined,
  ),
  overload('optional_or_optional', 'optional_type(V) .or(optional_type(V)) optional_type(V)'),
  overload('optional_orValue_value', 'optional_type(V) .orValue(V) V'),
  overload('list_optindex_optional_int', '_[?_](list(V), int) optional_type(V)'),
  overload('optional_list_optindex_optional_int', '_[?_](optional_type(list(V)), int) optional_type(V)'),
  overload('map_optindex_optional_value', '_[?_](map(K, V), K) optional_type(V)'),
  overload('optional_map_optindex_optional_value', '_[?_](optional_type(map(K, V)), K) optional_type(V)'),
  overload('optional_list_index_int', '_[_](optional_type(list(V)), int) optional_type(V)'),
  overload('optional_map_index_value', '_[_](optional_type(map(K, V)), K) optional_type(V)'),
  overload('list_first', 'list(V) .first() optional_type(V)', edge(0)),
  overload('list_last', 'list(V) .last() optional_type(V)', edge(-1)),
  overload('optional_unwrap', 'optional.unwrap(list(optional_type(V))) list(V)', unwrap),
  overload('optional_unwrapOpt', 'list(optional_type(V)) .unwrapOpt() list(V)', unwrap),
  overload('@mapInsert_map_key_value', 'cel.@mapInsert(map(K, V), K, V) map(K, V)'),
  overload('@mapInsert_map_map', 'cel.@mapInsert(map(K, V), map(K, V)) map(K, V)'),
];
