// The resource tree: what an application declares, and everything the cluster made from it, by owner references.

import type { ResourceTree, TreeNode } from '@evenkeel/api';
import type { Cluster, DeliveryReport } from '@evenkeel/delivery';
import { type CustomHealthCheck, fieldAt, health, textAt } from '@evenkeel/engine';
import { type JsonObject, type KubeObject, gvkOf, refKey, refOf } from '@evenkeel/resource';

/** Deep enough for anything the built-in controllers make. */
const DEPTH_MAX = 8;

/** Builds the tree from the watch cache; sends no request. `check` is asked for health first: a user's own. */
export function treeOf(report: DeliveryReport, cluster: Cluster, check?: CustomHealthCheck): ResourceTree {
  const nodes = new Map<string, TreeNode>();
  for (const resource of report.resources) {
    const live = cluster.live.get(resource.ref);
    const id = live?.metadata.uid ?? refKey(resource.ref);
    nodes.set(id, {
      id,
      parents: [],
      ref: resource.ref,
      version: resource.version,
      sync: resource.sync,
      ...(resource.reason === undefined ? {} : { reason: resource.reason }),
      ...(resource.health ? { health: trimHealth(resource.health) } : {}),
      ...(live ? liveFacts(live) : { facts: [] }),
    });
    if (live) addDependants({ owner: live, cluster, check }, nodes, 0);
  }
  return { nodes: [...nodes.values()] };
}

function trimHealth({
  status,
  message,
}: NonNullable<DeliveryReport['resources'][number]['health']>): NonNullable<TreeNode['health']> {
  return { status, ...(message === undefined ? {} : { message }) };
}

interface Branch {
  readonly owner: KubeObject;
  readonly cluster: Cluster;
  readonly check: CustomHealthCheck | undefined;
}

function addDependants({ owner, cluster, check }: Branch, nodes: Map<string, TreeNode>, depth: number): void {
  const { uid } = owner.metadata;
  if (uid === undefined || depth >= DEPTH_MAX) return;
  for (const object of cluster.live.dependants(uid)) {
    const id = object.metadata.uid ?? refKey(refOf(object));
    const known = nodes.get(id);
    if (known) {
      if (!known.parents.includes(uid) && known.parents.length > 0)
        nodes.set(id, { ...known, parents: [...known.parents, uid] });
      continue;
    }
    const found = health(object, check);
    nodes.set(id, {
      id,
      parents: [uid],
      ref: refOf(object),
      version: gvkOf(object).version,
      ...(found ? { health: trimHealth(found) } : {}),
      ...liveFacts(object),
    });
    addDependants({ owner: object, cluster, check }, nodes, depth + 1);
  }
}

function liveFacts(object: KubeObject): Pick<TreeNode, 'createdAtMs' | 'facts'> {
  const { creationTimestamp } = object.metadata;
  return {
    ...(creationTimestamp ? { createdAtMs: Date.parse(creationTimestamp) } : {}),
    facts: factsOf(object),
  };
}

/** Short facts people look for. */
function factsOf(object: KubeObject): string[] {
  switch (object.kind) {
    case 'Deployment':
    case 'StatefulSet':
    case 'ReplicaSet': {
      const facts = [`${countAt(object, 'status', 'readyReplicas')}/${countAt(object, 'spec', 'replicas')} ready`];
      const revision = object.metadata.annotations?.['deployment.kubernetes.io/revision'];
      if (revision !== undefined) facts.push(`rev:${revision}`);
      return facts;
    }
    case 'DaemonSet':
      return [
        `${countAt(object, 'status', 'numberReady')}/${countAt(object, 'status', 'desiredNumberScheduled')} ready`,
      ];
    case 'Pod':
      return podFacts(object);
    case 'Service':
      return [textAt(object, 'spec', 'type') || 'ClusterIP'];
    default:
      return [];
  }
}

function podFacts(object: KubeObject): string[] {
  const list = fieldAt(object, 'status', 'containerStatuses');
  const containers = Array.isArray(list) ? (list as readonly JsonObject[]) : [];
  const ready = containers.filter((status) => status['ready'] === true).length;
  const restarts = containers.reduce((sum, status) => sum + Number(status['restartCount'] ?? 0), 0);
  const facts = [textAt(object, 'status', 'phase') || 'Pending'];
  if (containers.length > 0) facts.push(`${ready}/${containers.length}`);
  if (restarts > 0) facts.push(restarts === 1 ? '1 restart' : `${restarts} restarts`);
  return facts;
}

function countAt(object: KubeObject, ...path: readonly string[]): number {
  const value = fieldAt(object, ...path);
  return typeof value === 'number' ? value : 0;
}
