// Every path of the API, built in one place so that server, page and command cannot disagree.

import type { ObjectRef } from './deliveries.ts';

/** Below this everything of our own API stands; /api/v1 is left to the Argo-CD-compatible one. */
export const apiRoot = '/api/evenkeel/v1';

/** The parts of a delivery's key. */
export interface DeliveryName {
  readonly frontEnd: string;
  readonly namespace: string;
  readonly name: string;
}

/** "argo/argocd/web" to its parts; undefined where it is no key. */
export function parseDeliveryKey(key: string): DeliveryName | undefined {
  const [frontEnd, namespace, name, ...rest] = key.split('/');
  if (!frontEnd || namespace === undefined || !name || rest.length > 0) return undefined;
  return { frontEnd, namespace, name };
}

function deliveryPath(key: string, tail = ''): string {
  return `${apiRoot}/deliveries/${key.split('/').map(encodeURIComponent).join('/')}${tail}`;
}

function refQuery(ref: ObjectRef): string {
  return new URLSearchParams({ group: ref.group, kind: ref.kind, namespace: ref.namespace, name: ref.name }).toString();
}

function withQuery(path: string, query: Readonly<Record<string, string>>): string {
  const text = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== '')).toString();
  return text === '' ? path : `${path}?${text}`;
}

/** Builders of all paths; methods in the comments. */
export const apiPaths = {
  /** GET info */
  info: (): string => `${apiRoot}/info`,
  /** GET deliveryList */
  deliveries: (): string => `${apiRoot}/deliveries`,
  /** GET deliveryDetail, DELETE (deleteRequest) accepted */
  delivery: (key: string): string => deliveryPath(key),
  /** POST applicationRequest → applicationAnswer */
  applications: (): string => `${apiRoot}/applications`,
  /** GET applicationManifest, PATCH applicationChange → applicationManifest */
  application: (key: string): string => deliveryPath(key, '/application'),
  /** POST previewRequest → previewAnswer; writes nothing */
  preview: (key: string): string => deliveryPath(key, '/preview'),
  /** PATCH resourcePatchRequest → accepted, DELETE resourceDeleteRequest → accepted */
  liveResource: (key: string): string => deliveryPath(key, '/resource'),
  /** GET resourceTree */
  tree: (key: string): string => deliveryPath(key, '/tree'),
  /** GET resourceDetail */
  resource: (key: string, ref: ObjectRef): string => deliveryPath(key, `/resource?${refQuery(ref)}`),
  /** GET resourceEvents of one object, or of everything in the tree without `ref` */
  events: (key: string, ref?: ObjectRef): string => deliveryPath(key, `/events${ref ? `?${refQuery(ref)}` : ''}`),
  /** GET logLines of a pod's container; more options are those of the API server (tailLines, sinceSeconds, previous, timestamps) */
  logs: (key: string, ref: ObjectRef, container: string, more: Readonly<Record<string, string>> = {}): string =>
    deliveryPath(key, `/logs?${refQuery(ref)}&${new URLSearchParams({ container, ...more }).toString()}`),
  /** GET the same as plain text, as it is written */
  followLogs: (key: string, ref: ObjectRef, container: string, more: Readonly<Record<string, string>> = {}): string =>
    deliveryPath(key, `/logs/follow?${refQuery(ref)}&${new URLSearchParams({ container, ...more }).toString()}`),
  /** GET timelinePage; `before` is a cursor */
  timeline: (key?: string, before?: string): string =>
    `${key === undefined ? `${apiRoot}/timeline` : deliveryPath(key, '/timeline')}${before === undefined ? '' : `?before=${encodeURIComponent(before)}`}`,
  /** GET waterlines of all applications over the last hours */
  waterlines: (hours: number): string => `${apiRoot}/waterlines?hours=${hours}`,
  /** GET server-sent events, see stream.ts */
  stream: (): string => `${apiRoot}/stream`,
  /** GET applicationSetList, POST applicationSetRequest → applicationSetAnswer */
  applicationSets: (): string => `${apiRoot}/applicationsets`,
  /** GET applicationSetList of one, DELETE → accepted */
  applicationSet: (namespace: string, name: string): string =>
    `${apiRoot}/applicationsets/${encodeURIComponent(namespace)}/${encodeURIComponent(name)}`,
  /** POST applicationSetRequest → generateAnswer; writes nothing */
  generateApplications: (): string => `${apiRoot}/applicationsets/generate`,
  /** GET projectList, POST projectRequest → projectAnswer */
  projects: (): string => `${apiRoot}/projects`,
  /** GET projectDetail, PUT projectRequest → projectAnswer, DELETE → accepted */
  project: (name: string): string => `${apiRoot}/projects/${encodeURIComponent(name)}`,
  /** POST tokenRequest → tokenAnswer */
  roleToken: (project: string, role: string): string =>
    `${apiRoot}/projects/${encodeURIComponent(project)}/roles/${encodeURIComponent(role)}/token`,
  /** DELETE → accepted; `iat` is the second it was issued in */
  oldRoleToken: (project: string, role: string, iat: string): string =>
    `${apiRoot}/projects/${encodeURIComponent(project)}/roles/${encodeURIComponent(role)}/token/${encodeURIComponent(iat)}`,
  /** GET canIAnswer */
  canI: (resource: string, action: string, object: string): string =>
    `${apiRoot}/account/can-i/${[resource, action, object].map(encodeURIComponent).join('/')}`,
  /** GET clusterList, POST clusterRequest → accepted */
  clusters: (): string => `${apiRoot}/clusters`,
  /** GET clusterList of one by server or name, PATCH clusterChange → accepted, DELETE → accepted */
  cluster: (id: string): string => `${apiRoot}/clusters/${encodeURIComponent(id)}`,
  /** POST {} → accepted: another token for the service account by which a cluster is reached */
  rotateClusterAuth: (id: string): string => `${apiRoot}/clusters/${encodeURIComponent(id)}/rotate-auth`,
  /** GET resourceActionList of one object, or of the application's own resource without `ref` */
  resourceActions: (key: string, ref?: ObjectRef): string =>
    deliveryPath(key, `/actions${ref ? `?${refQuery(ref)}` : ''}`),
  /** POST resourceActionRequest → accepted */
  runResourceAction: (key: string): string => deliveryPath(key, '/actions'),
  /** GET repositoryList (url, project, refresh=hard), POST repositoryRequest → accepted, DELETE (url, project) → accepted */
  repositories: (query: Readonly<Record<string, string>> = {}): string => withQuery(`${apiRoot}/repositories`, query),
  /** The same of credential templates, which nobody checks. */
  repositoryTemplates: (query: Readonly<Record<string, string>> = {}): string =>
    withQuery(`${apiRoot}/repository-templates`, query),
  /** GET and DELETE repositoryCertificateList (hostNamePattern, certType, certSubType), POST certificateRequest → repositoryCertificateList */
  certificates: (query: Readonly<Record<string, string>> = {}): string => withQuery(`${apiRoot}/certificates`, query),
  /** POST syncRequest → accepted */
  sync: (key: string): string => deliveryPath(key, '/sync'),
  /** POST refreshRequest → accepted */
  refresh: (key: string): string => deliveryPath(key, '/refresh'),
  /** POST rollbackRequest → accepted */
  rollback: (key: string): string => deliveryPath(key, '/rollback'),
  /** POST {} → accepted */
  terminate: (key: string): string => deliveryPath(key, '/terminate'),
} as const;
