// What people do to a Kustomization, as writes to its own resource: the same ones the flux command makes.

import { type KubeClient, isKubeError } from '@evenkeel/kube';
import { kubeMicroTime, present } from '@evenkeel/std';
import type { Kustomization } from './resources.ts';

const requestedAt = 'reconcile.fluxcd.io/requestedAt';

/** Asks for a reconciliation now, of the source first where `withSource`. */
export async function requestReconcile(
  client: KubeClient,
  kustomization: Kustomization,
  options: { readonly withSource: boolean; readonly nowMs: number },
): Promise<void> {
  const patch = { metadata: { annotations: { [requestedAt]: kubeMicroTime(options.nowMs) } } };
  const { spec, namespace, name } = kustomization;
  if (options.withSource) {
    const source = present(
      await client.discovery.resolve({ group: 'source.toolkit.fluxcd.io', version: 'v1', kind: 'GitRepository' }),
      'the definition of GitRepository',
    );
    await client.patch(
      source,
      { namespace: spec.sourceRef.namespace ?? namespace, name: spec.sourceRef.name },
      'merge',
      patch,
    );
  }
  await client.patch(await typeOf(client), { namespace, name }, 'merge', patch);
}

async function typeOf(
  client: KubeClient,
): Promise<NonNullable<Awaited<ReturnType<KubeClient['discovery']['resolve']>>>> {
  return present(
    await client.discovery.resolve({ group: 'kustomize.toolkit.fluxcd.io', version: 'v1', kind: 'Kustomization' }),
    'the definition of Kustomization',
  );
}

/** Deletes the Kustomization; what it has live follows its deletionPolicy. */
export async function removeKustomization(client: KubeClient, { namespace, name }: Kustomization): Promise<void> {
  try {
    await client.delete(await typeOf(client), { namespace, name });
  } catch (error) {
    if (!isKubeError(error, 404)) throw error;
  }
}
