// One object: as Git wants it, as it is, and what happened to it.

import type { ObjectRef, ResourceDetail, ResourceEvent, ResourceEvents } from '@evenkeel/api';
import type { Cluster } from '@evenkeel/delivery';
import { fieldAt, maskSecret, textAt } from '@evenkeel/engine';
import { type Json, type JsonObject, type KubeObject, emitSigsYaml, gvkOf, refKey } from '@evenkeel/resource';
import type { Backend } from '../backend.ts';
import { ActionRefused } from '../faces/face.ts';
import { resourceView } from './summary.ts';
import { treeOf } from './tree.ts';

/** The object as YAML on both sides, Secrets masked. Undefined where the application has no such object. */
export function resourceDetailOf(key: string, ref: ObjectRef, backend: Backend): ResourceDetail | undefined {
  const { report, cluster } = worldOf(key, backend);
  const resource = report.resources.find((candidate) => refKey(candidate.ref) === refKey(ref));
  const live = cluster.live.get(ref);
  const inTree =
    resource !== undefined || treeOf(report, cluster).nodes.some((node) => refKey(node.ref) === refKey(ref));
  if (!inTree) return undefined;
  const desired = backend.deliveries.desired(key, ref);
  const view = resource && resourceView(resource);
  const sensitive = backend.deliveries.delivery(key)?.frontEnd.sensitiveAnnotations?.() ?? [];
  return {
    ref,
    version: resource?.version ?? (live ? gvkOf(live).version : ''),
    ...(view ? { resource: view } : {}),
    ...(live ? { live: printObject(live, sensitive) } : {}),
    ...(desired ? { desired: printObject(desired, sensitive) } : {}),
    fields: view?.fields ?? [],
    containers: live ? containersOf(live) : [],
  };
}

/** What is known of an application, and its cluster. Throws ActionRefused before its first comparison. */
export function worldOf(
  key: string,
  backend: Backend,
): { readonly report: NonNullable<ReturnType<Backend['deliveries']['report']>>; readonly cluster: Cluster } {
  const report = backend.deliveries.report(key);
  const cluster = backend.cluster(backend.deliveries.delivery(key)?.destination.cluster ?? '');
  if (!report || !cluster)
    throw new ActionRefused('NOT_READY', `"${key}" has not been compared yet`, 'Try again in a moment.');
  return { report, cluster };
}

function printObject(object: KubeObject, sensitive: readonly string[]): string {
  const masked = maskSecret(object, sensitive);
  const { managedFields: _owners, ...metadata } = masked.metadata;
  return emitSigsYaml({ ...masked, metadata } as unknown as Json);
}

function containersOf(object: KubeObject): string[] {
  if (object.kind !== 'Pod') return [];
  return ['containers', 'initContainers'].flatMap((field) => {
    const list = fieldAt(object, 'spec', field);
    return Array.isArray(list) ? list.map((container: JsonObject) => textAt(container, 'name')) : [];
  });
}

/** Events of one object, or of everything in the application's tree; newest first. One list request. */
export async function eventsOf(key: string, ref: ObjectRef | undefined, backend: Backend): Promise<ResourceEvents> {
  const { report, cluster } = worldOf(key, backend);
  const nodes = treeOf(report, cluster).nodes;
  const wanted = new Set((ref ? [ref] : nodes.map((node) => node.ref)).map(looseKey));
  const type = await cluster.client.discovery.preferred({ group: '', kind: 'Event' });
  if (!type) return { items: [] };
  const namespaces = new Set((ref ? [ref] : nodes.map((node) => node.ref)).map((node) => node.namespace || 'default'));
  const lists = await Promise.all([...namespaces].map((namespace) => cluster.client.list(type, { namespace })));
  const items = lists.flatMap(({ items: events }) => events.flatMap((event) => eventView(event, wanted)));
  return { items: items.sort((left, right) => (right.lastSeenMs ?? 0) - (left.lastSeenMs ?? 0)).slice(0, 200) };
}

function looseKey(ref: Pick<ObjectRef, 'kind' | 'namespace' | 'name'>): string {
  return `${ref.kind}/${ref.namespace}/${ref.name}`;
}

function eventView(event: KubeObject, wanted: ReadonlySet<string>): ResourceEvent[] {
  const involved = (event['involvedObject'] ?? event['regarding']) as JsonObject | undefined;
  if (!involved) return [];
  const apiVersion = textAt(involved, 'apiVersion');
  const object = {
    group: apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '',
    kind: textAt(involved, 'kind'),
    namespace: textAt(involved, 'namespace'),
    name: textAt(involved, 'name'),
  };
  if (!wanted.has(looseKey(object))) return [];
  const first =
    textAt(event, 'firstTimestamp') || textAt(event, 'eventTime') || (event.metadata.creationTimestamp ?? '');
  const last = textAt(event, 'lastTimestamp') || textAt(event, 'series', 'lastObservedTime') || first;
  const count = fieldAt(event, 'count') ?? fieldAt(event, 'series', 'count');
  return [
    {
      type: textAt(event, 'type'),
      reason: textAt(event, 'reason'),
      message: textAt(event, 'message') || textAt(event, 'note'),
      count: typeof count === 'number' ? count : 1,
      ...(first === '' ? {} : { firstSeenMs: Date.parse(first) }),
      ...(last === '' ? {} : { lastSeenMs: Date.parse(last) }),
      source:
        textAt(event, 'source', 'component') ||
        textAt(event, 'reportingComponent') ||
        textAt(event, 'reportingController'),
      object,
    },
  ];
}
