// Somebody's agreement that objects go which ask for it: given once for everything up to now.

import type { Step } from '@evenkeel/engine';
import { type RunContext, type RunEvent, stepName } from './context.ts';

/** When somebody last agreed, and who waits for it. */
export interface Approval {
  readonly atMs: number | undefined;
  grant(atMs: number): void;
  onGrant(listener: () => void): () => void;
}

export function createApproval(atMs: number | undefined): Approval {
  const listeners = new Set<() => void>();
  let given = atMs;
  return {
    get atMs() {
      return given;
    },
    grant(nowMs) {
      given = nowMs;
      for (const listener of listeners) listener();
    },
    onGrant(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** Waits until the prunes among `steps` that ask for it are agreed to. Agreement from before the operation does not count. */
export async function* awaitApproval(steps: readonly Step[], context: RunContext): AsyncIterable<RunEvent> {
  const { approval, signal, startedAtMs } = context;
  const asking = steps.filter((step) => step.confirm === true);
  const [first, ...more] = asking;
  // Agreement is written down to the second, as starts of operations are.
  const sinceMs = Math.floor(startedAtMs / 1000) * 1000;
  const isGiven = (): boolean => approval.atMs !== undefined && approval.atMs >= sinceMs;
  if (first === undefined || isGiven()) return;
  const rest = more.length > 0 ? ` and ${more.length} more resources` : '';
  yield { kind: 'waiting', message: `waiting for pruning confirmation of ${stepName(first)}${rest}` };
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const stop = approval.onGrant(() => {
    if (isGiven()) resolve();
  });
  const abort = (): void => reject(signal.reason as Error);
  signal.addEventListener('abort', abort, { once: true });
  try {
    signal.throwIfAborted();
    if (isGiven()) return;
    await promise;
  } finally {
    stop();
    signal.removeEventListener('abort', abort);
  }
}
