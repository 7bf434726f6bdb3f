// The mark that says which Application an object belongs to: Argo CD's own annotation, so that a cluster can be taken
// over and given back. Mirrors argoproj/argo-cd:util/argo/resource_tracking.go (3.6), all three methods.

import { type KubeObject, parseApiVersion } from '@evenkeel/resource';
import { type TrackingSettings, defaultSettings } from './settings/settings.ts';

/** "<app>:<group>/<kind>:<namespace>/<name>". */
export const trackingAnnotation = 'argocd.argoproj.io/tracking-id';

/** Names the installation where several share a cluster. */
export const installationAnnotation = 'argocd.argoproj.io/installation-id';

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

/** The owner that a key names, as upstream's sentences do: "web" in the control-plane namespace, "<namespace>/web" elsewhere. */
export function nameOfKey(key: string): string {
  const [frontEnd, namespace = '', name = ''] = key.split('/');
  if (frontEnd !== 'argo') return key;
  return namespace === controlPlaneNamespace ? name : `${namespace}/${name}`;
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
export function trackedBy(live: KubeObject, tracking: TrackingSettings = defaultSettings.tracking): string | undefined {
  if (tracking.method === 'label') return labelledBy(live, tracking.labelKey);
  const installation = live.metadata.annotations?.[installationAnnotation] ?? '';
  if (installation !== tracking.installationId) return undefined;
  const id = live.metadata.annotations?.[trackingAnnotation];
  if (id === undefined) return undefined;
  const match = /^([^:]+):([^/:]*)\/([^/:]+):([^/:]*)\/(.+)$/.exec(id);
  if (!match) return undefined;
  const [, instance = '', group, kind, namespace, name] = match;
  if (parseApiVersion(live.apiVersion).group !== group || live.kind !== kind || live.metadata.name !== name)
    return undefined;
  if (live.metadata.namespace !== undefined && live.metadata.namespace !== namespace) return undefined;
  return keyOfInstance(instance);
}

function labelledBy(live: KubeObject, labelKey: string): string | undefined {
  const instance = live.metadata.labels?.[labelKey];
  return instance === undefined || instance === '' ? undefined : keyOfInstance(instance);
}

/** The longest value of a label. */
const LABEL_MAX = 63;

/**
 * The object with the mark of its Application. `namespace` stands in the mark of objects that have none. Only
 * annotation+label cuts a name that is too long for a label, where the label is not what is read back. Definitions carry
 * no mark, so that they are never pruned: everything of their kind would go with them (reposerver/repository/repository.go).
 */
export function markObject(
  object: KubeObject,
  { instance, namespace }: { readonly instance: string; readonly namespace: string },
  { method, labelKey, installationId }: TrackingSettings,
): KubeObject {
  if (isDefinition(object)) return object;
  const { metadata } = object;
  const label = method === 'annotation+label' ? instance.slice(0, LABEL_MAX).replace(/[^A-Za-z0-9]+$/, '') : instance;
  const labels = method === 'annotation' ? {} : { labels: { ...metadata.labels, [labelKey]: label } };
  if (method === 'label') return { ...object, metadata: { ...metadata, ...labels } };
  const { [installationAnnotation]: _other, ...rest } = metadata.annotations ?? {};
  const annotations = {
    ...rest,
    ...(installationId === '' ? {} : { [installationAnnotation]: installationId }),
    [trackingAnnotation]: trackingId(instance, object, metadata.namespace ?? namespace),
  };
  return { ...object, metadata: { ...metadata, ...labels, annotations } };
}

function isDefinition({ apiVersion, kind }: KubeObject): boolean {
  return kind === 'CustomResourceDefinition' && parseApiVersion(apiVersion).group === 'apiextensions.k8s.io';
}

function keyOfInstance(instance: string): string {
  const split = instance.indexOf('_');
  if (split < 0) return deliveryKey(controlPlaneNamespace, instance);
  return deliveryKey(instance.slice(0, split), instance.slice(split + 1));
}
