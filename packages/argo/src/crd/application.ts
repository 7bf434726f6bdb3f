// The fields of Application, with upstream's names and types.
// Source of the names: argoproj/argo-cd:pkg/apis/application/v1alpha1/types.go (3.6).

import type { JsonObject } from '@evenkeel/resource';
import { anything, fields, flag, integer, list, map, text, time } from './schema.ts';

const nameValue = fields({ 'name!': text, 'value!': text });

const kustomizeTarget = fields({
  group: text,
  version: text,
  kind: text,
  name: text,
  namespace: text,
  labelSelector: text,
  annotationSelector: text,
});

const helm = fields({
  valueFiles: list(text),
  parameters: list(fields({ name: text, value: text, forceString: flag })),
  releaseName: text,
  values: text,
  valuesObject: anything,
  fileParameters: list(fields({ name: text, path: text })),
  version: text,
  passCredentials: flag,
  ignoreMissingValueFiles: flag,
  skipCrds: flag,
  skipTests: flag,
  skipSchemaValidation: flag,
  namespace: text,
  kubeVersion: text,
  apiVersions: list(text),
});

const kustomize = fields({
  namePrefix: text,
  nameSuffix: text,
  images: list(text),
  replicas: list(fields({ 'name!': text, 'count!': { 'x-kubernetes-int-or-string': true } })),
  commonLabels: map(text),
  commonAnnotations: map(text),
  commonAnnotationsEnvsubst: flag,
  forceCommonLabels: flag,
  forceCommonAnnotations: flag,
  labelWithoutSelector: flag,
  labelIncludeTemplates: flag,
  namespace: text,
  patches: list(fields({ path: text, patch: text, target: kustomizeTarget, options: map(flag) })),
  components: list(text),
  ignoreMissingComponents: flag,
  version: text,
  kubeVersion: text,
  apiVersions: list(text),
});

const jsonnetVariable = fields({ 'name!': text, 'value!': text, code: flag });

const directory = fields({
  recurse: flag,
  include: text,
  exclude: text,
  disableExtensionFilter: flag,
  jsonnet: fields({ extVars: list(jsonnetVariable), tlas: list(jsonnetVariable), libs: list(text) }),
});

const plugin = fields({
  name: text,
  env: list(nameValue),
  parameters: list(fields({ name: text, string: text, array: list(text), map: map(text) })),
});

/** One source of an Application. */
export const sourceSchema: JsonObject = fields({
  repoURL: text,
  path: text,
  targetRevision: text,
  chart: text,
  ref: text,
  name: text,
  tagPrefix: text,
  helm,
  kustomize,
  directory,
  plugin,
});

const drySource = fields({ repoURL: text, 'targetRevision!': text, 'path!': text, helm, kustomize, directory, plugin });

const hydrator = fields({
  'drySource!': drySource,
  // The root of a repository is nowhere to write to.
  'syncSource!': fields({
    'targetBranch!': text,
    'path!': { ...text, minLength: 1, pattern: '^.{2,}|[^./]$' },
    repoURL: text,
  }),
  hydrateTo: fields({ 'targetBranch!': text }),
});

const retry = fields({
  limit: integer,
  refresh: flag,
  backoff: fields({ duration: text, factor: integer, maxDuration: text }),
});

/** Where an Application goes. */
export const destinationSchema: JsonObject = fields({ server: text, name: text, namespace: text });

const ignoreDifference = fields({
  group: text,
  'kind!': text,
  name: text,
  namespace: text,
  jsonPointers: list(text),
  jqPathExpressions: list(text),
  managedFieldsManagers: list(text),
});

const syncPolicy = fields({
  automated: fields({ enabled: flag, prune: flag, selfHeal: flag, allowEmpty: flag }),
  syncOptions: list(text),
  retry,
  managedNamespaceMetadata: fields({ labels: map(text), annotations: map(text) }),
});

/** spec of an Application; ApplicationSet templates use the same. */
export const applicationSpecSchema: JsonObject = fields({
  project: text,
  destination: destinationSchema,
  source: sourceSchema,
  sources: list(sourceSchema),
  sourceHydrator: hydrator,
  syncPolicy,
  ignoreDifferences: list(ignoreDifference),
  info: list(nameValue),
  revisionHistoryLimit: integer,
});

const syncResource = fields({ group: text, 'kind!': text, 'name!': text, namespace: text });

/** The `operation` of an Application. */
export const operationSchema: JsonObject = fields({
  sync: fields({
    revision: text,
    revisions: list(text),
    prune: flag,
    dryRun: flag,
    syncStrategy: fields({ apply: fields({ force: flag }), hook: fields({ force: flag }) }),
    resources: list(syncResource),
    source: sourceSchema,
    sources: list(sourceSchema),
    manifests: list(text),
    syncOptions: list(text),
    autoHealAttemptsCount: integer,
  }),
  initiatedBy: fields({ username: text, automated: flag }),
  info: list(nameValue),
  retry,
});

const historyEntry = fields({
  id: integer,
  revision: text,
  revisions: list(text),
  source: sourceSchema,
  sources: list(sourceSchema),
  deployStartedAt: time,
  deployedAt: time,
  initiatedBy: fields({ username: text, automated: flag }),
});

const syncedSources = {
  revision: text,
  revisions: list(text),
  source: sourceSchema,
  sources: list(sourceSchema),
} as const;

/**
 * What is read of a status, which the definition takes in whatever it holds: other versions of Argo CD write fields of their own, and
 * `kubectl edit` reaches it.
 */
export const readStatusSchema: JsonObject = fields({
  resources: list(
    fields({
      group: text,
      'version!': text,
      'kind!': text,
      namespace: text,
      'name!': text,
      status: text,
      health: fields({ 'status!': text, message: text }),
      hook: flag,
      requiresPruning: flag,
      syncWave: integer,
      requiresDeletionConfirmation: flag,
    }),
  ),
  sync: fields({
    'status!': text,
    revision: text,
    revisions: list(text),
    comparedTo: fields({ source: anything, sources: list(anything), destination: anything }),
  }),
  health: fields({ 'status!': text, message: text, lastTransitionTime: time }),
  history: list(historyEntry),
  conditions: list(fields({ 'type!': text, 'message!': text, lastTransitionTime: time })),
  operationState: fields({
    'operation!': operationSchema,
    'phase!': text,
    message: text,
    'startedAt!': time,
    finishedAt: time,
    retryCount: integer,
    syncResult: fields({ ...syncedSources, resources: list(anything), managedNamespaceMetadata: anything }),
  }),
  summary: fields({ images: list(text), externalURLs: list(text), isAppOfApps: flag }),
  sourceType: text,
  sourceTypes: list(text),
  reconciledAt: time,
});

const status = {
  type: 'object',
  'x-kubernetes-preserve-unknown-fields': true,
  properties: { history: list(historyEntry) },
};

/** The whole Application. `operation` stands beside `spec`; there is no status subresource, as upstream. */
export const applicationSchema: JsonObject = {
  type: 'object',
  required: ['metadata', 'spec'],
  properties: {
    apiVersion: text,
    kind: text,
    metadata: { type: 'object' },
    spec: applicationSpecSchema,
    operation: operationSchema,
    status,
  },
};
