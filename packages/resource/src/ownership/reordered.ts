// Lists whose items stand in another order: no field of them differs, and yet they are not the same.

import type { Json } from '../json.ts';
import { type ListAtom, type TypeRef, unknownType } from './atoms.ts';
import { itemStep } from './list-items.ts';
import type { FieldPath } from './types.ts';
import { isList, isMap } from './values.ts';

/** A list in two orders. */
export interface Reordered {
  readonly path: FieldPath;
  readonly before: Json;
  readonly next: Json;
}

/** The first associative list whose common items have changed places; undefined where there is none. */
export function reorderedList(
  before: Json | undefined,
  next: Json | undefined,
  type: TypeRef,
  path: FieldPath = [],
): Reordered | undefined {
  const { map, list } = type.atom;
  if (isMap(before) && isMap(next)) {
    if (map === undefined || map.atomic) return undefined;
    for (const [name, value] of Object.entries(next)) {
      const field = map.fields.get(name)?.type ?? map.element ?? unknownType;
      const found = reorderedList(before[name], value, field, [...path, `f:${name}`]);
      if (found) return found;
    }
    return undefined;
  }
  if (!isList(before) || !isList(next) || list === undefined || list.atomic) return undefined;
  const [was, will] = [byStep(before, list), byStep(next, list)];
  const common = [...will.keys()].filter((step) => was.has(step));
  if ([...was.keys()].filter((step) => will.has(step)).some((step, index) => step !== common[index])) {
    return { path, before, next };
  }
  for (const step of common) {
    const found = reorderedList(was.get(step), will.get(step), list.element, [...path, step]);
    if (found) return found;
  }
  return undefined;
}

function byStep(items: readonly Json[], list: ListAtom): ReadonlyMap<string, Json> {
  return new Map(
    items.flatMap((item): readonly (readonly [string, Json])[] => {
      const { step } = itemStep(list, item);
      return step === undefined ? [] : [[step, item]];
    }),
  );
}
