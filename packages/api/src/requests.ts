// What may be asked for.

import * as v from 'valibot';
import { objectRef } from './deliveries.ts';

export const syncRequest = v.object({
  /** A branch, tag or commit instead of the one in the spec. */
  revision: v.optional(v.string()),
  prune: v.optional(v.boolean()),
  dryRun: v.optional(v.boolean()),
  /** Only these objects. */
  resources: v.optional(v.array(objectRef)),
  /** One revision for each source, '' for its own. */
  revisions: v.optional(v.array(v.string())),
  /** In place of any source. */
  manifests: v.optional(v.array(v.string())),
  infos: v.optional(v.array(v.object({ name: v.string(), value: v.string() }))),
  /** Without hooks, or with them. */
  strategy: v.optional(v.picklist(['apply', 'hook'])),
  force: v.optional(v.boolean()),
  /** In place of those of the Application. */
  syncOptions: v.optional(v.array(v.string())),
  retry: v.optional(
    v.object({
      limit: v.number(),
      refresh: v.optional(v.boolean()),
      backoff: v.object({ duration: v.string(), maxDuration: v.string(), factor: v.number() }),
    }),
  ),
});
export type SyncRequest = v.InferOutput<typeof syncRequest>;

export const refreshRequest = v.object({ hard: v.optional(v.boolean()) });
export type RefreshRequest = v.InferOutput<typeof refreshRequest>;

/** Goes back to an entry of the history. */
export const rollbackRequest = v.object({ id: v.number() });
export type RollbackRequest = v.InferOutput<typeof rollbackRequest>;

/** 'background': what is live goes too, and nothing waits for what it owns. */
export const deleteRequest = v.object({
  cascade: v.optional(v.union([v.boolean(), v.literal('background')])),
});
export type DeleteRequest = v.InferOutput<typeof deleteRequest>;

/** The answer to a request that was taken up. */
export const accepted = v.object({ message: v.string() });
export type Accepted = v.InferOutput<typeof accepted>;

/** The answer to a request that was not. Every status from 400 on carries one. */
export const problem = v.object({ code: v.string(), sentence: v.string(), remedy: v.optional(v.string()) });
export type Problem = v.InferOutput<typeof problem>;

/** What this process is and where its parts are. */
export const info = v.object({
  version: v.string(),
  cluster: v.object({ name: v.string(), endpoint: v.string(), version: v.string() }),
  gitHost: v.optional(v.string()),
  repositories: v.array(v.object({ url: v.string(), from: v.string() })),
  kubeconfig: v.optional(v.string()),
  /** Why history is off; absent while it is on. */
  historyProblem: v.optional(v.string()),
});
export type Info = v.InferOutput<typeof info>;
