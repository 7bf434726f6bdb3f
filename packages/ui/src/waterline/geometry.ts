// Where the parts of a waterline lie. Pure: a strip of pixel columns, each showing the worst state that touches it, so that
// a dip of ten seconds is still seen in a strip of a day, and thousands of runs cost no more than the strip is wide.

import type { Run, Standing, Tick, Waterline } from '@evenkeel/api';
import { standingsByWeight } from '../format/words.ts';

/** The time a strip shows. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** What a strip is drawn from. */
export interface Line {
  readonly runs: readonly Run[];
  readonly ticks: readonly Tick[];
}

/** A stretch of columns in one state. */
export interface Segment {
  readonly state: Standing;
  readonly x: number;
  readonly width: number;
}

/** A tick on a column. */
export interface Mark {
  readonly kind: Tick['kind'];
  readonly x: number;
  readonly failed: boolean;
}

/** The narrowest thing a strip shows. */
export const COLUMN = 2;

const weights = new Map(standingsByWeight.map((state, index) => [state, standingsByWeight.length - index]));

/** The stretches of a strip of `width` pixels, left to right; where nothing is known there is none. */
export function segmentsOf(runs: readonly Run[], span: Span, width: number): readonly Segment[] {
  const columns = columnsOf(runs, span, width);
  const segments: Segment[] = [];
  for (let index = 0; index < columns.length; index += 1) {
    const state = columns[index];
    if (state === undefined) continue;
    const last = segments.at(-1);
    const x = index * COLUMN;
    if (last && last.state === state && last.x + last.width === x) {
      segments[segments.length - 1] = { ...last, width: last.width + COLUMN };
    } else segments.push({ state, x, width: COLUMN });
  }
  return segments;
}

function columnsOf(runs: readonly Run[], span: Span, width: number): (Standing | undefined)[] {
  const length = Math.max(0, Math.floor(width / COLUMN));
  const columns: (Standing | undefined)[] = Array.from({ length });
  const perMs = length / Math.max(1, span.toMs - span.fromMs);
  for (const run of runs) {
    if (run.toMs < span.fromMs || run.fromMs > span.toMs) continue;
    const first = Math.min(length - 1, Math.max(0, Math.floor((run.fromMs - span.fromMs) * perMs)));
    const last = Math.min(length, Math.max(first + 1, Math.ceil((run.toMs - span.fromMs) * perMs)));
    for (let index = first; index < last; index += 1) columns[index] = worse(columns[index], run.state);
  }
  return columns;
}

/** The state that is shown where two share a column. */
export function worse(left: Standing | undefined, right: Standing): Standing {
  return left !== undefined && (weights.get(left) ?? 0) >= (weights.get(right) ?? 0) ? left : right;
}

/** Ticks on columns, at most one of a kind a column; a failed one wins. */
export function marksOf(ticks: readonly Tick[], span: Span, width: number): readonly Mark[] {
  const marks = new Map<string, Mark>();
  for (const tick of ticks) {
    if (tick.atMs < span.fromMs || tick.atMs > span.toMs) continue;
    const x = snap(positionOf(tick.atMs, span, width), width);
    const failed = tick.outcome !== undefined && tick.outcome !== 'succeeded';
    const id = `${tick.kind}${x}`;
    if (failed || !marks.has(id)) marks.set(id, { kind: tick.kind, x, failed });
  }
  return [...marks.values()];
}

function snap(x: number, width: number): number {
  return Math.max(1, Math.min(width - 1, Math.round(x / COLUMN) * COLUMN));
}

/** The pixel of a moment. */
export function positionOf(atMs: number, span: Span, width: number): number {
  return ((atMs - span.fromMs) / Math.max(1, span.toMs - span.fromMs)) * width;
}

/** The moment of a pixel. */
export function momentAt(x: number, span: Span, width: number): number {
  return span.fromMs + (Math.min(width, Math.max(0, x)) / Math.max(1, width)) * (span.toMs - span.fromMs);
}

/** The height at which a state floats, as a share of the strip from its top. */
export function levelOf(state: Standing): number {
  switch (state) {
    case 'level':
    case 'progressing':
      return 0.3;
    case 'suspended':
    case 'unknown':
      return 0.48;
    case 'drifted':
      return 0.58;
    case 'missing':
    case 'degraded':
      return 0.82;
  }
}

/** Extends the last run to the present: it is still going on. */
export function openRuns(runs: readonly Run[], nowMs: number): readonly Run[] {
  const last = runs.at(-1);
  return last && last.toMs < nowMs ? [...runs.slice(0, -1), { ...last, toMs: nowMs }] : runs;
}

const spanHours = [1 / 30, 1 / 12, 0.25, 1, 6, 24] as const;

/** The span that shows all there is, up to a day: a system of a minute is not drawn as one pixel of a day. */
export function hoursFor(items: readonly Waterline[], nowMs: number): number {
  let firstMs = nowMs;
  for (const { runs } of items) firstMs = Math.min(firstMs, runs[0]?.fromMs ?? nowMs);
  const age = (nowMs - firstMs) / 3600e3;
  return spanHours.find((hours) => age < hours * 0.95) ?? 24;
}

/** "last 24 hours", "last 15 minutes". */
export function spanWords(hours: number): string {
  if (hours < 1) return `last ${Math.round(hours * 60)} minutes`;
  if (hours === 1) return 'last hour';
  return hours > 48 ? `last ${Math.round(hours / 24)} days` : `last ${hours} hours`;
}
