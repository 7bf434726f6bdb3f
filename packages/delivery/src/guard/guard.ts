// What a delivery asks to be guarded against. Nothing of it is part of its intention, so the fingerprint does not tell of it.

import type { PruneBudget } from './prune-budget.ts';

export interface DeliveryGuard {
  /** Keys of deliveries that have to be in sync and healthy before a new revision of this one goes live. */
  readonly dependsOn?: readonly string[] | undefined;
  /** How much one commit may delete without a question; as much as it likes where nothing is said. */
  readonly pruneBudget?: PruneBudget | undefined;
}
