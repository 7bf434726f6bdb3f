// Nodes that join a real cluster and keep saying that they are alive.

import type { KubeTransport } from '@evenkeel/kube';
import type { KubeObject } from '@evenkeel/resource';
import type { Bag } from '../store/draft.ts';
import type { ControllerDeps } from '../workloads/actor.ts';
import { nodeOf } from '../workloads/nodes.ts';

export interface JoiningNodes {
  readonly transport: KubeTransport;
  readonly deps: ControllerDeps;
  readonly count: number;
  /** Where the kubelets' API listens on this machine. */
  readonly port: number;
  readonly signal: AbortSignal;
  readonly onError: (error: unknown) => void;
}

// As kubelets do by default; the node controller gives up on a node after 50 s.
const renewEveryMs = 10_000;

/** Creates the nodes and renews their leases until the signal. Rejects where the server refuses. */
export async function joinNodes(joining: JoiningNodes): Promise<void> {
  const { deps, count, signal, onError } = joining;
  const names: string[] = [];
  for (let index = 0; index < count; index++) names.push(await join(joining, index));
  const renewAll = (): Promise<unknown> => Promise.all(names.map((name) => renew(joining, name)));
  await renewAll();
  const next = (): void => {
    if (signal.aborted) return;
    void renewAll().catch((error: unknown) => signal.aborted || onError(error));
    cancel = deps.clock.after(renewEveryMs, next);
  };
  let cancel = deps.clock.after(renewEveryMs, next);
  signal.addEventListener('abort', () => cancel(), { once: true });
}

async function join({ transport, deps, port }: JoiningNodes, index: number): Promise<string> {
  const now = new Date(deps.clock.now()).toISOString().replace(/\.\d+/, '');
  const { status, ...node } = nodeOf(index, now);
  const name = node.metadata.name ?? '';
  const path = '/api/v1/nodes';
  const created = await transport.send({ method: 'POST', path, body: node as unknown as KubeObject });
  // One that is there from an earlier run joins again.
  if (created.status !== 201 && created.status !== 409)
    throw new Error(`the server takes no node ${name}: ${JSON.stringify(created.body)}`);
  // No host name: the API server would look it up to read logs.
  const reachable: Bag = {
    ...(status as Bag),
    addresses: [{ type: 'InternalIP', address: '127.0.0.1' }],
    daemonEndpoints: { kubeletEndpoint: { Port: port } },
  };
  const body = { status: reachable } as unknown as KubeObject;
  const contentType = 'application/merge-patch+json';
  await transport.send({ method: 'PATCH', path: `${path}/${name}/status`, body, contentType });
  return name;
}

async function renew({ transport, deps, signal }: JoiningNodes, name: string): Promise<void> {
  const renewTime = new Date(deps.clock.now()).toISOString().replace('Z', '000Z');
  const body = {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name, namespace: 'kube-node-lease' },
    spec: { holderIdentity: name, leaseDurationSeconds: 40, renewTime },
  };
  await transport.send({
    method: 'PATCH',
    path: `/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/${name}`,
    query: { fieldManager: 'kubelet', force: 'true' },
    contentType: 'application/apply-patch+yaml',
    body,
    signal,
  });
}
