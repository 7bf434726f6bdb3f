// ApplicationSets over HTTP: resources as they are, since their whole meaning is in their spec.

import * as v from 'valibot';

const resource = v.looseObject({
  apiVersion: v.string(),
  kind: v.string(),
  metadata: v.looseObject({ name: v.string(), namespace: v.optional(v.string()) }),
});

/** GET of all, or of one in a list. */
export const applicationSetList = v.object({ items: v.array(resource) });
export type ApplicationSetList = v.InferOutput<typeof applicationSetList>;

/** POST: a set to be written, or only looked at. */
export const applicationSetRequest = v.object({
  applicationSet: resource,
  upsert: v.optional(v.boolean()),
  dryRun: v.optional(v.boolean()),
});
export type ApplicationSetRequest = v.InferOutput<typeof applicationSetRequest>;

/** What became of it, and what it would generate on a dry run. */
export const applicationSetAnswer = v.object({
  action: v.picklist(['created', 'updated', 'unchanged']),
  applicationSet: resource,
  applications: v.optional(v.array(resource)),
});
export type ApplicationSetAnswer = v.InferOutput<typeof applicationSetAnswer>;

/** The Applications of a set that need not exist. */
export const generateAnswer = v.object({ applications: v.array(resource) });
export type GenerateAnswer = v.InferOutput<typeof generateAnswer>;
