// A day that has been: history for pictures of the page, written through the history store with a clock that is moved by
// hand. Beats of the store's own timer go on in between, so that no gap is seen.

import { join } from 'node:path';
import { type DriftedField, type WaterlineState, openHistory } from '@evenkeel/history';
import type { Clock } from '@evenkeel/std';

const MINUTE = 60_000;

/** What happened so many minutes ago. */
interface Past {
  readonly app: string;
  readonly ago: number;
  readonly state: WaterlineState;
  readonly commit?: string;
  readonly sync?: 'succeeded' | 'failed';
  readonly drift?: DriftedField;
}

const replicas: DriftedField = { object: 'Deployment lighthouse', path: '.spec.replicas', manager: 'kubectl-edit' };

/** A quiet day with one bad commit for all, one night of somebody's changes, and one slow rollout. */
const day: readonly Past[] = [
  { app: 'argo/argocd/pilot', ago: 1430, state: 'level' },
  { app: 'argo/argocd/lighthouse', ago: 1430, state: 'level' },
  { app: 'flux/flux-system/tide', ago: 1430, state: 'level' },
  { app: 'argo/argocd/lighthouse', ago: 1180, state: 'drifted', drift: replicas },
  { app: 'argo/argocd/lighthouse', ago: 1010, state: 'level', sync: 'succeeded' },
  { app: 'argo/argocd/pilot', ago: 900, state: 'progressing', commit: 'Raise the memory limit', sync: 'succeeded' },
  { app: 'argo/argocd/pilot', ago: 845, state: 'level' },
  { app: 'argo/argocd/pilot', ago: 520, state: 'degraded', commit: 'Use the new base image', sync: 'failed' },
  { app: 'argo/argocd/lighthouse', ago: 519, state: 'degraded', commit: 'Use the new base image', sync: 'failed' },
  { app: 'flux/flux-system/tide', ago: 518, state: 'degraded', commit: 'Use the new base image', sync: 'failed' },
  { app: 'flux/flux-system/tide', ago: 470, state: 'level', commit: 'Back to the old base image', sync: 'succeeded' },
  { app: 'argo/argocd/lighthouse', ago: 469, state: 'level', commit: 'Back to the old base image', sync: 'succeeded' },
  { app: 'argo/argocd/pilot', ago: 468, state: 'level', commit: 'Back to the old base image', sync: 'succeeded' },
  { app: 'flux/flux-system/tide', ago: 180, state: 'progressing', commit: 'Two more gauges', sync: 'succeeded' },
  { app: 'flux/flux-system/tide', ago: 140, state: 'level' },
  { app: 'argo/argocd/lighthouse', ago: 75, state: 'drifted', drift: replicas },
  { app: 'argo/argocd/lighthouse', ago: 60, state: 'level', sync: 'succeeded' },
];

/** Writes the day that ends now into a state directory, before the system starts on it. */
export async function writePast(stateDirectory: string): Promise<void> {
  const endMs = Date.now();
  const clock = new HandClock(endMs - 1440 * MINUTE);
  const history = openHistory({ file: join(stateDirectory, 'history.db'), clock });
  for (const past of day) {
    clock.moveTo(endMs - past.ago * MINUTE);
    const { app, commit, sync, drift } = past;
    const revision = revisionOf(commit ?? 'The shop opens');
    const author = { name: 'Ada Keeper', email: 'ada@example.com' };
    if (commit !== undefined)
      history.record({ kind: 'commit', app, repository: 'fleet', revision, author, message: commit });
    if (sync)
      history.record({ kind: 'sync-finished', app, operation: `${past.ago}`, revision, phase: sync, changes: [] });
    if (drift) history.record({ kind: 'drift-started', app, fields: [drift] });
    history.setState(app, past.state);
    // The store writes in batches, at the end of a turn.
    await Promise.resolve();
  }
  clock.moveTo(endMs);
  await history[Symbol.asyncDispose]();
}

function revisionOf(message: string): string {
  return Buffer.from(message.padEnd(20, '.')).toString('hex').slice(0, 40);
}

/** Time that moves when it is told to; timers fire on the way. */
class HandClock implements Clock {
  #now: number;
  readonly #timers = new Set<{ readonly atMs: number; readonly action: () => void }>();

  constructor(startMs: number) {
    this.#now = startMs;
  }

  now(): number {
    return this.#now;
  }

  sleep(): Promise<void> {
    return Promise.reject(new Error('nothing sleeps in the past'));
  }

  after(delayMs: number, action: () => void): () => void {
    const timer = { atMs: this.#now + delayMs, action };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  moveTo(atMs: number): void {
    for (;;) {
      const due = [...this.#timers]
        .filter((timer) => timer.atMs <= atMs)
        .sort((left, right) => left.atMs - right.atMs)[0];
      if (!due) break;
      this.#timers.delete(due);
      this.#now = Math.max(this.#now, due.atMs);
      due.action();
    }
    this.#now = atMs;
  }
}
