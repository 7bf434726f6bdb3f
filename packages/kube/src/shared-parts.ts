// Objects of one type resemble each other, and versions of one object even more: what is equal is kept once.

import type { KubeObject } from '@evenkeel/resource';

type Members = Record<string, unknown>;

/**
 * Gives an object, which nobody has seen yet, the parts and texts of a similar one wherever they are equal. It stays equal
 * to what it was; the other is not touched.
 */
export function sharePartsWith(object: KubeObject, similar: KubeObject): void {
  if (object !== similar) shareMembers(object as unknown as Members, similar as unknown as Members);
}

/** True where all members are equal and stand in the same order. */
function shareMembers(ours: Members, theirs: Members): boolean {
  const names = Object.keys(ours);
  const others = Object.keys(theirs);
  let same = names.length === others.length;
  for (let index = 0; index < names.length; index++) {
    const name = names[index] ?? '';
    const isAligned = others[index] === name;
    if (!isAligned) same = false;
    const value = ours[name];
    if (value === null || (typeof value !== 'object' && typeof value !== 'string')) {
      if (same && theirs[name] !== value) same = false;
      continue;
    }
    const other = isAligned || Object.hasOwn(theirs, name) ? theirs[name] : undefined;
    if (value === other ? typeof value === 'string' : isEqual(value, other)) {
      if (name !== '__proto__') ours[name] = other;
    } else if (value !== other) same = false;
  }
  return same;
}

function isEqual(value: unknown, other: unknown): boolean {
  if (typeof value !== 'object' || typeof other !== 'object' || value === null || other === null) return false;
  return Array.isArray(value) === Array.isArray(other) && shareMembers(value as Members, other as Members);
}
