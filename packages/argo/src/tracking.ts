// The mark that says which Application an object belongs to: Argo CD's own annotation, so that a cluster can be taken
// over and given back. Mirrors argoproj/argo-cd:util/argo/resource_tracking.go (3.6), method "annotation".

import { type KubeObject, parseApiVersion } from '@evenkeel/resource';

/** "<app>:<group>/<kind>:<namespace>/<name>". */
export const trackingAnnotation = 'argocd.argoproj.io/tracking-id';

/** Where Applications live that are named without their namespace. */
export const controlPlaneNamespace = 'argocd';

/** The name of an Application in the mark: plain in the control-plane namespace, "<namespace>_<name>" elsewhere. */
export function instanceName(namespace: string, name: string): string {
  return namespace === controlPlaneNamespace ? name : `${namespace}_${name}`;
}

/** The key of a delivery of this front end. */
export function deliveryKey(namespace: string, name: string): string {
  return `argo/${namespace}/${name}`;
}

/** The mark for one object. Cluster-scoped objects carry the destination namespace in the namespace's place. */
export function trackingId(instance: string, object: KubeObject, namespace: string): string {
  const { group } = parseApiVersion(object.apiVersion);
  return `${instance}:${group}/${object.kind}:${namespace}/${object.metadata.name ?? ''}`;
}

/**
 * The key of the delivery that owns a live object by its mark, or undefined. A mark that was copied from another object
 * (its kind or name do not fit) is no mark.
 */
export function trackedBy(live: KubeObject): string | undefined {
  const id = live.metadata.annotations?.[trackingAnnotation];
  if (id === undefined) return undefined;
  const match = /^([^:]+):([^/:]*)\/([^/:]+):([^/:]*)\/(.+)$/.exec(id);
  if (!match) return undefined;
  const [, instance = '', group, kind, namespace, name] = match;
  if (parseApiVersion(live.apiVersion).group !== group || live.kind !== kind || live.metadata.name !== name)
    return undefined;
  if (live.metadata.namespace !== undefined && live.metadata.namespace !== namespace) return undefined;
  const split = instance.indexOf('_');
  if (split < 0) return deliveryKey(controlPlaneNamespace, instance);
  return deliveryKey(instance.slice(0, split), instance.slice(split + 1));
}
