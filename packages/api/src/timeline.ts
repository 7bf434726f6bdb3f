// The waterline and the timeline: what history remembers.

import * as v from 'valibot';
import { standing } from './deliveries.ts';

/** A stretch of time in one standing. */
export const run = v.object({ state: standing, fromMs: v.number(), toMs: v.number() });
export type Run = v.InferOutput<typeof run>;

export const tick = v.object({
  atMs: v.number(),
  kind: v.picklist(['commit', 'sync']),
  revision: v.string(),
  outcome: v.optional(v.string()),
});
export type Tick = v.InferOutput<typeof tick>;

export const waterline = v.object({ key: v.string(), runs: v.array(run), ticks: v.array(tick) });
export type Waterline = v.InferOutput<typeof waterline>;

/** The strips of all applications over the same span, so that they line up. */
export const waterlines = v.object({ fromMs: v.number(), toMs: v.number(), items: v.array(waterline) });
export type Waterlines = v.InferOutput<typeof waterlines>;

/** One thing that happened, in words. */
export const timelineEntry = v.object({
  id: v.number(),
  atMs: v.number(),
  key: v.optional(v.string()),
  kind: v.picklist(['commit', 'sync-started', 'sync-finished', 'drift-started', 'drift-ended', 'health', 'action']),
  /** "Synced 3 objects at 4f2a91c", "Drifted: .spec.replicas by kubectl-edit". */
  sentence: v.string(),
  revision: v.optional(v.string()),
  who: v.optional(v.string()),
  outcome: v.optional(v.string()),
  details: v.array(v.string()),
});
export type TimelineEntry = v.InferOutput<typeof timelineEntry>;

export const timelinePage = v.object({ entries: v.array(timelineEntry), next: v.optional(v.string()) });
export type TimelinePage = v.InferOutput<typeof timelinePage>;
