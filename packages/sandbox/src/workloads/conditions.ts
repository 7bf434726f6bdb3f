// Status conditions as the built-in controllers write them.

import { bagsOf } from '../defaulting/drafts.ts';
import type { Bag } from '../store/draft.ts';

export interface Condition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason?: string;
  readonly message?: string;
}

/** Sets a condition; the time of its last transition stays while its status does. */
export function upsertCondition(status: Bag, condition: Condition, now: string, extra: Bag = {}): void {
  const conditions = [...bagsOf(status['conditions'])];
  const index = conditions.findIndex((each) => each['type'] === condition.type);
  const before = index < 0 ? undefined : conditions[index];
  const same = before?.['status'] === condition.status;
  const next: Bag = {
    type: condition.type,
    status: condition.status,
    ...extra,
    lastTransitionTime: same ? (before['lastTransitionTime'] ?? now) : now,
    ...(condition.reason === undefined ? {} : { reason: condition.reason }),
    ...(condition.message === undefined ? {} : { message: condition.message }),
  };
  if (index < 0) conditions.push(next);
  else conditions[index] = next;
  status['conditions'] = conditions;
}

/** A condition of a status. */
export function conditionOf(status: Bag | undefined, type: string): Bag | undefined {
  return bagsOf(status?.['conditions']).find((each) => each['type'] === type);
}
