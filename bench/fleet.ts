// What `bench:floor` sends: the same objects that `bench:argo` has in Git, marked and noted as a client-side apply of
// Argo CD writes them, and one status for each Application.

import type { JsonObject, KubeObject } from '@evenkeel/resource';
import { application } from './scene.ts';

const namespace = 'apps';

/** How the floor writes objects: as the server-side apply of each, or as what costs the server least, a create. */
export type Writing = 'apply' | 'create';

/** An object and the collection it belongs to. */
export interface Written {
  readonly path: string;
  readonly object: KubeObject;
}

/** The objects of one app as they are written. Only a create notes what was applied; an apply leaves that to its owner. */
export function objectsOf(index: number, writing: Writing = 'create'): readonly Written[] {
  const name = `app-${index}-web`;
  const labels = { app: `app-${index}` };
  const image = 'registry.example.com/web:v1.0.0';
  const objects: readonly (readonly [string, KubeObject])[] = [
    [
      '/api/v1/namespaces/apps/configmaps',
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace, labels }, data: { LOG_LEVEL: 'info' } },
    ],
    [
      '/api/v1/namespaces/apps/services',
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name, namespace, labels },
        spec: { ports: [{ port: 80, targetPort: 8080 }], selector: labels },
      },
    ],
    [
      '/apis/apps/v1/namespaces/apps/deployments',
      {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name, namespace, labels },
        spec: {
          replicas: 2,
          selector: { matchLabels: labels },
          template: {
            metadata: { labels },
            spec: { containers: [{ name: 'web', image, ports: [{ containerPort: 8080 }] }] },
          },
        },
      },
    ],
  ];
  return objects.map(([path, object]) => ({ path, object: applied(object, index, writing) }));
}

/** With the tracking annotation, and for a create with the object itself as the note of what was applied. */
function applied(object: KubeObject, index: number, writing: Writing): KubeObject {
  const group = object.apiVersion.includes('/') ? (object.apiVersion.split('/')[0] ?? '') : '';
  const tracking = `app-${index}:${group}/${object.kind}:${namespace}/${object.metadata.name ?? ''}`;
  const marked = {
    ...object,
    metadata: { ...object.metadata, annotations: { 'argocd.argoproj.io/tracking-id': tracking } },
  };
  if (writing === 'apply') return marked;
  const noted = { 'kubectl.kubernetes.io/last-applied-configuration': `${JSON.stringify(marked)}\n` };
  return { ...marked, metadata: { ...marked.metadata, annotations: { ...marked.metadata.annotations, ...noted } } };
}

/** The Application of one app, at the repository the bench serves. */
export function fleetApplication(index: number, repoURL: string): KubeObject {
  const base = application(index);
  const spec = base['spec'] as unknown as JsonObject & { readonly source: JsonObject };
  return { ...base, spec: { ...spec, source: { ...spec.source, repoURL } } };
}

/** The one patch by which an Application says that it is synced: what Argo CD's status holds for three objects. */
export function statusOf(index: number, repoURL: string): JsonObject {
  const revision = '0123456789abcdef0123456789abcdef01234567';
  const at = '2026-01-01T00:00:00Z';
  const source = { repoURL, targetRevision: 'main', path: `apps/app-${index}` };
  const resources = objectsOf(index).map(({ object }) => ({
    ...(object.apiVersion === 'v1' ? {} : { group: 'apps' }),
    version: 'v1',
    kind: object.kind,
    namespace,
    name: object.metadata.name ?? '',
    status: 'Synced',
    ...(object.kind === 'ConfigMap' ? {} : { health: { status: 'Healthy' } }),
  }));
  return {
    status: {
      sync: { status: 'Synced', revision, comparedTo: { source, destination: { name: 'in-cluster', namespace } } },
      health: { status: 'Healthy', lastTransitionTime: at },
      history: [{ id: 0, revision, source, deployStartedAt: at, deployedAt: at, initiatedBy: { automated: true } }],
      reconciledAt: at,
      resources,
      sourceType: 'Kustomize',
      summary: { images: ['registry.example.com/web:v1.0.0'] },
      operationState: {
        phase: 'Succeeded',
        message: 'successfully synced (all tasks run)',
        startedAt: at,
        finishedAt: at,
        operation: { initiatedBy: { automated: true }, retry: { limit: 5 }, sync: { revision } },
        syncResult: {
          revision,
          source,
          resources: resources.map(({ health: _health, ...resource }) => ({
            ...resource,
            message: `${resource.name} created`,
            hookPhase: 'Running',
            syncPhase: 'Sync',
          })),
        },
      },
    },
  };
}

/** True where an Application says that it is what Git says, by an operation that ended well. */
export function isSynced(object: KubeObject): boolean {
  const status = object['status'] as
    | { readonly sync?: { readonly status?: string }; readonly operationState?: { readonly phase?: string } }
    | undefined;
  return status?.sync?.status === 'Synced' && status.operationState?.phase === 'Succeeded';
}
