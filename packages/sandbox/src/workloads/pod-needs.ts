// What a pod needs from its namespace before it can start: config maps and secrets that volumes or variables refer to.

import type { KubeObject } from '@evenkeel/resource';
import type { Actor } from './actor.ts';
import { type ContainerView, type ObjectNeed, type PodSpecView, specView } from './views.ts';

/** What a volume lacks: the kubelet's message, or undefined where all is there. */
export function missingVolumeSource(actor: Actor, pod: KubeObject): string | undefined {
  const namespace = pod.metadata.namespace ?? '';
  for (const volume of specView<PodSpecView>(pod).volumes ?? []) {
    const { configMap, secret } = volume;
    if (
      configMap !== undefined &&
      configMap.optional !== true &&
      actor.get('configmaps', namespace, configMap.name ?? '') === undefined
    ) {
      return `MountVolume.SetUp failed for volume "${volume.name}" : configmap "${configMap.name ?? ''}" not found`;
    }
    if (
      secret !== undefined &&
      secret.optional !== true &&
      actor.get('secrets', namespace, secret.secretName ?? '') === undefined
    ) {
      return `MountVolume.SetUp failed for volume "${volume.name}" : secret "${secret.secretName ?? ''}" not found`;
    }
  }
  return undefined;
}

/** What a container's environment lacks: the kubelet's message, or undefined where all is there. */
export function missingEnvironment(actor: Actor, pod: KubeObject, container: ContainerView): string | undefined {
  const namespace = pod.metadata.namespace ?? '';
  for (const source of container.envFrom ?? []) {
    const missing =
      missingObject(actor, 'configmaps', namespace, source.configMapRef) ??
      missingObject(actor, 'secrets', namespace, source.secretRef);
    if (missing !== undefined) return missing;
  }
  for (const { valueFrom } of container.env ?? []) {
    const missing =
      missingKey(actor, 'configmaps', namespace, valueFrom?.configMapKeyRef) ??
      missingKey(actor, 'secrets', namespace, valueFrom?.secretKeyRef);
    if (missing !== undefined) return missing;
  }
  return undefined;
}

function missingObject(
  actor: Actor,
  collection: 'configmaps' | 'secrets',
  namespace: string,
  need: ObjectNeed | undefined,
): string | undefined {
  if (need === undefined || need.optional === true || actor.get(collection, namespace, need.name ?? '') !== undefined)
    return undefined;
  return `${collection === 'configmaps' ? 'configmap' : 'secret'} "${need.name ?? ''}" not found`;
}

function missingKey(
  actor: Actor,
  collection: 'configmaps' | 'secrets',
  namespace: string,
  need: (ObjectNeed & { readonly key: string }) | undefined,
): string | undefined {
  const missing = missingObject(actor, collection, namespace, need);
  if (missing !== undefined || need === undefined || need.optional === true) return missing;
  const object = actor.get(collection, namespace, need.name ?? '');
  const data = object?.['data'] as Readonly<Record<string, string>> | undefined;
  if (data?.[need.key] !== undefined) return undefined;
  const kind = collection === 'configmaps' ? 'ConfigMap' : 'Secret';
  return `couldn't find key ${need.key} in ${kind} ${namespace}/${need.name ?? ''}`;
}
