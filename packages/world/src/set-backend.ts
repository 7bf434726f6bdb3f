// ApplicationSets as the HTTP API sees them: read from the watch cache, written through the cluster.

import type { SetController } from '@evenkeel/argo';
import { type KubeClient, type ResourceType, isKubeError } from '@evenkeel/kube';
import { type KubeObject, gvkOf } from '@evenkeel/resource';
import type { SetBackend } from '@evenkeel/server';
import { present } from '@evenkeel/std';

/** A preview that asks forges may take a while, but not for ever. */
const previewTimeoutMs = 120_000;

/** Makes the backend. */
export function setBackend(sets: SetController, client: KubeClient): SetBackend {
  const typeOf = async (object: KubeObject): Promise<ResourceType> =>
    present(await client.discovery.resolve(gvkOf(object)), 'the definition of ApplicationSet');
  return {
    list: () => sets.sets().map(({ object }) => object),
    get: (namespace, name) => sets.set(namespace, name)?.object,
    async generate(object) {
      const generation = await sets.generate(object, AbortSignal.timeout(previewTimeoutMs));
      if (generation.kind === 'failed') throw new Error(generation.message);
      return generation.applications;
    },
    async write(object) {
      return client.apply(await typeOf(object), object, { fieldManager: 'evenkeel-server', force: true });
    },
    async remove(namespace, name) {
      const object = sets.set(namespace, name)?.object;
      if (!object) return;
      try {
        await client.delete(await typeOf(object), { namespace, name });
      } catch (error) {
        if (!isKubeError(error, 404)) throw error;
      }
    },
  };
}
