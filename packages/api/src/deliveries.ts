// What the page and the command see of an application: one neutral shape, whichever front end it was written for.

import * as v from 'valibot';

/** Health, worst last. */
export const healthStatus = v.picklist(['healthy', 'suspended', 'progressing', 'missing', 'degraded', 'unknown']);
export type HealthStatus = v.InferOutput<typeof healthStatus>;

export const syncState = v.picklist(['synced', 'drifted', 'unknown']);
export type SyncState = v.InferOutput<typeof syncState>;

/** The one word a row, a header and the waterline show: the worst of sync and health. */
export const standing = v.picklist(['level', 'drifted', 'progressing', 'degraded', 'missing', 'suspended', 'unknown']);
export type Standing = v.InferOutput<typeof standing>;

export const operationPhase = v.picklist(['running', 'succeeded', 'failed', 'error', 'terminating']);
export type OperationPhase = v.InferOutput<typeof operationPhase>;

/** Why something is not done, and what to do about it. */
export const refusal = v.object({
  code: v.string(),
  sentence: v.string(),
  remedy: v.optional(v.string()),
  file: v.optional(v.string()),
  line: v.optional(v.number()),
});
export type Refusal = v.InferOutput<typeof refusal>;

export const commit = v.object({
  sha: v.string(),
  author: v.string(),
  email: v.string(),
  /** Milliseconds since the epoch. */
  dateMs: v.number(),
  message: v.string(),
});
export type Commit = v.InferOutput<typeof commit>;

export const objectRef = v.object({ group: v.string(), kind: v.string(), namespace: v.string(), name: v.string() });
export type ObjectRef = v.InferOutput<typeof objectRef>;

/** Something a person may do. `disabledReason` says why not, in a sentence; absent where it may be done. */
export const action = v.object({ disabledReason: v.optional(v.string()) });

/** A row of the list. */
export const deliverySummary = v.object({
  /** "<front end>/<namespace>/<name>". */
  key: v.string(),
  frontEnd: v.picklist(['argo', 'flux']),
  /** The resource's own kind: "Application", "Kustomization". */
  kind: v.string(),
  namespace: v.string(),
  name: v.string(),
  /** The group people think in: an Argo CD project, a Flux namespace. */
  project: v.string(),
  labels: v.record(v.string(), v.string()),
  destination: v.object({ cluster: v.string(), namespace: v.string() }),
  source: v.object({ url: v.string(), path: v.string(), revision: v.string() }),
  standing,
  sync: syncState,
  health: healthStatus,
  /** One sentence: what is waited for or wrong; absent on a good day. */
  sentence: v.optional(v.string()),
  commit: v.optional(commit),
  automatic: v.boolean(),
  suspended: v.boolean(),
  operation: v.optional(
    v.object({
      phase: operationPhase,
      message: v.string(),
      startedAtMs: v.number(),
      finishedAtMs: v.optional(v.number()),
    }),
  ),
  counts: v.object({ objects: v.number(), drifted: v.number(), unhealthy: v.number() }),
});
export type DeliverySummary = v.InferOutput<typeof deliverySummary>;

export const fieldDifference = v.object({
  /** As Kubernetes prints it: `.spec.replicas`. */
  path: v.string(),
  /** Absent where applying removes the field. Values of Secrets are masked. */
  desired: v.optional(v.unknown()),
  /** Absent where the field is not there. */
  live: v.optional(v.unknown()),
  owners: v.array(v.object({ manager: v.string(), time: v.optional(v.string()) })),
});
export type FieldDifference = v.InferOutput<typeof fieldDifference>;

/** One object of an application. */
export const deliveryResource = v.object({
  ref: objectRef,
  version: v.string(),
  sync: syncState,
  reason: v.optional(v.picklist(['missing', 'changed', 'stray'])),
  health: v.optional(v.object({ status: healthStatus, message: v.optional(v.string()) })),
  wave: v.number(),
  hook: v.boolean(),
  fields: v.array(fieldDifference),
});
export type DeliveryResource = v.InferOutput<typeof deliveryResource>;

export const operationStep = v.object({
  ref: objectRef,
  version: v.string(),
  status: v.picklist(['synced', 'failed', 'pruned', 'kept', 'running']),
  message: v.string(),
  hook: v.boolean(),
});

export const operation = v.object({
  phase: operationPhase,
  message: v.string(),
  revision: v.string(),
  startedAtMs: v.number(),
  finishedAtMs: v.optional(v.number()),
  initiatedBy: v.object({ automated: v.boolean(), username: v.optional(v.string()) }),
  retryCount: v.number(),
  steps: v.array(operationStep),
});
export type Operation = v.InferOutput<typeof operation>;

/** An earlier sync that can be gone back to. */
export const historyEntry = v.object({
  id: v.number(),
  revision: v.string(),
  deployedAtMs: v.number(),
  initiatedBy: v.object({ automated: v.boolean(), username: v.optional(v.string()) }),
  commit: v.optional(commit),
  /** True for the entry that is live now. */
  current: v.boolean(),
  rollback: action,
});
export type HistoryEntry = v.InferOutput<typeof historyEntry>;

/** Everything about one application. */
export const deliveryDetail = v.object({
  ...deliverySummary.entries,
  /** How it is rendered: "kustomize", "helm", "directory". */
  renderers: v.array(v.string()),
  images: v.array(v.string()),
  refusals: v.array(refusal),
  warnings: v.array(v.string()),
  /** Objects of the destination namespace that nobody owns, where the project looks for them. */
  orphans: v.optional(v.array(objectRef)),
  resources: v.array(deliveryResource),
  currentOperation: v.optional(operation),
  history: v.array(historyEntry),
  /** The sync windows that concern it ("deny:0 8 * * 1-5:10h"), and whether it may sync by itself now. */
  syncWindows: v.optional(v.object({ allowed: v.boolean(), assigned: v.array(v.string()) })),
  /** Present while a rollback holds the application at an earlier commit. */
  hold: v.optional(v.object({ sha: v.string(), sentence: v.string() })),
  /** Where what is synced is rendered into a branch first: how that ended last, or that it is under way. */
  hydration: v.optional(
    v.object({
      phase: v.picklist(['pending', 'hydrating', 'hydrated', 'failed']),
      message: v.string(),
      /** The commit that was rendered, and the one that it stands in. */
      dry: v.optional(v.string()),
      hydrated: v.optional(v.string()),
    }),
  ),
  actions: v.object({ sync: action, refresh: action, terminate: action, remove: action }),
});
export type DeliveryDetail = v.InferOutput<typeof deliveryDetail>;

export const deliveryList = v.object({ items: v.array(deliverySummary) });
export type DeliveryList = v.InferOutput<typeof deliveryList>;
