// The CustomResourceDefinitions we install where Flux's own are not there yet: same groups, names, versions, columns.
// Source of the names: fluxcd/source-controller:api/v1 and fluxcd/kustomize-controller:api/v1 (1.10).

import type { JsonObject, KubeObject } from '@evenkeel/resource';

const text: JsonObject = { type: 'string' };
const flag: JsonObject = { type: 'boolean' };
const integer: JsonObject = { type: 'integer', format: 'int64' };
const anything: JsonObject = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
const duration: JsonObject = { type: 'string', pattern: '^([0-9]+(\\.[0-9]+)?(ms|s|m|h))+$' };

function list(items: JsonObject): JsonObject {
  return { type: 'array', items };
}

function map(values: JsonObject): JsonObject {
  return { type: 'object', additionalProperties: values };
}

function fields(properties: Readonly<Record<string, JsonObject>>, required: readonly string[] = []): JsonObject {
  return { type: 'object', properties, ...(required.length > 0 ? { required } : {}) };
}

const condition = fields(
  {
    type: text,
    status: { type: 'string', enum: ['True', 'False', 'Unknown'] },
    reason: text,
    message: text,
    lastTransitionTime: { type: 'string', format: 'date-time' },
    observedGeneration: integer,
  },
  ['type', 'status', 'reason', 'message', 'lastTransitionTime'],
);

const localName = fields({ name: text }, ['name']);

const gitRepositorySpec = fields(
  {
    url: { type: 'string', pattern: '^(http|https|ssh)://.*$' },
    interval: duration,
    timeout: { ...duration, default: '60s' },
    ref: fields({ branch: text, tag: text, semver: text, name: text, commit: text }),
    secretRef: localName,
    provider: { type: 'string', enum: ['generic', 'aws', 'azure', 'github'] },
    serviceAccountName: text,
    proxySecretRef: localName,
    verify: anything,
    ignore: text,
    sparseCheckout: list(text),
    recurseSubmodules: flag,
    include: list(anything),
    suspend: flag,
  },
  ['url', 'interval'],
);

const gitRepositoryStatus = fields({
  conditions: list(condition),
  observedGeneration: integer,
  lastHandledReconcileAt: text,
  artifact: fields({
    revision: text,
    path: text,
    url: text,
    digest: text,
    size: integer,
    lastUpdateTime: { type: 'string', format: 'date-time' },
    metadata: map(text),
  }),
  observedIgnore: text,
  observedRecurseSubmodules: flag,
  observedSparseCheckout: list(text),
  observedInclude: list(anything),
  includedArtifacts: list(anything),
  sourceVerificationMode: text,
  sourceVerificationFingerprint: text,
});

const target = fields({
  group: text,
  version: text,
  kind: text,
  name: text,
  namespace: text,
  labelSelector: text,
  annotationSelector: text,
});

const kustomizationSpec = fields(
  {
    interval: duration,
    retryInterval: duration,
    timeout: duration,
    prune: flag,
    path: text,
    sourceRef: fields(
      {
        apiVersion: text,
        kind: { type: 'string', enum: ['OCIRepository', 'GitRepository', 'Bucket', 'ExternalArtifact'] },
        name: text,
        namespace: text,
      },
      ['kind', 'name'],
    ),
    targetNamespace: { type: 'string', minLength: 1, maxLength: 63 },
    serviceAccountName: text,
    kubeConfig: anything,
    suspend: flag,
    wait: flag,
    force: { ...flag, default: false },
    deletionPolicy: { type: 'string', enum: ['MirrorPrune', 'Delete', 'WaitForTermination', 'Orphan'] },
    healthChecks: list(fields({ apiVersion: text, kind: text, name: text, namespace: text }, ['kind', 'name'])),
    healthCheckExprs: list(anything),
    dependsOn: list(fields({ name: text, namespace: text, readyExpr: text }, ['name'])),
    patches: list(fields({ patch: text, target }, ['patch'])),
    images: list(fields({ name: text, newName: text, newTag: text, digest: text }, ['name'])),
    components: list(text),
    ignoreMissingComponents: flag,
    namePrefix: text,
    nameSuffix: text,
    commonMetadata: fields({ labels: map(text), annotations: map(text) }),
    buildMetadata: list(text),
    ignore: list(anything),
    postBuild: anything,
    decryption: anything,
  },
  ['interval', 'prune', 'sourceRef'],
);

const kustomizationStatus = fields({
  conditions: list(condition),
  observedGeneration: integer,
  lastHandledReconcileAt: text,
  lastAppliedRevision: text,
  lastAttemptedRevision: text,
  lastAppliedOriginRevision: text,
  history: list(anything),
  inventory: fields({ entries: list(fields({ id: text, v: text }, ['id', 'v'])) }, ['entries']),
});

interface Names {
  readonly group: string;
  readonly kind: string;
  readonly plural: string;
  readonly shortNames: readonly string[];
}

function definition(
  names: Names,
  spec: JsonObject,
  status: JsonObject,
  extraColumns: readonly JsonObject[],
): KubeObject {
  const columns: readonly JsonObject[] = [
    ...extraColumns,
    { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
    { name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
    { name: 'Status', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].message' },
  ];
  const schema = {
    type: 'object',
    properties: {
      apiVersion: text,
      kind: text,
      metadata: { type: 'object' },
      spec,
      status: { ...status, default: { observedGeneration: -1 } },
    },
  };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${names.plural}.${names.group}` },
    spec: {
      group: names.group,
      scope: 'Namespaced',
      names: {
        kind: names.kind,
        listKind: `${names.kind}List`,
        plural: names.plural,
        singular: names.kind.toLowerCase(),
        shortNames: names.shortNames,
      },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: { openAPIV3Schema: schema },
          additionalPrinterColumns: columns,
          subresources: { status: {} },
        },
      ],
    },
  };
}

/** GitRepository and Kustomization. */
export function fluxDefinitions(): readonly KubeObject[] {
  return [
    definition(
      { group: 'source.toolkit.fluxcd.io', kind: 'GitRepository', plural: 'gitrepositories', shortNames: ['gitrepo'] },
      gitRepositorySpec,
      gitRepositoryStatus,
      [{ name: 'URL', type: 'string', jsonPath: '.spec.url' }],
    ),
    definition(
      { group: 'kustomize.toolkit.fluxcd.io', kind: 'Kustomization', plural: 'kustomizations', shortNames: ['ks'] },
      kustomizationSpec,
      kustomizationStatus,
      [],
    ),
  ];
}
