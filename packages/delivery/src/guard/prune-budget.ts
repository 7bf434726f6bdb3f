// How much of a delivery one commit may delete before somebody is asked. A renamed directory, a selector that fits nothing any more
// or a merge gone wrong look like a wish to delete, and pruning makes them one.

import { type Plan, type Refusal, type Step } from '@evenkeel/engine';
import type { Delivery, OperationReport, ResourceReport, SyncRequest } from '../model.ts';

/** So many objects, such a share of all, both, or no limit. A budget is exceeded where everything it names is. */
export type PruneBudget = 'none' | { readonly count?: number | undefined; readonly share?: number | undefined };

/** What a front end may take where nobody says anything: up to ten objects, or half, go without a question. */
export const defaultPruneBudget: PruneBudget = { count: 10, share: 0.5 };

/** Reads `none`, a number or a percentage; undefined for anything else. */
export function readPruneBudget(text: string): PruneBudget | undefined {
  const trimmed = text.trim();
  if (trimmed === 'none') return 'none';
  const [, digits, percent] = /^(\d+(?:\.\d+)?)(%?)$/.exec(trimmed) ?? [];
  if (digits === undefined) return undefined;
  return percent === '%' ? { share: Number(digits) / 100 } : { count: Number(digits) };
}

/** True where deleting `doomed` of `total` objects needs a question. */
export function exceedsBudget(budget: PruneBudget, doomed: number, total: number): boolean {
  if (budget === 'none' || doomed === 0) return false;
  const { count = -1, share = -1 } = budget;
  return doomed > count && doomed > total * share;
}

/** One automatic operation that is about to begin. */
export interface PruneQuestion {
  readonly delivery: Delivery;
  readonly request: SyncRequest | undefined;
  readonly plan: Plan;
  readonly resources: readonly ResourceReport[];
  readonly revision: string;
  readonly last: OperationReport | undefined;
}

const marker = 'more than it may without being asked';

/** Whether an operation, by the message that is on record of it, has asked and not begun. */
export function asksToPrune(message: string): boolean {
  return message.includes(marker);
}

/**
 * Why an operation has to wait for somebody's agreement: it would delete too much. Undefined where it may begin. What a person asked for
 * needs none, nor does what was agreed to since the question was put, nor another attempt of what began before.
 */
export function pruneRefusal(question: PruneQuestion): Refusal | undefined {
  const { delivery, request, last, revision } = question;
  if (request && !request.initiatedBy.automated) return undefined;
  const doomed = prunesOf(question.plan);
  const total = question.resources.filter(({ hook, reason }) => !hook && reason !== 'missing').length;
  if (!exceedsBudget(delivery.guard?.pruneBudget ?? 'none', doomed.length, total)) return undefined;
  const sameAttempt = last?.revision === revision && last.fingerprint === delivery.fingerprint;
  if (sameAttempt && last.phase !== 'succeeded') {
    if (!asksToPrune(last.message)) return undefined;
    // Agreement is written down to the second, as starts of operations are.
    const askedMs = Math.floor(last.startedAtMs / 1000) * 1000;
    if ((delivery.policy.approvedAtMs ?? 0) >= askedMs) return undefined;
  }
  return {
    code: 'PRUNE_BUDGET',
    sentence: `syncing would prune ${doomed.length} of ${total} objects (${shown(doomed)}), ${marker}`,
    remedy: 'Agree that they go, sync by hand with pruning, or restore them in Git.',
  };
}

function prunesOf({ stages }: Plan): readonly Step[] {
  const steps = stages.flatMap(({ groups }) => groups.flat());
  // Those that ask for themselves are asked for when their turn comes; those on their way out, which somebody else may hold
  // for long, have been agreed to.
  return steps.filter(
    ({ action, confirm, object }) =>
      action === 'prune' && confirm !== true && object.metadata.deletionTimestamp === undefined,
  );
}

function shown(steps: readonly Step[]): string {
  const names = steps.slice(0, 3).map(({ ref }) => `${ref.kind} ${ref.name}`);
  return steps.length > 3 ? `${names.join(', ')}, …` : names.join(', ');
}
