// The values of a chart while Helm merges them: tables are Maps (no key can reach a prototype), floats are numbers,
// integers from --set are GoInts (Go's int64), as both reach the output in different ways. A table is a GoMap as it is.

import { type GoInt, typeOf } from '@evenkeel/gotemplate';

/** Where a value was written. */
export interface ValueOrigin {
  /** The file as the user named it, or the flag ("--set image.tag=v2"). */
  readonly source: string;
  /** 1-based; 0 where the source has no lines. */
  readonly line: number;
  readonly column: number;
}

/** A value in Go's terms: nil, bool, float64, int64, string, []any, map[string]any. */
export type Value = null | boolean | number | GoInt | string | Value[] | Table;

/** A map[string]any that may remember where each of its entries was written. */
export class Table extends Map<string, Value> {
  /** Key → where its value was written; only kept when origins were asked for. */
  origins: Map<string, ValueOrigin> | undefined;
}

/** Positions of array elements; a side table, because arrays stay plain arrays. */
const elementOrigins = new WeakMap<readonly Value[], readonly (ValueOrigin | undefined)[]>();

/** Whether a value is a table. */
export function isTable(value: unknown): value is Table {
  return value instanceof Table;
}

/** Remembers where the elements of `list` were written. */
export function setElementOrigins(list: readonly Value[], origins: readonly (ValueOrigin | undefined)[]): void {
  elementOrigins.set(list, origins);
}

/** Puts `value` at `key`, taking its origin from `from` (where it stands under `fromKey`). */
export function copyEntry(into: Table, key: string, value: Value, from: Table, fromKey: string = key): void {
  into.set(key, value);
  const origin = from.origins?.get(fromKey);
  if (origin !== undefined) (into.origins ??= new Map()).set(key, origin);
  else into.origins?.delete(key);
}

/** Removes `key` and its origin. */
export function deleteEntry(table: Table, key: string): void {
  table.delete(key);
  table.origins?.delete(key);
}

/** Puts a value written at `origin`. */
export function setEntry(table: Table, key: string, value: Value, origin: ValueOrigin | undefined): void {
  table.set(key, value);
  if (origin !== undefined) (table.origins ??= new Map()).set(key, origin);
  else table.origins?.delete(key);
}

/** A deep copy; origins are shared, they never change. */
export function copyValue(value: Value): Value {
  if (isTable(value)) return copyTable(value);
  if (!Array.isArray(value)) return value;
  const copy = value.map(copyValue);
  const origins = elementOrigins.get(value);
  if (origins !== undefined) elementOrigins.set(copy, origins);
  return copy;
}

/** A deep copy of a table. */
export function copyTable(table: Table): Table {
  const copy = new Table();
  for (const [key, value] of table) copy.set(key, copyValue(value));
  if (table.origins !== undefined) copy.origins = new Map(table.origins);
  return copy;
}

/** A copy one level deep (Go's maps.Copy). */
export function shallowCopy(table: Table): Table {
  const copy = new Table(table);
  if (table.origins !== undefined) copy.origins = new Map(table.origins);
  return copy;
}

/** Where the value at `path` was written, or the nearest enclosing entry that is known; undefined when nothing is. */
export function originOf(root: Value, path: readonly string[]): ValueOrigin | undefined {
  let at: Value | undefined = root;
  let found: ValueOrigin | undefined;
  for (const key of path) {
    if (isTable(at)) {
      found = at.origins?.get(key) ?? found;
      at = at.get(key);
    } else if (Array.isArray(at)) {
      const index = Number(key);
      found = elementOrigins.get(at)?.[index] ?? found;
      at = at[index];
    } else {
      return found;
    }
  }
  return found;
}

/** The Go type as the verb %T and interface conversion panics print it. */
export function goTypeName(value: Value | undefined): string {
  return typeOf(value)?.text ?? 'nil';
}
