// What a call costs when it runs (cel-go:interpreter/runtimecost.go v0.26.0 and k8s.io/apiserver v0.35:pkg/cel/library/cost.go).

import { ListValue, MapValue, OpaqueValue, OptionalValue, type Value, textLength } from './values.ts';

/** Cost of a call, from its arguments and result. */
export type CallCost = (args: readonly Value[], result: Value) => number;

/** The size costs are computed with: of texts, lists and maps; 1 for everything else. */
export function costSize(value: Value | undefined): number {
  if (typeof value === 'string') return textLength(value);
  if (value instanceof ListValue || value instanceof MapValue) return value.size;
  if (value instanceof Uint8Array) return value.length;
  if (value instanceof OpaqueValue) return value.costSize;
  if (value instanceof OptionalValue && value.value !== undefined) return costSize(value.value);
  return 1;
}

const factor = 0.1;
const regexFactor = 0.25;
const listCreation = 10;

const one: CallCost = () => 1;
const traverseFirst: CallCost = ([first]) => Math.ceil(costSize(first) * factor);
const traverseTwice: CallCost = ([first]) => Math.ceil(costSize(first) * 2 * factor);
const traverseAll: CallCost = ([first]) => traversal(first);
const regex: CallCost = ([text, pattern]) =>
  Math.ceil((1 + costSize(text)) * factor) * Math.ceil(costSize(pattern) * regexFactor);
const shorter: CallCost = ([a, b]) => Math.ceil(Math.min(costSize(a), costSize(b)) * factor);
const concatenation: CallCost = ([a, b]) => Math.ceil((costSize(a) + costSize(b)) * factor);
const selfComparison =
  (index: number): CallCost =>
  (args) => {
    const list = args[index];
    const size = costSize(list);
    const first = list instanceof ListValue && list.size > 0 ? list.at(0) : null;
    const each = typeof first === 'string' || first instanceof Uint8Array ? 2.1 : 2;
    return Math.floor(size * size * each) + 1 + listCreation;
  };
const resultSize: CallCost = (_args, result) => costSize(result) + 1 + listCreation;

function traversal(value: Value | undefined): number {
  if (typeof value === 'string') return Math.floor(new TextEncoder().encode(value).length * factor);
  if (value instanceof Uint8Array) return Math.floor(value.length * factor);
  let cost = 0;
  if (value instanceof ListValue) {
    for (const item of value) cost += traversal(item);
    return cost;
  }
  if (value instanceof MapValue) {
    for (const key of value.keys()) cost += traversal(key) + traversal(value.find(key));
    return cost;
  }
  return 1;
}

const comparisons = ['less', 'less_equals', 'greater', 'greater_equals'].flatMap((name) => [
  `${name}_string`,
  `${name}_bytes`,
]);

/** By overload. */
const byOverload: ReadonlyMap<string, CallCost> = new Map<string, CallCost>([
  ...[
    'starts_with_string',
    'ends_with_string',
    'string_to_bytes',
    'bytes_to_string',
    'strings_quote',
    'string_format',
  ].map((id) => [id, traverseFirst] as const),
  ...comparisons.map((id) => [id, shorter] as const),
  ['in_list', ([, list]) => costSize(list)],
  ['equals', shorter],
  ['not_equals', shorter],
  ['add_string', concatenation],
  ['add_bytes', concatenation],
  ['matches', regex],
  ['matches_string', regex],
  ['contains_string', ([text, part]) => Math.ceil(costSize(text) * factor) * Math.ceil(costSize(part) * factor)],
  ['list_slice', resultSize],
  ['lists_range', resultSize],
  ['list_reverse', resultSize],
  ['list_flatten', ([list]) => costSize(list) + 1 + listCreation],
  ['list_flatten_int', ([list, depth]) => costSize(list) * Number(depth) + 1 + listCreation],
  ['list_distinct', selfComparison(0)],
  ['cidr_ip', one],
]);

const addressComparison: CallCost = ([network]) => Math.ceil(2 * costSize(network) * factor);

/** By function, where the overload says nothing. */
const byFunction: ReadonlyMap<string, CallCost> = new Map<string, CallCost>([
  ['check', () => 350_000],
  ...['isSorted', 'sum', 'max', 'min', 'indexOf', 'lastIndexOf'].map((fn) => [fn, traverseAll] as const),
  ...['url', 'lowerAscii', 'upperAscii', 'substring', 'trim', 'jsonpatch.escapeKey'].map(
    (fn) => [fn, traverseFirst] as const,
  ),
  ...['cidr', 'isIP', 'isCIDR', 'ip', 'quantity', 'isQuantity', 'semver', 'isSemver'].map(
    (fn) => [fn, traverseFirst] as const,
  ),
  ...['replace', 'split', 'ip.isCanonical'].map((fn) => [fn, traverseTwice] as const),
  ['join', (_args, result) => Math.ceil(costSize(result) * 2 * factor)],
  ['find', regex],
  ['findAll', regex],
  ['containsIP', addressComparison],
  ['containsCIDR', (args, result) => addressComparison(args, result) + traverseFirst(args, result) + 1],
  ['sort', selfComparison(0)],
  ['@sortByAssociatedKeys', selfComparison(1)],
]);

/** What calls of a function cost. */
export function callCostOf(fn: string, overloads: readonly string[]): CallCost {
  const [only] = overloads;
  const special = overloads.length === 1 && only !== undefined ? byOverload.get(only) : undefined;
  return special ?? byFunction.get(fn) ?? one;
}
