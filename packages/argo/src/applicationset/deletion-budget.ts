// How many Applications one reconciliation may delete before somebody is asked. Upstream has no such limit; a commit that
// renames a directory, or a forge that suddenly lists nothing, has emptied clusters that way
// (argoproj/argo-cd issues 16063, 7301, 11073).

import type { ApplicationSet } from './application-set.ts';

/** A number, a percentage, or `none`. */
const budgetAnnotation = 'evenkeel.dev/deletion-budget';
/** The time of an approval, as `Prune=confirm` has it. */
const approvalAnnotation = 'argocd.argoproj.io/deletion-approved';

/** Small sets are deleted without a question: up to this many, or half. */
const freeCount = 10;
const freeShare = 0.5;

/** The question to be asked before deleting, or undefined where none is needed. */
export function deletionQuestion(set: ApplicationSet, doomed: readonly string[], total: number): string | undefined {
  const annotations = set.object.metadata.annotations ?? {};
  if (!exceeds(annotations[budgetAnnotation], doomed.length, total)) return undefined;
  const question = `${doomed.length} of ${total} Applications would be deleted (${shown(doomed)}), more than this set may without being asked; approve with the annotation ${approvalAnnotation}: <time>, or change ${budgetAnnotation}`;
  const asked = (set.status.conditions ?? []).find(
    ({ type, message }) => type === 'ErrorOccurred' && message === question,
  );
  const approvedMs = Date.parse(annotations[approvalAnnotation] ?? '');
  const askedMs = Date.parse(asked?.lastTransitionTime ?? '');
  // An approval counts for the question it was given to, not for the next one.
  return approvedMs >= askedMs ? undefined : question;
}

function exceeds(budget: string | undefined, count: number, total: number): boolean {
  if (budget === 'none' || count === 0) return false;
  if (budget === undefined) return count > freeCount && count > total * freeShare;
  const number = Number.parseFloat(budget);
  if (!(number >= 0)) return count > freeCount && count > total * freeShare;
  return budget.endsWith('%') ? count > (total * number) / 100 : count > number;
}

function shown(names: readonly string[]): string {
  const first = names.slice(0, 3).join(', ');
  return names.length > 3 ? `${first}, …` : first;
}
