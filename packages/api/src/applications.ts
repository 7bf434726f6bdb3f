// The Application itself as its manifest says, changes of it, and what it would be at another revision.

import * as v from 'valibot';
import { deliveryResource, objectRef, refusal } from './deliveries.ts';

/** An Application, whole; what else stands in it goes through untouched. */
export const applicationManifest = v.looseObject({
  apiVersion: v.string(),
  kind: v.string(),
  metadata: v.looseObject({ name: v.string(), namespace: v.optional(v.string()) }),
});
export type ApplicationManifest = v.InferOutput<typeof applicationManifest>;

/** POST: an Application to be created, or with `upsert` to be made so. */
export const applicationRequest = v.object({ application: applicationManifest, upsert: v.optional(v.boolean()) });
export type ApplicationRequest = v.InferOutput<typeof applicationRequest>;

/** What became of it. */
export const applicationAnswer = v.object({
  action: v.picklist(['created', 'updated', 'unchanged']),
  application: applicationManifest,
});
export type ApplicationAnswer = v.InferOutput<typeof applicationAnswer>;

/** Another spec in place of the present one, or a patch of the whole. */
export const applicationChange = v.union([
  v.strictObject({ spec: v.record(v.string(), v.unknown()), validate: v.optional(v.boolean()) }),
  v.strictObject({ patch: v.string(), patchType: v.picklist(['json', 'merge']) }),
  v.strictObject({ approveDeletion: v.literal(true) }),
]);
export type ApplicationChange = v.InferOutput<typeof applicationChange>;

/** What to look at: another revision, one for each source ('' for its own), or manifests in place of any source. */
export const previewRequest = v.object({
  revision: v.optional(v.string()),
  revisions: v.optional(v.array(v.string())),
  manifests: v.optional(v.array(v.string())),
});
export type PreviewRequest = v.InferOutput<typeof previewRequest>;

/** Desired objects as YAML, Secrets masked, with their labels; and how each compares with what is live. */
export const previewAnswer = v.object({
  revisions: v.array(v.string()),
  manifests: v.array(v.object({ ref: objectRef, labels: v.record(v.string(), v.string()), yaml: v.string() })),
  resources: v.array(deliveryResource),
  refusals: v.array(refusal),
});
export type PreviewAnswer = v.InferOutput<typeof previewAnswer>;

/** A patch of one live object. */
export const resourcePatchRequest = v.object({
  ref: objectRef,
  patch: v.string(),
  patchType: v.picklist(['json', 'merge', 'strategic']),
});
export type ResourcePatchRequest = v.InferOutput<typeof resourcePatchRequest>;

/** Which live object goes, and how. */
export const resourceDeleteRequest = v.object({
  ref: objectRef,
  force: v.optional(v.boolean()),
  orphan: v.optional(v.boolean()),
});
export type ResourceDeleteRequest = v.InferOutput<typeof resourceDeleteRequest>;
