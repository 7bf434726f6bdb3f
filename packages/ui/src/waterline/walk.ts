// Walking along a waterline, and saying what is there: for pointers, arrow keys and screen readers alike.

import type { Run } from '@evenkeel/api';
import { absoluteTime, clockTime, count, duration, isoDay } from '../format/time.ts';
import { standingWords, standingsByWeight } from '../format/words.ts';
import type { Line, Span } from './geometry.ts';

/** What a strip shows at one moment. */
export interface Moment {
  readonly atMs: number;
  readonly run: Run | undefined;
  /** The commit that was wanted then. */
  readonly revision: string | undefined;
}

/** Looks up a moment. */
export function momentOf(line: Line, atMs: number): Moment {
  const run = line.runs.findLast(({ fromMs, toMs }) => fromMs <= atMs && atMs <= toMs);
  const tick = line.ticks.findLast((candidate) => candidate.atMs <= atMs);
  return { atMs, run, revision: tick?.revision };
}

/** The next place worth stopping at to the left (-1) or right (1) of a moment; the ends of the span are stops too. */
export function nextStop(line: Line, from: { span: Span; atMs: number; step: -1 | 1 }): number {
  const { span, atMs, step } = from;
  const stops = [
    span.fromMs,
    ...line.runs.map(({ fromMs }) => fromMs),
    ...line.ticks.map((tick) => tick.atMs),
    span.toMs,
  ]
    .filter((stop) => stop >= span.fromMs && stop <= span.toMs)
    .sort((left, right) => left - right);
  const next = step === 1 ? stops.find((stop) => stop > atMs) : stops.findLast((stop) => stop < atMs);
  return next ?? (step === 1 ? span.toMs : span.fromMs);
}

/** "14:02–14:06" today, with days where it spans more than one. */
export function rangeWords(run: Run, nowMs: number): string {
  const days = isoDay(run.fromMs) !== isoDay(nowMs);
  const from = days ? absoluteTime(run.fromMs).slice(0, 16) : clockTime(run.fromMs, run.toMs - run.fromMs < 60e3);
  const to = nowMs - run.toMs < 2000 ? 'now' : clockTime(run.toMs, run.toMs - run.fromMs < 60e3);
  return `${from}–${to}, ${duration(run.toMs - run.fromMs)}`;
}

/** The strip in one sentence: "In sync now; last 24 hours: drifted 12 min, degraded 40 s; 3 syncs". */
export function summaryWords(line: Line, span: Span, label: string): string {
  const times = new Map<string, number>();
  for (const run of line.runs) {
    const ms = Math.min(run.toMs, span.toMs) - Math.max(run.fromMs, span.fromMs);
    if (ms >= 0) times.set(run.state, (times.get(run.state) ?? 0) + ms);
  }
  const last = line.runs.at(-1);
  const now = last ? `${standingWords[last.state]} now` : 'Nothing known yet';
  const parts = standingsByWeight.flatMap((state) => {
    const ms = times.get(state);
    return ms === undefined ? [] : [`${standingWords[state].toLowerCase()} ${duration(ms)}`];
  });
  const syncs = line.ticks.filter(({ kind, atMs }) => kind === 'sync' && atMs >= span.fromMs).length;
  const counted = syncs === 0 ? 'no sync' : count(syncs, 'sync', 'syncs');
  return `${now}; ${label}: ${[...parts, counted].join(', ')}`;
}
