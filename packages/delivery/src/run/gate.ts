// The wait after a stage: until everything it is waited for is healthy, and everything it pruned is gone.

import type { Stage, Step } from '@evenkeel/engine';
import { type KubeObject, refKey, refOf } from '@evenkeel/resource';
import { createChannel } from '@evenkeel/std';
import type { StepReport } from '../model.ts';
import { type RunContext, type RunEvent, RunFailure, healthOfStep, stepKey, stepName } from './context.ts';
import { wasSettled } from './hooks.ts';

/** What a gate waits for. */
export interface Gate {
  readonly steps: readonly Step[];
  readonly waitFor: Stage['waitFor'];
  /** The last report of each step, by key. */
  readonly reports: ReadonlyMap<string, StepReport>;
}

/**
 * Waits by watching; sends no request. Tells of every step whose wait is over, and throws RunFailure with all that failed:
 * as soon as an object is degraded, but not before every hook has ended.
 */
export async function* waitForSteps(gate: Gate, context: RunContext): AsyncIterable<RunEvent> {
  const awaited = gate.steps.filter((step) => gate.waitFor === 'all' || step.hook !== undefined);
  if (gate.waitFor === 'nothing' || awaited.length === 0) return;
  const keys = new Set(awaited.map((step) => refKey(step.ref)));
  const changes = createChannel<KubeObject>();
  const stop = context.cluster.live.onChange(({ object }) => {
    if (keys.has(refKey(refOf(object)))) changes.push(object);
  });
  const abort = (): void => changes.close(context.signal.reason as Error);
  context.signal.addEventListener('abort', abort, { once: true });
  const watch = new Watch(awaited, gate.reports, context);
  try {
    context.signal.throwIfAborted();
    yield* watch.look();
    if (watch.isOver) return watch.end();
    for await (const _change of changes) {
      yield* watch.look();
      if (watch.isOver) return watch.end();
    }
  } finally {
    stop();
    context.signal.removeEventListener('abort', abort);
  }
}

class Watch {
  #pending: readonly Step[];
  readonly #reports: ReadonlyMap<string, StepReport>;
  readonly #context: RunContext;
  readonly #failures: string[] = [];
  #said = '';

  constructor(steps: readonly Step[], reports: ReadonlyMap<string, StepReport>, context: RunContext) {
    this.#pending = steps;
    this.#reports = reports;
    this.#context = context;
  }

  get isOver(): boolean {
    if (this.#failures.length === 0) return this.#pending.length === 0;
    return !this.#pending.some((step) => step.hook !== undefined);
  }

  end(): void {
    if (this.#failures.length > 0) {
      throw new RunFailure(
        `one or more synchronization tasks completed unsuccessfully, reason: ${this.#failures.join(',')}`,
      );
    }
  }

  *look(): Iterable<RunEvent> {
    const left: Step[] = [];
    for (const step of this.#pending) {
      const verdict = verdictOf(step, this.#context);
      if (verdict.kind === 'waiting') {
        left.push(step);
        continue;
      }
      if (verdict.kind === 'failed') this.#failures.push(verdict.reason);
      const report = this.#reports.get(stepKey(step));
      if (!report) continue;
      const message = verdict.message ?? report.message;
      const status = verdict.kind === 'failed' ? 'failed' : report.status === 'running' ? 'synced' : report.status;
      const how = verdict.kind === 'failed' ? { stands: true } : {};
      yield { kind: 'step', step: { ...report, ...how, status, message, settled: verdict.kind === 'settled' } };
    }
    this.#pending = left;
    const said = waitingSentence(left);
    if (left.length > 0 && said !== this.#said) yield { kind: 'waiting', message: (this.#said = said) };
  }
}

type Verdict =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'settled'; readonly message?: string | undefined }
  | { readonly kind: 'failed'; readonly message?: string | undefined; readonly reason: string };

function verdictOf(step: Step, context: RunContext): Verdict {
  if (step.hook && wasSettled(step, context)) return { kind: 'settled' };
  const found = healthOfStep(step, context);
  // Most kinds have no health: that they are there is all that can be asked of them.
  if (!found || found.status === 'healthy') return { kind: 'settled', message: found?.message };
  const named = `${step.ref.kind} ${step.ref.name}`;
  if (found.status === 'missing') {
    const message = `Resource ${stepName(step)} is missing, it might have been deleted`;
    return { kind: 'failed', message, reason: message };
  }
  const isFailed = found.status === 'degraded' || (found.status === 'unknown' && step.hook !== undefined);
  if (!isFailed) return { kind: 'waiting' };
  const message = found.message;
  return { kind: 'failed', message, reason: `${named} is ${found.status}${message ? `: ${message}` : ''}` };
}

/** Upstream's words: argoproj/argo-cd:gitops-engine/pkg/sync/sync_context.go setRunningPhase. */
function waitingSentence(steps: readonly Step[]): string {
  const hooks = steps.filter((step) => step.hook !== undefined);
  const prunes = steps.filter((step) => step.action === 'prune');
  const onlyPrunes = prunes.length > 0 && prunes.length === steps.length;
  const [first] = hooks.length > 0 ? hooks : steps;
  if (!first) return '';
  const reason = onlyPrunes ? 'deletion of' : hooks.length > 0 ? 'completion of hook' : 'healthy state of';
  const more = steps.length - 1;
  const what = hooks.length === steps.length ? 'hooks' : 'resources';
  return `waiting for ${reason} ${stepName(first)}${more > 0 ? ` and ${more} more ${what}` : ''}`;
}
