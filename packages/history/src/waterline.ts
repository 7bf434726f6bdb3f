// Runs of state over a span of time, from rows that say only when a state changed.

import type { WaterlineState } from './records.ts';

export interface Run {
  readonly state: WaterlineState;
  readonly fromMs: number;
  readonly toMs: number;
}

export interface StateChange {
  readonly atMs: number;
  readonly state: WaterlineState;
}

/** The worse of two states is what a narrow picture shows. */
const severity: Readonly<Record<WaterlineState, number>> = {
  level: 0,
  suspended: 1,
  unknown: 2,
  progressing: 3,
  drifted: 4,
  missing: 5,
  degraded: 6,
};

/**
 * Turns state changes (in order of time) into adjoining runs that cover the span exactly. `before` is the state at its
 * start. Runs shorter than `resolutionMs` are joined, keeping the worst state: something brief stays visible.
 */
export function toRuns(
  span: { readonly fromMs: number; readonly toMs: number; readonly resolutionMs?: number },
  before: WaterlineState,
  changes: readonly StateChange[],
): readonly Run[] {
  const runs: Run[] = [];
  let state = before;
  let fromMs = span.fromMs;
  const close = (toMs: number): void => {
    if (toMs > fromMs) append(runs, { state, fromMs, toMs });
    fromMs = Math.max(fromMs, toMs);
  };
  for (const change of changes) {
    if (change.atMs >= span.toMs) break;
    close(change.atMs);
    state = change.state;
  }
  close(span.toMs);
  return span.resolutionMs === undefined ? runs : coarsen(runs, span.resolutionMs);
}

function append(runs: Run[], run: Run): void {
  const last = runs.at(-1);
  if (last?.state === run.state) runs[runs.length - 1] = { ...last, toMs: run.toMs };
  else runs.push(run);
}

function coarsen(runs: readonly Run[], resolutionMs: number): readonly Run[] {
  const result: Run[] = [];
  let short: Run | undefined;
  for (const run of runs) {
    if (short) {
      short = { state: worse(short.state, run.state), fromMs: short.fromMs, toMs: run.toMs };
      const joined = run.toMs - run.fromMs >= resolutionMs;
      if (joined) {
        // The long run keeps its own state; what came before it gets the least width that can be seen.
        const edge = Math.min(run.toMs, Math.max(run.fromMs, short.fromMs + resolutionMs));
        const mark = worstWithin(runs, short.fromMs, run.fromMs);
        append(result, { state: mark, fromMs: short.fromMs, toMs: edge });
        if (run.toMs > edge) append(result, { ...run, fromMs: edge });
        short = undefined;
      } else if (short.toMs - short.fromMs >= resolutionMs) {
        append(result, short);
        short = undefined;
      }
    } else if (run.toMs - run.fromMs < resolutionMs) short = run;
    else append(result, run);
  }
  if (short) append(result, short);
  return result;
}

function worstWithin(runs: readonly Run[], fromMs: number, toMs: number): WaterlineState {
  let state: WaterlineState = 'level';
  for (const run of runs) if (run.fromMs >= fromMs && run.fromMs < toMs) state = worse(state, run.state);
  return state;
}

function worse(left: WaterlineState, right: WaterlineState): WaterlineState {
  return severity[right] > severity[left] ? right : left;
}
