// The types of CEL expressions: what variables are declared with, what functions take, and what the checker infers.

/** What sort of type it is. */
export type TypeKind =
  | 'bool'
  | 'bytes'
  | 'double'
  | 'duration'
  | 'dyn'
  | 'error'
  | 'int'
  | 'list'
  | 'map'
  | 'null'
  | 'opaque'
  | 'param'
  | 'string'
  | 'struct'
  | 'timestamp'
  | 'type'
  | 'uint';

/** A type. Structs may tell the types of their fields. */
export interface CelType {
  readonly kind: TypeKind;
  readonly name: string;
  readonly params: readonly CelType[];
  /** The type of a struct's field; undefined where it has no such field. */
  readonly field?: (name: string) => CelType | undefined;
}

function simple(kind: TypeKind, name: string = kind): CelType {
  return { kind, name, params: [] };
}

export const boolType: CelType = simple('bool');
export const bytesType: CelType = simple('bytes');
export const doubleType: CelType = simple('double');
export const durationType: CelType = simple('duration', 'google.protobuf.Duration');
export const dynType: CelType = simple('dyn');
export const errorType: CelType = simple('error', '!error!');
export const intType: CelType = simple('int');
export const nullType: CelType = simple('null', 'null_type');
export const stringType: CelType = simple('string');
export const timestampType: CelType = simple('timestamp', 'google.protobuf.Timestamp');
export const uintType: CelType = simple('uint');
export const typeType: CelType = simple('type');

export function listType(item: CelType): CelType {
  return { kind: 'list', name: 'list', params: [item] };
}

export function mapType(key: CelType, value: CelType): CelType {
  return { kind: 'map', name: 'map', params: [key, value] };
}

export function paramType(name: string): CelType {
  return simple('param', name);
}

export function opaqueType(name: string, ...params: readonly CelType[]): CelType {
  return { kind: 'opaque', name, params };
}

export function optionalType(value: CelType): CelType {
  return opaqueType('optional_type', value);
}

/** A type with named fields; without `field`, of values that only functions make and look into. */
export function structType(name: string, field?: (name: string) => CelType | undefined): CelType {
  return { kind: 'struct', name, params: [], ...(field === undefined ? {} : { field }) };
}

/** The type of a type: `type(1)` is of type(int). */
export function typeOfType(type: CelType): CelType {
  return { kind: 'type', name: 'type', params: [type] };
}

export function isOptional(type: CelType): boolean {
  return type.kind === 'opaque' && type.name === 'optional_type';
}

/** What an optional holds; the type itself where it is none. */
export function unwrapped(type: CelType): CelType {
  return isOptional(type) ? (type.params[0] ?? dynType) : type;
}

/** The type as messages print it (cel-go:checker/format.go, v0.26.0). */
export function formatType(type: CelType): string {
  switch (type.kind as string) {
    case 'null':
      return 'null';
    case 'duration':
    case 'timestamp':
      return type.kind;
    default:
      return type.params.length === 0 ? type.name : `${type.name}(${type.params.map(formatType).join(', ')})`;
  }
}

/** A call's signature without its name, as messages print it. */
export function formatSignature(types: readonly CelType[], member: boolean): string {
  const [target, ...rest] = types;
  return member && target !== undefined
    ? `${formatType(target)}.(${rest.map(formatType).join(', ')})`
    : `(${types.map(formatType).join(', ')})`;
}

/** True for the very same type. */
export function sameType(a: CelType, b: CelType): boolean {
  if (a === b) return true;
  if (a.kind !== b.kind || a.name !== b.name || a.params.length !== b.params.length) return false;
  return a.params.every((param, index) => {
    const other = b.params[index];
    return other !== undefined && sameType(param, other);
  });
}

const simpleTypes: ReadonlyMap<string, CelType> = new Map([
  ['bool', boolType],
  ['bytes', bytesType],
  ['double', doubleType],
  ['duration', durationType],
  ['dyn', dynType],
  ['int', intType],
  ['null', nullType],
  ['string', stringType],
  ['timestamp', timestampType],
  ['uint', uintType],
  ['type', typeType],
]);

/**
 * Reads a type as messages print it: `list(map(string, dyn))`. One capital letter is a type parameter; a lower-case name
 * with parameters is opaque; every other name is a struct without known fields.
 */
export function parseType(text: string): CelType {
  const open = text.indexOf('(');
  if (open < 0) {
    if (/^[A-Z]$/.test(text)) return paramType(text);
    return simpleTypes.get(text) ?? (text.startsWith('net.') ? opaqueType(text) : structType(text));
  }
  const name = text.slice(0, open);
  const params = splitTypes(text.slice(open + 1, -1)).map(parseType);
  const [first = dynType, second = dynType] = params;
  if (name === 'list') return listType(first);
  if (name === 'map') return mapType(first, second);
  if (name === 'type') return typeOfType(first);
  return opaqueType(name, ...params);
}

/** Splits "A, map(A, B)" at its outer commas. */
export function splitTypes(text: string): readonly string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let index = 0; index < text.length; index++) {
    const char = text[index];
    if (char === '(') depth++;
    else if (char === ')') depth--;
    else if (char === ',' && depth === 0) {
      parts.push(text.slice(start, index).trim());
      start = index + 1;
    }
  }
  const last = text.slice(start).trim();
  if (last !== '') parts.push(last);
  return parts;
}
