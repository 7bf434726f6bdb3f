// The fields of ApplicationSet, with upstream's names, types and required fields, so that what Argo CD's definition accepts
// is accepted. Source: argoproj/argo-cd:manifests/crds/applicationset-crd.yaml (3.6).

import type { JsonObject } from '@evenkeel/resource';
import { applicationSpecSchema } from '../../crd/application.ts';
import { anything, fields, flag, integer, list, map, text, time } from '../../crd/schema.ts';

const selector = fields({
  matchLabels: map(text),
  matchExpressions: list(fields({ 'key!': text, 'operator!': text, values: list(text) })),
});

const templateMeta = fields({
  name: text,
  namespace: text,
  labels: map(text),
  annotations: map(text),
  finalizers: list(text),
});

// Upstream also requires a project; published sets leave it out and mean the default one.
const template = fields({ 'metadata!': templateMeta, 'spec!': applicationSpecSchema });
const seconds = integer;
const json: JsonObject = { 'x-kubernetes-preserve-unknown-fields': true };
const shared = { requeueAfterSeconds: seconds, template, values: map(text) } as const;
const secretRef = fields({ 'secretName!': text, 'key!': text });
const configMapRef = fields({ 'configMapName!': text, 'key!': text });
const pathRule = fields({ 'path!': text, exclude: flag });
const basicAuth = fields({ 'username!': text, 'passwordRef!': secretRef });
const bearerToken = fields({ 'tokenRef!': secretRef });

const treeGenerator = fields({
  'repoURL!': text,
  'revision!': text,
  directories: list(pathRule),
  files: list(pathRule),
  pathParamPrefix: text,
  ...shared,
});

const scmFilter = fields({
  repositoryMatch: text,
  pathsExist: list(text),
  pathsDoNotExist: list(text),
  labelMatch: text,
  branchMatch: text,
});

const scmProvider = fields({
  github: fields({
    'organization!': text,
    api: text,
    tokenRef: secretRef,
    appSecretName: text,
    allBranches: flag,
    excludeArchivedRepos: flag,
  }),
  gitlab: fields({
    'group!': text,
    includeSubgroups: flag,
    includeSharedProjects: flag,
    includeArchivedRepos: flag,
    api: text,
    tokenRef: secretRef,
    allBranches: flag,
    insecure: flag,
    topic: text,
    caRef: configMapRef,
  }),
  bitbucket: fields({ 'owner!': text, 'user!': text, 'appPasswordRef!': secretRef, allBranches: flag }),
  bitbucketServer: fields({
    'project!': text,
    'api!': text,
    basicAuth,
    bearerToken,
    allBranches: flag,
    insecure: flag,
    caRef: configMapRef,
  }),
  gitea: fields({
    'owner!': text,
    'api!': text,
    tokenRef: secretRef,
    allBranches: flag,
    insecure: flag,
    excludeArchivedRepos: flag,
  }),
  azureDevOps: fields({
    'organization!': text,
    'teamProject!': text,
    'accessTokenRef!': secretRef,
    api: text,
    allBranches: flag,
  }),
  awsCodeCommit: fields({
    tagFilters: list(fields({ 'key!': text, value: text })),
    role: text,
    region: text,
    allBranches: flag,
  }),
  filters: list(scmFilter),
  cloneProtocol: text,
  ...shared,
});

const pullRequest = fields({
  github: fields({
    'owner!': text,
    'repo!': text,
    api: text,
    tokenRef: secretRef,
    appSecretName: text,
    labels: list(text),
  }),
  gitlab: fields({
    'project!': text,
    api: text,
    tokenRef: secretRef,
    labels: list(text),
    pullRequestState: text,
    insecure: flag,
    caRef: configMapRef,
  }),
  gitea: fields({
    'owner!': text,
    'repo!': text,
    'api!': text,
    tokenRef: secretRef,
    insecure: flag,
    labels: list(text),
  }),
  bitbucketServer: fields({
    'project!': text,
    'repo!': text,
    'api!': text,
    basicAuth,
    bearerToken,
    insecure: flag,
    caRef: configMapRef,
  }),
  bitbucket: fields({ 'owner!': text, 'repo!': text, api: text, basicAuth, bearerToken }),
  azuredevops: fields({
    'organization!': text,
    'project!': text,
    'repo!': text,
    api: text,
    tokenRef: secretRef,
    labels: list(text),
  }),
  filters: list(fields({ branchMatch: text, targetBranchMatch: text, titleMatch: text })),
  continueOnRepoNotFoundError: flag,
  ...shared,
});

const terminal = {
  list: fields({ elements: list(json), elementsYaml: text, template }),
  clusters: fields({ selector, template, values: map(text), flatList: flag }),
  git: treeGenerator,
  oci: treeGenerator,
  scmProvider,
  clusterDecisionResource: fields({ 'configMapRef!': text, name: text, labelSelector: selector, ...shared }),
  pullRequest,
  plugin: fields({
    'configMapRef!': fields({ 'name!': text }),
    input: fields({ parameters: map(json) }),
    ...shared,
  }),
  selector,
} as const;

// Definitions cannot be recursive: a matrix inside a matrix is any JSON, read one level deep.
const nested = fields({ ...terminal, matrix: json, merge: json });

const generator = fields({
  ...terminal,
  matrix: fields({ 'generators!': list(nested), template }),
  merge: fields({ 'generators!': list(nested), 'mergeKeys!': list(text), template }),
});

const step = fields({
  matchExpressions: list(fields({ key: text, operator: text, values: list(text) })),
  maxUpdate: { 'x-kubernetes-int-or-string': true },
});

const spec = fields({
  goTemplate: flag,
  goTemplateOptions: list(text),
  applyNestedSelectors: flag,
  'generators!': list(generator),
  'template!': template,
  templatePatch: text,
  syncPolicy: fields({
    preserveResourcesOnDeletion: flag,
    applicationsSync: { type: 'string', enum: ['create-only', 'create-update', 'create-delete', 'sync'] },
  }),
  strategy: fields({ type: text, rollingSync: fields({ steps: list(step) }), deletionOrder: text }),
  preservedFields: fields({ annotations: list(text), labels: list(text) }),
  ignoreApplicationDifferences: list(fields({ name: text, jsonPointers: list(text), jqPathExpressions: list(text) })),
});

const status = fields({
  conditions: list(
    fields({ 'type!': text, 'status!': text, 'reason!': text, 'message!': text, lastTransitionTime: time }),
  ),
  applicationStatus: list(
    fields({
      'application!': text,
      'status!': text,
      'message!': text,
      'step!': text,
      'targetRevisions!': list(text),
      lastTransitionTime: time,
    }),
  ),
  resources: list(anything),
  resourcesCount: integer,
  health: anything,
});

/** The whole ApplicationSet. */
export const applicationSetSchema: JsonObject = {
  type: 'object',
  required: ['metadata', 'spec'],
  properties: { apiVersion: text, kind: text, metadata: { type: 'object' }, spec, status },
};
