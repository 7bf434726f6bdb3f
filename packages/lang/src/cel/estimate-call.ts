// What a call may cost, by function (cel-go:checker/cost.go v0.26.0 and k8s.io/apiserver v0.35:pkg/cel/library/cost.go).

import type { CallExpr, Expr } from './ast.ts';
import type { EntrySize, Estimator } from './estimate.ts';
import { type Range, addRanges, fixed, joinRanges, multiplyRanges, scaleRange } from './ranges.ts';

export interface CallToEstimate {
  readonly expr: CallExpr;
  /** The overload. */
  readonly id: string;
  readonly args: readonly Range[];
}

export interface CallEstimate {
  readonly cost: Range;
  readonly size?: Range;
  readonly entry?: EntrySize;
}

/** The cost of the call with that of its arguments, and the size of its result where it is known. */
export function estimateCall(estimator: Estimator, call: CallToEstimate): CallEstimate {
  const special = logic(estimator, call);
  if (special !== undefined) return special;
  const sum = call.args.reduce(addRanges, fixed(0));
  const own = kubernetes(estimator, call) ?? standard(estimator, call) ?? { cost: fixed(1) };
  return { ...own, cost: addRanges(own.cost, sum) };
}

const factor = 0.1;
const regexFactor = 0.25;

// Operators that do not evaluate all of their operands.
function logic(estimator: Estimator, { expr, id, args }: CallToEstimate): CallEstimate | undefined {
  const [first = fixed(0), second = fixed(0), third = fixed(0)] = args;
  if (id === 'logical_and' || id === 'logical_or')
    return { cost: { min: first.min, max: addRanges(first, second).max } };
  if (id !== 'conditional') return undefined;
  const [, yes, no] = expr.args as readonly [Expr, Expr, Expr];
  const entry = joinEntries(estimator.entrySize(yes), estimator.entrySize(no));
  return {
    cost: addRanges(first, joinRanges(second, third)),
    size: joinRanges(estimator.sizeOrUnknown(yes), estimator.sizeOrUnknown(no)),
    ...(entry === undefined ? {} : { entry }),
  };
}

function joinEntries(a: EntrySize | undefined, b: EntrySize | undefined): EntrySize | undefined {
  if (a === undefined || b === undefined) return undefined;
  return { list: a.list, key: joinRanges(a.key, b.key), value: joinRanges(a.value, b.value) };
}

const comparisons = /^(less|greater)(_equals)?_(string|bytes)$|^(not_)?equals$/;

function standard(estimator: Estimator, { expr, id }: CallToEstimate): CallEstimate | undefined {
  const size = (index: number): Range => estimator.sizeOrUnknown(expr.args[index]);
  const target = (): Range => estimator.sizeOrUnknown(expr.target);
  if (comparisons.test(id)) {
    const max = Math.min(size(0).max, size(1).max);
    return { cost: scaleRange({ min: max > 0 ? 1 : 0, max }, factor) };
  }
  switch (id) {
    case 'string_format':
      return { cost: scaleRange(target(), factor) };
    case 'string_to_bytes':
      return { cost: scaleRange(size(0), factor), size: { min: size(0).min, max: size(0).max * 4 } };
    case 'bytes_to_string':
      return { cost: scaleRange(size(0), factor), size: { min: Math.floor(size(0).min / 4), max: size(0).max } };
    case 'strings_quote':
      return { cost: scaleRange(size(0), factor), size: { min: size(0).min + 2, max: size(0).max * 2 + 2 } };
    case 'starts_with_string':
    case 'ends_with_string':
      return { cost: scaleRange(size(0), factor) };
    case 'in_list':
      return { cost: size(1) };
    case 'matches_string':
      return { cost: regexCost(target(), size(0)) };
    case 'contains_string':
      return { cost: multiplyRanges(scaleRange(target(), factor), scaleRange(size(0), factor)) };
    case 'add_string':
    case 'add_bytes':
    case 'add_list':
      return addition(estimator, expr, id);
    default:
      return listCall(estimator, { expr, id });
  }
}

function regexCost(text: Range, pattern: Range): Range {
  return multiplyRanges(scaleRange(addRanges(text, fixed(1)), factor), scaleRange(pattern, regexFactor));
}

function addition(estimator: Estimator, expr: CallExpr, id: string): CallEstimate {
  const [left, right] = expr.args as readonly [Expr, Expr];
  const size = addRanges(estimator.sizeOrUnknown(left), estimator.sizeOrUnknown(right));
  const entry = joinEntries(estimator.entrySize(left), estimator.entrySize(right));
  const cost = id === 'add_list' ? fixed(1) : scaleRange(size, factor);
  return { cost, size, ...(entry === undefined ? {} : { entry }) };
}

// Functions that make a new list.
function listCall(
  estimator: Estimator,
  { expr, id }: { readonly expr: CallExpr; readonly id: string },
): CallEstimate | undefined {
  const target = (): Range => estimator.sizeOrUnknown(expr.target);
  const literal = (index: number, fallback: number): number => {
    const arg = expr.args[index];
    return arg?.kind === 'literal' && typeof arg.value === 'bigint' ? Math.max(0, Number(arg.value)) : fallback;
  };
  const made = (size: Range, each: number): CallEstimate => ({
    cost: addRanges(scaleRange(size, each), fixed(11)),
    size,
  });
  if (id === 'list_slice') {
    const length = literal(1, target().max) - literal(0, 0);
    return made(fixed(length < 0 ? 2 ** 64 : length), 1);
  }
  if (id.startsWith('list_sets_')) {
    const pairs = multiplyRanges(estimator.sizeOrUnknown(expr.args[0]), estimator.sizeOrUnknown(expr.args[1]));
    return { cost: addRanges(scaleRange(pairs, id === 'list_sets_equivalent_list' ? 2 : 1), fixed(1)) };
  }
  if (id === 'lists_range') return made(fixed(literal(0, 2 ** 64)), 1);
  if (id === 'list_reverse') return made(target(), 1);
  if (id === 'list_flatten') return made(target(), 1);
  if (id === 'list_flatten_int') return made(target(), literal(0, 2 ** 64));
  if (id === 'list_distinct') return made(multiplyRanges(target(), target()), 2);
  const sorted = /^list_(.+)_sort(ByAssociatedKeys)?$/.exec(id);
  if (sorted === null) return undefined;
  const size = sorted[2] === undefined ? target() : estimator.sizeOrUnknown(expr.args[0]);
  return made(multiplyRanges(size, size), /string|bytes/.test(sorted[1] ?? '') ? 2 + factor : 2);
}

const constant = new Set(
  (
    'serviceAccount path group resource subresource namespace name allowed reason error errored masked prefixLength family ' +
    'isUnspecified isLoopback isLinkLocalMulticast isLinkLocalUnicast isGlobalUnicast format.named sign asInteger isInteger ' +
    'asApproximateFloat isGreaterThan isLessThan compareTo add sub major minor patch getScheme getHostname getHost getPort ' +
    'getEscapedPath getQuery'
  ).split(' '),
);
const traversals = new Set(['cidr', 'isIP', 'isCIDR', 'quantity', 'isQuantity', 'semver', 'isSemver']);
const whole = new Set(['isSorted', 'sum', 'max', 'min', 'indexOf', 'lastIndexOf']);
const rewrites = new Set(['lowerAscii', 'upperAscii', 'substring', 'trim']);

function kubernetes(estimator: Estimator, { expr, id }: CallToEstimate): CallEstimate | undefined {
  const { fn, target } = expr;
  const size = (index: number): Range => estimator.sizeOrUnknown(expr.args[index]);
  const own = (): Range => estimator.sizeOrUnknown(target);
  if (constant.has(fn) || id === 'cidr_ip') return { cost: fixed(1) };
  if (traversals.has(fn) || fn === 'ip') return { cost: scaleRange(size(0), factor) };
  if (whole.has(fn) && target !== undefined) return { cost: traversal(estimator, target) };
  if (rewrites.has(fn) && target !== undefined) return { cost: scaleRange(own(), factor), size: own() };
  switch (fn) {
    case 'check':
      return { cost: fixed(350_000) };
    case 'url':
      return { cost: scaleRange(size(0), factor), size: size(0) };
    case 'ip.isCanonical':
      return { cost: scaleRange(size(0), 2 * factor) };
    case 'replace':
      return { cost: scaleRange(own(), 2 * factor), size: replaced(own(), size(0), size(1)) };
    case 'split':
      return { cost: scaleRange(own(), 2 * factor), size: { min: 0, max: splitMax(expr, own().max) } };
    case 'join':
      return joining(estimator, expr);
    case 'find':
    case 'findAll':
      return { cost: regexCost(own(), size(0)), size: { min: 0, max: own().max } };
    case 'containsIP':
    case 'containsCIDR':
      return { cost: containment(fn, id, size(0)) };
    case 'validate':
      return { cost: scaleRange(scaleRange(size(0), factor), 128 * regexFactor) };
    case '_==_':
      return equality(expr);
    default:
      return undefined;
  }
}

function traversal(estimator: Estimator, target: Expr): Range {
  const item = target.type?.params[0];
  if (item === undefined) return scaleRange(estimator.sizeOrUnknown(target), factor);
  const long = item.kind === 'string' || item.kind === 'bytes';
  const each = long
    ? addRanges(fixed(1), scaleRange(estimator.sizeBelow(target, '@items') ?? { min: 0, max: 2 ** 64 }, factor))
    : fixed(1);
  return multiplyRanges(estimator.sizeOrUnknown(target), each);
}

function splitMax(expr: CallExpr, max: number): number {
  const limit = expr.args[1];
  return limit?.kind === 'literal' && typeof limit.value === 'bigint' ? Number(BigInt.asUintN(64, limit.value)) : max;
}

function replaced(text: Range, from: Range, to: Range): Range {
  const max =
    from.min === 0
      ? (text.max + 1) * to.max + text.max
      : to.max <= from.min
        ? text.max
        : Math.ceil(text.max / from.min) * to.max;
  const min =
    from.max === 0
      ? (text.min + 1) * to.min + text.min
      : from.max <= to.min
        ? text.min
        : Math.ceil(text.min / from.max) * to.min;
  return { min: Math.min(min, 2 ** 64), max: Math.min(max, 2 ** 64) };
}

function joining(estimator: Estimator, expr: CallExpr): CallEstimate {
  const count = estimator.sizeOrUnknown(expr.target);
  const each = (expr.target && estimator.sizeBelow(expr.target, '@items')) ?? { min: 0, max: 2 ** 64 };
  let size = multiplyRanges(count, each);
  if (expr.args.length > 0) {
    const gaps = { min: Math.max(0, count.min - 1), max: Math.max(0, count.max - 1) };
    size = addRanges(size, multiplyRanges(estimator.sizeOrUnknown(expr.args[0]), gaps));
  }
  return { cost: scaleRange(size, factor), size };
}

function containment(fn: string, id: string, other: Range): Range {
  const address = { min: 4, max: 16 };
  let cost = scaleRange(addRanges(address, address), factor);
  if (fn === 'containsCIDR') cost = addRanges(cost, addRanges(scaleRange(address, factor), fixed(1)));
  return id.endsWith('_string') ? addRanges(cost, scaleRange(other, factor)) : cost;
}

const cheap = new Set(['net.IP', 'net.CIDR', 'kubernetes.Quantity', 'kubernetes.Semver']);

function equality(expr: CallExpr): CallEstimate | undefined {
  const [left, right] = expr.args as readonly [Expr, Expr];
  const name = left.type?.name;
  if (name === undefined || name !== right.type?.name) return undefined;
  return cheap.has(name) || name.startsWith('kubernetes.authorization.') ? { cost: fixed(1) } : undefined;
}
