// Namespaces: each gets its default service account and the cluster's CA; one that ends is emptied and then finalised.

import type { KubeObject } from '@evenkeel/resource';
import type { Registry } from '../api/registry.ts';
import { type Bag, type Draft, bagAt, listAt } from '../store/draft.ts';
import { upsertCondition } from './conditions.ts';
import type { Actor } from './actor.ts';
import { type ControllerSpec, ownKey } from './controller.ts';

/** The namespace controller. `certificate` is the CA in PEM, for kube-root-ca.crt. */
export function namespaceController(registry: Registry, certificate: () => string): ControllerSpec {
  return {
    manager: 'kube-controller-manager',
    watches: {
      namespaces: ownKey,
      serviceaccounts: ({ type, object }) => (type === 'DELETED' ? [`/${object.metadata.namespace ?? ''}`] : []),
      configmaps: ({ type, object }) =>
        type === 'DELETED' && object.metadata.name === rootCertificate ? [`/${object.metadata.namespace ?? ''}`] : [],
    },
    reconcile: (actor, _none, name) => {
      const namespace = actor.get('namespaces', '', name);
      if (namespace === undefined) return undefined;
      if (namespace.metadata.deletionTimestamp !== undefined) return empty(actor, registry, namespace);
      furnish(actor, name, certificate());
      return undefined;
    },
  };
}

const rootCertificate = 'kube-root-ca.crt';

function furnish(actor: Actor, namespace: string, certificate: string): void {
  if (actor.get('serviceaccounts', namespace, 'default') === undefined) {
    actor.create('serviceaccounts', {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'default', namespace },
    });
  }
  if (actor.get('configmaps', namespace, rootCertificate) === undefined) {
    const annotations = {
      'kubernetes.io/description':
        'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.',
    };
    const metadata = { name: rootCertificate, namespace, annotations };
    actor.create('configmaps', { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { 'ca.crt': certificate } });
  }
}

const lookAgainMs = 50;

function empty(actor: Actor, registry: Registry, namespace: KubeObject): number | undefined {
  const name = namespace.metadata.name ?? '';
  const collections = new Set(
    registry
      .all()
      .filter((type) => type.namespaced && type.verbs.has('delete'))
      .map((type) => type.collection),
  );
  const left: KubeObject[] = [];
  for (const collection of collections) {
    for (const object of actor.list(collection, name)) {
      if (object.metadata.deletionTimestamp === undefined) actor.delete(collection, object);
      const still = actor.get(collection, name, object.metadata.name ?? '');
      if (still !== undefined) left.push(still);
    }
  }
  if (left.length > 0) {
    reportRemaining(actor, namespace, left);
    return lookAgainMs / actor.deps.speed;
  }
  const finalized = actor.put('namespaces', namespace, (draft) => {
    const spec = { ...bagAt(draft, 'spec') } as Bag;
    const rest = (listAt(spec, 'finalizers') ?? []).filter((each) => each !== 'kubernetes');
    if (rest.length > 0) spec['finalizers'] = rest;
    else delete spec['finalizers'];
    draft['spec'] = spec;
  });
  const finalizers = listAt(bagAt(finalized as unknown as Draft | undefined, 'spec'), 'finalizers') ?? [];
  if (finalized !== undefined && finalizers.length === 0 && (finalized.metadata.finalizers ?? []).length === 0) {
    actor.deps.store.collection('namespaces').remove('', name);
  }
  return undefined;
}

// What kubectl shows of a namespace that does not end: which objects, and whose finalizers.
function reportRemaining(actor: Actor, namespace: KubeObject, left: readonly KubeObject[]): void {
  const held = left.filter((object) => (object.metadata.finalizers ?? []).length > 0);
  const counts = new Map<string, number>();
  for (const object of held) {
    for (const finalizer of object.metadata.finalizers ?? []) counts.set(finalizer, (counts.get(finalizer) ?? 0) + 1);
  }
  const finalizers = [...counts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([finalizer, count]) => `${finalizer} in ${count} resource instances`);
  const now = actor.now();
  actor.updateStatus('namespaces', namespace, (status) => {
    upsertCondition(
      status,
      {
        type: 'NamespaceContentRemaining',
        status: 'True',
        reason: 'SomeResourcesRemain',
        message: `Some resources are remaining: ${remainingText(left)}`,
      },
      now,
    );
    upsertCondition(
      status,
      held.length > 0
        ? {
            type: 'NamespaceFinalizersRemaining',
            status: 'True',
            reason: 'SomeFinalizersRemain',
            message: `Some content in the namespace has finalizers remaining: ${finalizers.join(', ')}`,
          }
        : {
            type: 'NamespaceFinalizersRemaining',
            status: 'False',
            reason: 'ContentHasNoFinalizers',
            message: 'All content-preserving finalizers finished',
          },
      now,
    );
  });
}

function remainingText(left: readonly KubeObject[]): string {
  const counts = new Map<string, number>();
  for (const object of left) {
    const [group, version] = object.apiVersion.includes('/') ? object.apiVersion.split('/') : ['', object.apiVersion];
    const name = `${object.kind.toLowerCase()}s.${group === '' ? '' : `${group ?? ''}/`}${version ?? ''}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts].map(([name, count]) => `${name} has ${count} resource instances`).join(', ');
}
