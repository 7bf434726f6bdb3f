// Projects and clusters over HTTP: projects are resources as they are, clusters as Argo CD's API shows them.

import * as v from 'valibot';

const resource = v.looseObject({
  apiVersion: v.string(),
  kind: v.string(),
  metadata: v.looseObject({ name: v.string(), namespace: v.optional(v.string()) }),
});

const cluster = v.looseObject({
  server: v.string(),
  name: v.string(),
  config: v.looseObject({}),
  namespaces: v.optional(v.array(v.string())),
  project: v.optional(v.string()),
  shard: v.optional(v.number()),
  labels: v.optional(v.record(v.string(), v.string())),
  annotations: v.optional(v.record(v.string(), v.string())),
  info: v.looseObject({
    connectionState: v.object({ status: v.string(), message: v.string(), attemptedAt: v.string() }),
    serverVersion: v.optional(v.string()),
    applicationsCount: v.number(),
    cacheInfo: v.looseObject({ resourcesCount: v.optional(v.number()), apisCount: v.optional(v.number()) }),
  }),
});
export type ClusterView = v.InferOutput<typeof cluster>;

/** GET of all clusters, or of one in a list. */
export const clusterList = v.object({ items: v.array(cluster) });
export type ClusterList = v.InferOutput<typeof clusterList>;

/** POST: a cluster to be registered. */
export const clusterRequest = v.object({
  cluster: v.object({
    server: v.string(),
    name: v.optional(v.string()),
    /** The `config` of a cluster Secret. */
    config: v.looseObject({}),
    namespaces: v.optional(v.array(v.string())),
    clusterResources: v.optional(v.boolean()),
    shard: v.optional(v.number()),
    project: v.optional(v.string()),
    labels: v.optional(v.record(v.string(), v.string())),
    annotations: v.optional(v.record(v.string(), v.string())),
  }),
  upsert: v.optional(v.boolean()),
});
export type ClusterRequest = v.InferOutput<typeof clusterRequest>;

/** PATCH: what is given is changed. */
export const clusterChange = v.object({
  name: v.optional(v.string()),
  namespaces: v.optional(v.array(v.string())),
  labels: v.optional(v.record(v.string(), v.string())),
  annotations: v.optional(v.record(v.string(), v.string())),
});
export type ClusterChange = v.InferOutput<typeof clusterChange>;

/** GET of all projects. */
export const projectList = v.object({ items: v.array(resource) });
export type ProjectList = v.InferOutput<typeof projectList>;

/** GET of one project: as it is written, and what belongs to it. */
export const projectDetail = v.object({
  project: resource,
  /** As it counts: with global projects, and with the clusters and repositories that name it. */
  effective: v.looseObject({}),
  clusters: v.array(v.string()),
  repositories: v.array(v.string()),
  /** Sync windows that are open now, by their place in the list. */
  activeWindows: v.array(v.number()),
  /** What its author may not have meant. */
  warnings: v.array(v.string()),
});
export type ProjectDetail = v.InferOutput<typeof projectDetail>;

/** POST and PUT: a project to be written. */
export const projectRequest = v.object({ project: resource, upsert: v.optional(v.boolean()) });
export type ProjectRequest = v.InferOutput<typeof projectRequest>;

/** What became of it. */
export const projectAnswer = v.object({
  action: v.picklist(['created', 'updated', 'unchanged']),
  project: resource,
});
export type ProjectAnswer = v.InferOutput<typeof projectAnswer>;
