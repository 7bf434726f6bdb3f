// The fields that field selectors may name, per type, as the real server's conversion functions list them.

import type { KubeObject } from '@evenkeel/resource';
import { type Bag, isBag } from '../store/draft.ts';
import type { ServedType } from './served-type.ts';

type Reader = (object: KubeObject) => string;

const builtin: Readonly<Record<string, readonly string[]>> = {
  pods: [
    'spec.nodeName',
    'spec.restartPolicy',
    'spec.schedulerName',
    'spec.serviceAccountName',
    'spec.hostNetwork',
    'status.phase',
    'status.podIP',
    'status.podIPs',
    'status.nominatedNodeName',
  ],
  nodes: ['spec.unschedulable'],
  namespaces: ['status.phase'],
  secrets: ['type'],
  services: ['spec.clusterIP', 'spec.type'],
  replicationcontrollers: ['status.replicas'],
  'jobs.batch': ['status.successful'],
  'certificatesigningrequests.certificates.k8s.io': ['spec.signerName'],
  events: [
    'involvedObject.kind',
    'involvedObject.namespace',
    'involvedObject.name',
    'involvedObject.uid',
    'involvedObject.apiVersion',
    'involvedObject.resourceVersion',
    'involvedObject.fieldPath',
    'reason',
    'reportingComponent',
    'source',
    'type',
  ],
};

// Event fields have other names in events.k8s.io.
const eventAliases: Readonly<Record<string, string>> = {
  'regarding.kind': 'involvedObject.kind',
  'regarding.namespace': 'involvedObject.namespace',
  'regarding.name': 'involvedObject.name',
  'regarding.uid': 'involvedObject.uid',
  'regarding.apiVersion': 'involvedObject.apiVersion',
  'regarding.resourceVersion': 'involvedObject.resourceVersion',
  'regarding.fieldPath': 'involvedObject.fieldPath',
  reportingController: 'reportingComponent',
};

/** How to read a selectable field of a type's objects; undefined for a field that cannot be selected by. */
export function fieldReader(type: ServedType): (field: string) => Reader | undefined {
  const named = builtin[type.collection] ?? type.custom?.selectableFields ?? [];
  return (field) => {
    if (field === 'metadata.name') return (object) => object.metadata.name ?? '';
    if (field === 'metadata.namespace' && type.namespaced) return (object) => object.metadata.namespace ?? '';
    if (type.custom === undefined && field === 'metadata.namespace') return (object) => object.metadata.namespace ?? '';
    const inEventsGroup = type.group === 'events.k8s.io';
    const known = inEventsGroup ? (eventAliases[field] ?? field) : field;
    // Each group has its own names for them.
    if (inEventsGroup && Object.values(eventAliases).includes(field)) return undefined;
    if (!named.includes(known)) return undefined;
    if (known === 'source')
      return (object) => textAt(object, ['source', 'component']) || textAt(object, ['reportingComponent']);
    if (known === 'status.successful') return (object) => textAt(object, ['status', 'succeeded']) || '0';
    if (known === 'spec.hostNetwork' || known === 'spec.unschedulable') {
      return (object) => textAt(object, known.split('.')) || 'false';
    }
    if (known === 'status.replicas') return (object) => textAt(object, ['status', 'replicas']) || '0';
    return (object) => textAt(object, known.split('.'));
  };
}

function textAt(object: KubeObject, path: readonly string[]): string {
  let value: unknown = object;
  for (const key of path) value = isBag(value) ? (value as Bag)[key] : undefined;
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

/** What to say of a field that cannot be selected by. */
export function unknownField(type: ServedType): (field: string) => string {
  if (builtin[type.collection] !== undefined || type.custom !== undefined)
    return (field) => `field label not supported: ${field}`;
  return (field) =>
    `${JSON.stringify(field)} is not a known field selector: only "metadata.name", "metadata.namespace"`;
}
