// The live stream: what changes is told at once, so that nobody polls. Server-sent events; the `event` field is the type,
// `data` is JSON of the shapes below.

import * as v from 'valibot';
import { deliverySummary } from './deliveries.ts';
import { run, tick } from './timeline.ts';

/** Sent first after connecting: the whole list. */
export const snapshotEvent = v.object({ items: v.array(deliverySummary) });
/** An application is new or changed. */
export const deliveryEvent = v.object({ item: deliverySummary });
/** An application is gone. */
export const removedEvent = v.object({ key: v.string() });
/** Something below an application changed: read its detail and tree again if they are shown. */
export const touchedEvent = v.object({ key: v.string() });
/** The end of a strip changed: a new run, or a tick. */
export const waterlineEvent = v.object({ key: v.string(), run: v.optional(run), tick: v.optional(tick) });

export const streamEvents = {
  snapshot: snapshotEvent,
  delivery: deliveryEvent,
  removed: removedEvent,
  touched: touchedEvent,
  waterline: waterlineEvent,
} as const;

export type StreamEventName = keyof typeof streamEvents;
export type StreamEvent = {
  [Name in StreamEventName]: { readonly event: Name; readonly data: v.InferOutput<(typeof streamEvents)[Name]> };
}[StreamEventName];
