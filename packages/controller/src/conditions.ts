// The algebra of metav1.Condition lists (kubernetes:apimachinery/pkg/api/meta/conditions.go, v1.35).

import { kubeTime } from '@evenkeel/std';

/** metav1.Condition. */
export interface Condition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  readonly message: string;
  readonly lastTransitionTime: string;
  readonly observedGeneration?: number;
}

/** A condition as it is set: the time of transition is found here, unless given. */
export type NewCondition = Omit<Condition, 'lastTransitionTime'> & { readonly lastTransitionTime?: string };

/**
 * The list with one condition set. `lastTransitionTime` changes only where `status` does. Order is kept, a new
 * condition goes last, and the very same list is returned where nothing changes.
 */
export function setCondition(
  list: readonly Condition[] | undefined,
  next: NewCondition,
  nowMs: number,
): readonly Condition[] {
  const conditions = list ?? [];
  const at = conditions.findIndex((condition) => condition.type === next.type);
  const known = conditions[at];
  const now = next.lastTransitionTime ?? kubeTime(nowMs);
  if (!known) return [...conditions, { ...next, lastTransitionTime: now }];
  const lastTransitionTime = known.status === next.status ? known.lastTransitionTime : now;
  const generation = next.observedGeneration ?? known.observedGeneration;
  const merged: Condition = {
    ...next,
    lastTransitionTime,
    ...(generation === undefined ? {} : { observedGeneration: generation }),
  };
  if (sameCondition(known, merged)) return conditions;
  return conditions.with(at, merged);
}

/** The list without the condition of that type; the same list where there is none. */
export function removeCondition(list: readonly Condition[] | undefined, type: string): readonly Condition[] {
  const conditions = list ?? [];
  return conditions.some((condition) => condition.type === type)
    ? conditions.filter((condition) => condition.type !== type)
    : conditions;
}

export function findCondition(list: readonly Condition[] | undefined, type: string): Condition | undefined {
  return list?.find((condition) => condition.type === type);
}

/** True where the condition exists with status "True". */
export function isConditionTrue(list: readonly Condition[] | undefined, type: string): boolean {
  return findCondition(list, type)?.status === 'True';
}

function sameCondition(left: Condition, right: Condition): boolean {
  return (
    left.status === right.status &&
    left.reason === right.reason &&
    left.message === right.message &&
    left.lastTransitionTime === right.lastTransitionTime &&
    left.observedGeneration === right.observedGeneration
  );
}
