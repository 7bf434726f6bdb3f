// What a cluster needs before the front ends can work in it: their definitions, their namespaces, the default project.

import { argoDefinitions, controlPlaneNamespace, defaultProject } from '@evenkeel/argo';
import { fluxDefinitions } from '@evenkeel/flux';
import type { KubeClient } from '@evenkeel/kube';
import { type GroupVersionKind, type KubeObject, gvkOf } from '@evenkeel/resource';

const fieldManager = 'evenkeel';

/** Installs what is missing. What is there already, Argo CD's and Flux's own definitions included, is left as it is. */
export async function bootstrapCluster(client: KubeClient): Promise<void> {
  const namespaces = [controlPlaneNamespace, 'flux-system'].map((name): KubeObject => ({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name },
  }));
  await Promise.all(
    [...namespaces, ...argoDefinitions(), ...fluxDefinitions()].map((object) => createIfMissing(client, object)),
  );
  client.discovery.invalidate();
  for (const definition of [...argoDefinitions(), ...fluxDefinitions()]) await untilServed(client, kindOf(definition));
  await createIfMissing(client, defaultProject);
}

async function createIfMissing(client: KubeClient, object: KubeObject): Promise<void> {
  const type = await client.discovery.resolve(gvkOf(object));
  if (!type) throw new Error(`the cluster serves no ${object.kind} of ${object.apiVersion}`);
  const { name = '', namespace } = object.metadata;
  if (await client.get(type, { name, namespace })) return;
  await client.apply(type, object, { fieldManager });
}

const SERVED_TRIES = 100;
const SERVED_WAIT_MS = 50;

/** A definition is served a moment after it is stored. */
async function untilServed(client: KubeClient, gvk: GroupVersionKind): Promise<void> {
  for (let attempt = 0; attempt < SERVED_TRIES; attempt += 1) {
    if (await client.discovery.resolve(gvk)) return;
    await new Promise((resolve) => setTimeout(resolve, SERVED_WAIT_MS));
    client.discovery.invalidate();
  }
  throw new Error(`the cluster does not serve ${gvk.kind} although its definition is installed`);
}

function kindOf(definition: KubeObject): GroupVersionKind {
  const spec = definition['spec'] as unknown as {
    readonly group: string;
    readonly names: { readonly kind: string };
    readonly versions: readonly { readonly name: string }[];
  };
  return { group: spec.group, version: spec.versions[0]?.name ?? '', kind: spec.names.kind };
}
