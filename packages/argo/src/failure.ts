// What an Application is told where a reconciliation of it ended in a way nobody foresaw: it must not stand there without a word
// while only the log of the process knows.

import { KubeError, KubeUnreachable } from '@evenkeel/kube';
import type { JsonObject } from '@evenkeel/resource';
import { kubeTime } from '@evenkeel/std';
import type { Application } from './application.ts';

const conditionType = 'UnknownError';

/** How often in a row what passes by itself may fail before it is told: some seconds. */
const FAILURES_QUIET = 4;

/**
 * The part of a status that names the failure; undefined where it is told already, and where the next attempts most likely end well:
 * `failures` counts those before this one. It goes with the first reconciliation that ends well.
 */
export function failureStatus(
  { status }: Application,
  error: unknown,
  { nowMs, failures }: { readonly nowMs: number; readonly failures: number },
): JsonObject | undefined {
  if (failures < FAILURES_QUIET && isPassing(error)) return undefined;
  const message = `reconciliation failed: ${sentenceOf(error)}`;
  const before = status.conditions ?? [];
  if (before.some((condition) => condition.type === conditionType && condition.message === message)) return undefined;
  const others = before.filter(({ type }) => type !== conditionType);
  const conditions = [...others, { type: conditionType, message, lastTransitionTime: kubeTime(nowMs) }];
  return {
    conditions: conditions as unknown as readonly JsonObject[],
    ...(status.sync ? {} : { sync: { status: 'Unknown' } }),
  };
}

function isPassing(error: unknown): boolean {
  if (error instanceof KubeUnreachable) return true;
  if (error instanceof KubeError) return error.code === 409 || error.code === 429 || error.code >= 500;
  return error instanceof Error && error.name === 'AbortError';
}

const SENTENCE_MAX = 500;

/** Parsers quote what they could not read, which may be anything, a Secret's content as well. */
function sentenceOf(error: unknown): string {
  if (error instanceof SyntaxError) return 'something could not be read';
  const text = error instanceof Error ? error.message : String(error);
  return text.split('\n', 1).join().slice(0, SENTENCE_MAX);
}
