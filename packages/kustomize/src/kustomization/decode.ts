// Reads JSON into typed values by a table of shapes, with the rules and the error texts of Go's encoding/json: names
// match without regard to case, null leaves a field unset, unknown fields are refused where the caller is strict.

import type { Json, JsonObject } from '@evenkeel/resource';

import { KustomizeError, type ProblemCode } from '../problems.ts';

/** What a value must be. `goType` is the name Go's messages give it. */
export type Shape =
  | { readonly is: 'string'; readonly goType?: string }
  | { readonly is: 'bool' }
  | { readonly is: 'int'; readonly goType: 'int' | 'int64' }
  | { readonly is: 'any' }
  | { readonly is: 'list'; readonly of: Shape; readonly goType?: string }
  | { readonly is: 'map'; readonly of: Shape }
  | Struct;

/** A Go struct: its fields by JSON name. */
export interface Struct {
  readonly is: 'struct';
  readonly name: string;
  readonly fields: Readonly<Record<string, Shape>>;
  /** Go's embedded structs on the way to a field: they are part of the paths in messages. */
  readonly embedded?: Readonly<Record<string, string>>;
}

export const string: Shape = { is: 'string' };
export const bool: Shape = { is: 'bool' };
export const int: Shape = { is: 'int', goType: 'int' };
export const int64: Shape = { is: 'int', goType: 'int64' };
export const any: Shape = { is: 'any' };
export const strings: Shape = { is: 'list', of: string };
export const stringMap: Shape = { is: 'map', of: string };

/** A list of `of`. */
export function listOf(of: Shape): Shape {
  return { is: 'list', of };
}

/** A struct with these fields. */
export function struct(
  name: string,
  fields: Readonly<Record<string, Shape>>,
  embedded: Readonly<Record<string, string>> = {},
): Struct {
  return { is: 'struct', name, fields, embedded };
}

interface Context {
  readonly strict: boolean;
  readonly code: ProblemCode;
  readonly struct: string;
  /** The path as Go's messages name it: struct fields only. */
  readonly path: readonly string[];
  /** The path in the document, with the keys of maps. */
  readonly place: readonly (string | number)[];
}

/** Thrown for the first value of a wrong type; `path` leads to it, for the caller to find its line. */
export class DecodeError extends KustomizeError {
  readonly path: readonly (string | number)[];
  constructor(code: ProblemCode, message: string, path: readonly (string | number)[]) {
    super(code, message);
    this.path = path;
  }
}

/**
 * Reads `value` as `shape`. Absent and null fields are absent in the result. Throws DecodeError worded as Go's
 * encoding/json; with `strict`, also for the first unknown field.
 */
export function decode(
  value: Json,
  shape: Struct,
  options: { readonly strict: boolean; readonly code: ProblemCode },
): unknown {
  return read(value, shape, { ...options, struct: '', path: [], place: [] });
}

function read(value: Json, shape: Shape, context: Context): unknown {
  if (value === null) return undefined;
  switch (shape.is) {
    case 'any':
      return value;
    case 'string':
      return typeof value === 'string' ? value : mismatch(value, shape, context);
    case 'bool':
      return typeof value === 'boolean' ? value : mismatch(value, shape, context);
    case 'int':
      if (typeof value === 'bigint') return Number(value);
      return typeof value === 'number' && Number.isInteger(value) ? value : mismatch(value, shape, context);
    case 'list': {
      if (!Array.isArray(value)) return mismatch(value, shape, context);
      const items: readonly Json[] = value;
      return items.map((item, index) => {
        const place = [...context.place, index];
        return read(item, shape.of, { ...context, place }) ?? zeroOf(shape.of);
      });
    }
    case 'map':
      return isObject(value) ? readMap(value, shape.of, context) : mismatch(value, shape, context);
    case 'struct':
      return isObject(value) ? readStruct(value, shape, context) : mismatch(value, shape, context);
  }
}

function zeroOf(shape: Shape): unknown {
  switch (shape.is) {
    case 'string':
      return '';
    case 'bool':
      return false;
    case 'int':
      return 0;
    case 'list':
      return [];
    case 'map':
    case 'struct':
      return {};
    case 'any':
      return null;
  }
}

function readMap(value: JsonObject, of: Shape, context: Context): unknown {
  const result: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) {
    if (item === undefined) continue;
    const place = [...context.place, key];
    const decoded = read(item, of, { ...context, place }) ?? zeroOf(of);
    // A plain assignment to __proto__ would change the prototype instead.
    Object.defineProperty(result, key, { value: decoded, enumerable: true, writable: true, configurable: true });
  }
  return result;
}

function readStruct(value: JsonObject, shape: Struct, context: Context): unknown {
  const result: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) {
    if (item === undefined) continue;
    const name = Object.hasOwn(shape.fields, key) ? key : foldedName(shape, key);
    const field = name === undefined ? undefined : shape.fields[name];
    if (name === undefined || field === undefined) {
      if (!context.strict) continue;
      throw new DecodeError(context.code, `json: unknown field ${JSON.stringify(key)}`, [...context.place, key]);
    }
    const place = [...context.place, key];
    const decoded = read(item, field, {
      ...context,
      struct: shape.name,
      path: [...context.path, ...embeddingOf(shape, name), name],
      place,
    });
    if (decoded !== undefined) result[name] = decoded;
  }
  return result;
}

function embeddingOf(shape: Struct, name: string): readonly string[] {
  const embedding = shape.embedded?.[name];
  return embedding === undefined ? [] : [embedding];
}

function foldedName(shape: Struct, key: string): string | undefined {
  const folded = key.toLowerCase();
  return Object.keys(shape.fields).find((name) => name.toLowerCase() === folded);
}

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function mismatch(value: Json, shape: Shape, context: Context): never {
  const what = jsonKind(value, shape);
  const where = context.path.length === 0 ? 'Go value' : `Go struct field ${context.struct}.${context.path.join('.')}`;
  throw new DecodeError(
    context.code,
    `json: cannot unmarshal ${what} into ${where} of type ${goType(shape)}`,
    context.place,
  );
}

function jsonKind(value: Json, shape: Shape): string {
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'number') return shape.is === 'int' ? `number ${String(value)}` : 'number';
  if (typeof value === 'bigint') return 'number';
  if (typeof value === 'string') return 'string';
  return Array.isArray(value) ? 'array' : 'object';
}

function goType(shape: Shape): string {
  switch (shape.is) {
    case 'string':
      return shape.goType ?? 'string';
    case 'bool':
      return 'bool';
    case 'int':
      return shape.goType;
    case 'any':
      return 'interface {}';
    case 'list':
      return `[]${goType(shape.of)}`;
    case 'map':
      return `map[string]${goType(shape.of)}`;
    case 'struct':
      return `types.${shape.name}`;
  }
}
