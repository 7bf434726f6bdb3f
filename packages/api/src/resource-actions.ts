// What may be done with one object beside applying it: restart, pause, scale, and what users wrote themselves.

import * as v from 'valibot';
import { objectRef } from './deliveries.ts';

/** An action as it is offered now. */
export const resourceAction = v.object({
  name: v.string(),
  /** It would change nothing, or is not possible as the object stands. */
  disabled: v.boolean(),
  displayName: v.optional(v.string()),
  iconClass: v.optional(v.string()),
  /** What it may be told; values are text. */
  parameters: v.array(v.object({ name: v.string(), default: v.optional(v.string()) })),
});
export type ResourceAction = v.InferOutput<typeof resourceAction>;

export const resourceActionList = v.object({
  /** The object they are about. */
  ref: objectRef,
  items: v.array(resourceAction),
});
export type ResourceActionList = v.InferOutput<typeof resourceActionList>;

export const resourceActionRequest = v.object({
  ref: objectRef,
  action: v.pipe(v.string(), v.minLength(1)),
  parameters: v.optional(v.record(v.string(), v.string())),
});
export type ResourceActionRequest = v.InferOutput<typeof resourceActionRequest>;
