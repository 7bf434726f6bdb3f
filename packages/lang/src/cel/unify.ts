// Which type may stand where another is expected, and what the type parameters of a call are bound to on the way
// (cel-go:checker/types.go, v0.26.0).

import { type CelType, dynType, listType, mapType, opaqueType, sameType, typeOfType } from './types.ts';

/** What type parameters stand for, by their names. */
export type Bindings = ReadonlyMap<string, CelType>;

/** The bindings under which one type may stand for the other; undefined where it may not. */
export function assign(bindings: Bindings, from: CelType, to: CelType): Bindings | undefined {
  const trial = new Map(bindings);
  return fits(trial, from, to) ? trial : undefined;
}

/** The bindings under which every type may stand for its counterpart. */
export function assignAll(bindings: Bindings, from: readonly CelType[], to: readonly CelType[]): Bindings | undefined {
  const trial = new Map(bindings);
  return allFit(trial, from, to) ? trial : undefined;
}

function allFit(bindings: Map<string, CelType>, from: readonly CelType[], to: readonly CelType[]): boolean {
  if (from.length !== to.length) return false;
  for (let index = 0; index < from.length; index++) {
    const [a, b] = [from[index], to[index]];
    if (a === undefined || b === undefined || !fits(bindings, a, b)) return false;
  }
  return true;
}

function fits(bindings: Map<string, CelType>, a: CelType, b: CelType): boolean {
  if (b.kind === 'param') {
    const { valid, bound } = bind(bindings, a, b);
    if (valid) return true;
    if (bound) return false;
  }
  if (a.kind === 'param') return bind(bindings, b, a).valid;
  if (isLoose(a) || isLoose(b)) return true;
  if (a.kind === 'null') return takesNull(b);
  if (b.kind === 'null') return takesNull(a);
  switch (a.kind as string) {
    case 'type':
      return b.kind === 'type';
    case 'opaque':
    case 'list':
    case 'map':
      return a.kind === b.kind && a.name === b.name && allFit(bindings, a.params, b.params);
    default:
      return a.kind === b.kind && a.name === b.name;
  }
}

function isLoose(type: CelType): boolean {
  return type.kind === 'dyn' || type.kind === 'error';
}

function takesNull(type: CelType): boolean {
  return ['null', 'opaque', 'struct', 'duration', 'timestamp'].includes(type.kind);
}

function bind(
  bindings: Map<string, CelType>,
  type: CelType,
  param: CelType,
): { readonly valid: boolean; readonly bound: boolean } {
  if (sameType(type, param)) return { valid: true, bound: true };
  const current = bindings.get(param.name);
  if (current !== undefined) {
    if (sameType(type, current)) return { valid: true, bound: true };
    if (!fits(bindings, type, current)) return { valid: false, bound: true };
    const next = moreGeneral(type, current);
    if (isFree(bindings, param, next)) bindings.set(param.name, next);
    return { valid: true, bound: true };
  }
  if (!isFree(bindings, param, type)) return { valid: false, bound: false };
  bindings.set(param.name, type);
  return { valid: true, bound: false };
}

// A parameter must not be bound to a type that contains it.
function isFree(bindings: Bindings, param: CelType, within: CelType): boolean {
  if (sameType(param, within)) return false;
  if (within.kind === 'param') {
    const bound = bindings.get(within.name);
    return bound === undefined || isFree(bindings, param, bound);
  }
  return within.params.every((each) => isFree(bindings, param, each));
}

/** The one of two related types that says less. */
export function moreGeneral(a: CelType, b: CelType): CelType {
  return saysLess(a, b) ? a : b;
}

function saysLess(a: CelType, b: CelType): boolean {
  if (a.kind === 'dyn' || a.kind === 'param') return true;
  if (b.kind === 'dyn' || b.kind === 'param') return false;
  if (a.kind !== b.kind) return false;
  if (a.kind === 'type') return true;
  if (a.name !== b.name || a.params.length !== b.params.length) return false;
  return a.params.every((param, index) => saysLess(param, b.params[index] ?? dynType));
}

/** The type with its parameters replaced by what they stand for; `loose` turns those left over into dyn. */
export function substitute(bindings: Bindings, type: CelType, loose: boolean): CelType {
  if (type.kind === 'param') {
    const bound = bindings.get(type.name);
    if (bound !== undefined) return substitute(bindings, bound, loose);
    return loose ? dynType : type;
  }
  if (type.params.length === 0) return type;
  const params = type.params.map((param) => substitute(bindings, param, loose));
  const [first = dynType, second = dynType] = params;
  switch (type.kind as string) {
    case 'list':
      return listType(first);
    case 'map':
      return mapType(first, second);
    case 'type':
      return typeOfType(first);
    default:
      return opaqueType(type.name, ...params);
  }
}
