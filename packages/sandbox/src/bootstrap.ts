// The objects every cluster starts with: namespaces, nodes, the kubernetes service, a storage class.

import { createDefaultRoles } from './access/default-roles.ts';
import { Actor, type ControllerDeps } from './workloads/actor.ts';
import { createNodes } from './workloads/nodes.ts';

const namespaces = ['default', 'kube-node-lease', 'kube-public', 'kube-system'];

/** Creates what is missing; a resumed cluster has most of it. */
export function bootstrap(deps: ControllerDeps, nodes: number, certificate: string): void {
  const actor = new Actor(deps, 'kube-apiserver');
  for (const name of namespaces) {
    if (actor.get('namespaces', '', name) === undefined) {
      actor.create('namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
    }
  }
  createKubernetesService(actor);
  if (certificate !== '') createExtensionAuthentication(actor, certificate);
  createStorageClass(actor);
  createPriorityClasses(actor);
  createDefaultRoles(actor);
  createNodes(deps, nodes);
}

function createKubernetesService(actor: Actor): void {
  if (actor.get('services', 'default', 'kubernetes') !== undefined) return;
  actor.create('services', {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'kubernetes', namespace: 'default', labels: { component: 'apiserver', provider: 'kubernetes' } },
    spec: {
      clusterIP: '10.96.0.1',
      ports: [{ name: 'https', port: 443, protocol: 'TCP', targetPort: 6443 }],
      type: 'ClusterIP',
    },
  });
}

// Aggregated API servers read here whose certificates and whose headers to believe.
function createExtensionAuthentication(actor: Actor, certificate: string): void {
  const name = 'extension-apiserver-authentication';
  if (actor.get('configmaps', 'kube-system', name) !== undefined) return;
  actor.create('configmaps', {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: 'kube-system' },
    data: {
      'client-ca-file': certificate,
      'requestheader-allowed-names': '["front-proxy-client"]',
      'requestheader-client-ca-file': certificate,
      'requestheader-extra-headers-prefix': '["X-Remote-Extra-"]',
      'requestheader-group-headers': '["X-Remote-Group"]',
      'requestheader-uid-headers': '["X-Remote-Uid"]',
      'requestheader-username-headers': '["X-Remote-User"]',
    },
  });
}

function createStorageClass(actor: Actor): void {
  const collection = 'storageclasses.storage.k8s.io';
  if (actor.list(collection).length > 0) return;
  actor.create(collection, {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name: 'standard', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
    provisioner: 'sandbox.evenkeel.dev/provisioner',
    reclaimPolicy: 'Delete',
    volumeBindingMode: 'WaitForFirstConsumer',
  });
}

function createPriorityClasses(actor: Actor): void {
  const collection = 'priorityclasses.scheduling.k8s.io';
  for (const [name, value, description] of [
    [
      'system-cluster-critical',
      2_000_000_000,
      'Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.',
    ],
    [
      'system-node-critical',
      2_000_001_000,
      'Used for system critical pods that must not be moved from their current node.',
    ],
  ] as const) {
    if (actor.get(collection, '', name) !== undefined) continue;
    actor.create(collection, {
      apiVersion: 'scheduling.k8s.io/v1',
      kind: 'PriorityClass',
      metadata: { name },
      value,
      description,
    });
  }
}
