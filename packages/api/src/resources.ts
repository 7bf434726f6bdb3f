// The tree of what is live, and one object of it.

import * as v from 'valibot';
import { deliveryResource, fieldDifference, healthStatus, objectRef, syncState } from './deliveries.ts';

/** A node of the resource tree: an object of the application, or something made from one. */
export const treeNode = v.object({
  /** Unique in the tree: the object's uid, or its reference while it is missing. */
  id: v.string(),
  /** Empty for an object of the application itself. */
  parents: v.array(v.string()),
  ref: objectRef,
  version: v.string(),
  /** Only for objects of the application itself. */
  sync: v.optional(syncState),
  reason: v.optional(v.picklist(['missing', 'changed', 'stray'])),
  health: v.optional(v.object({ status: healthStatus, message: v.optional(v.string()) })),
  createdAtMs: v.optional(v.number()),
  /** Short facts people look for: "2/2 ready", "v2.4.1", "3 restarts". */
  facts: v.array(v.string()),
});
export type TreeNode = v.InferOutput<typeof treeNode>;

export const resourceTree = v.object({ nodes: v.array(treeNode) });
export type ResourceTree = v.InferOutput<typeof resourceTree>;

/** One object, as Git wants it and as it is. YAML texts; Secrets masked. */
export const resourceDetail = v.object({
  ref: objectRef,
  version: v.string(),
  resource: v.optional(deliveryResource),
  live: v.optional(v.string()),
  desired: v.optional(v.string()),
  fields: v.array(fieldDifference),
  containers: v.array(v.string()),
});
export type ResourceDetail = v.InferOutput<typeof resourceDetail>;

export const resourceEvent = v.object({
  type: v.string(),
  reason: v.string(),
  message: v.string(),
  count: v.number(),
  firstSeenMs: v.optional(v.number()),
  lastSeenMs: v.optional(v.number()),
  source: v.string(),
  object: objectRef,
});
export type ResourceEvent = v.InferOutput<typeof resourceEvent>;

export const resourceEvents = v.object({ items: v.array(resourceEvent) });
export type ResourceEvents = v.InferOutput<typeof resourceEvents>;

export const logLines = v.object({ lines: v.array(v.string()) });
export type LogLines = v.InferOutput<typeof logLines>;
