// Refusals that stand in the way of a sync, in the words and shapes of an operation that failed.

import type { Refusal } from '@evenkeel/engine';
import type { Delivery, OperationReport, StepReport, SyncRequest } from './model.ts';

/** The refusals that keep a sync from beginning: none that is about an object left out of it. */
export function standsInTheWay(
  refusals: readonly Refusal[],
  { policy }: Delivery,
  request: SyncRequest | undefined,
): readonly Refusal[] {
  return refusals.filter(({ code, about }) => {
    if (code === 'TWO_OWNERS' && policy.failOnShared !== true) return false;
    const only = request?.only;
    if (!only || !about) return true;
    return only.some(({ kind, name, namespace }) => {
      const sameNamespace = namespace === '' || namespace === about.namespace;
      return kind === about.kind && name === about.name && sameNamespace;
    });
  });
}

/** True for an operation that has failed and waits for its next attempt: what is known to be refused ends it instead. */
export function waitsForNext({ phase, finishedAtMs }: OperationReport): boolean {
  return phase === 'running' && finishedAtMs !== undefined;
}

/** Why nothing was done, beginning as upstream begins. */
export function blockedMessage(why: readonly Refusal[]): string {
  const sentences = why.map(({ sentence }) => sentence).join('; ');
  const [first] = why;
  if (first?.code === 'TWO_OWNERS') return `Shared resource found: ${sentences}`;
  if (first?.code === 'INVALID_OBJECT') return `one or more objects failed to apply (dry run): ${sentences}`;
  if (first?.code === 'OBJECT_NOT_PERMITTED' && first.about)
    return `one or more synchronization tasks are not valid: ${[...new Set(why.map(({ sentence }) => sentence))].sort().join('; ')}`;
  if (first?.code === 'UNKNOWN_KIND') return `one or more synchronization tasks are not valid: ${sentences}`;
  return sentences;
}

/**
 * What the cluster refuses today (a quota, a permission, a webhook) it may take later, and a remote that is down or lacks a
 * version may have it; nobody tells us when.
 */
const passing: ReadonlySet<Refusal['code']> = new Set(['INVALID_OBJECT', 'SOURCE_UNREACHABLE', 'REVISION_NOT_FOUND']);
const ASK_AGAIN_MS = 60_000;

/** When to ask again for what was refused; undefined where only a change can help. */
export function askAgainMs(why: readonly Refusal[]): number | undefined {
  return why.some(({ code }) => passing.has(code)) ? ASK_AGAIN_MS : undefined;
}

/** One failed step for each object that a refusal is about. */
export function failedSteps(why: readonly Refusal[]): readonly StepReport[] {
  return why.flatMap(({ about, sentence }): StepReport[] => {
    if (!about) return [];
    const { version, ...ref } = about;
    return [{ ref, version, status: 'failed', message: sentence, hook: false, phase: 'main' }];
  });
}

export function clusterUnknown(delivery: Delivery): Refusal {
  return {
    code: 'DESTINATION_UNKNOWN',
    sentence: `the destination cluster "${delivery.destination.cluster}" is not known`,
    remedy: 'Name a cluster that Evenkeel is connected to.',
  };
}
