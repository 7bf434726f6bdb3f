// What the engine asks this front end about objects.

import type { DesiredObject, Refusal } from '@evenkeel/engine';
import type { Delivery, FrontEnd } from '@evenkeel/delivery';
import type { KubeObject } from '@evenkeel/resource';

/** Flux's field manager, so that a cluster can be taken over and given back with no field changing hands. */
export const fieldManager = 'kustomize-controller';

const ownerName = 'kustomize.toolkit.fluxcd.io/name';
const ownerNamespace = 'kustomize.toolkit.fluxcd.io/namespace';
const switches = 'kustomize.toolkit.fluxcd.io';

/** The key of a delivery of this front end. */
export function deliveryKey(namespace: string, name: string): string {
  return `flux/${namespace}/${name}`;
}

/** The front end of Kustomization. Strays are those of the inventory: labels alone are copied by other controllers. */
export const fluxFrontEnd: FrontEnd = {
  id: 'flux',
  fieldManager,
  straysAmong: 'inventory',
  mark(object, delivery) {
    const labels = { ...object.metadata.labels, [ownerName]: delivery.name, [ownerNamespace]: delivery.namespace };
    return { ...object, metadata: { ...object.metadata, labels } };
  },
  ownerOf(live) {
    const { labels } = live.metadata;
    const name = labels?.[ownerName];
    const namespace = labels?.[ownerNamespace];
    if (name === undefined || namespace === undefined || isDerived(live)) return undefined;
    return deliveryKey(namespace, name);
  },
  place: placeObject,
  stray: (live) => ({ live, wave: 0, keepReason: keepReason(live) }),
  ignores: () => false,
  health: () => undefined,
};

/** Objects that controllers make carry the labels of what they were made from. */
function isDerived(live: KubeObject): boolean {
  return (live.metadata.ownerReferences ?? []).some((owner) => owner.controller === true);
}

/** A switch is an annotation or a label; its value is compared without regard to case. */
function switchOf(object: KubeObject, name: string): string | undefined {
  const key = `${switches}/${name}`;
  return (object.metadata.annotations?.[key] ?? object.metadata.labels?.[key])?.toLowerCase();
}

/** Mirrors fluxcd/pkg:ssa/manager_apply.go (0.78): exclusions and per-object policies. */
function placeObject(object: KubeObject): readonly DesiredObject[] | Refusal {
  const policy = switchOf(object, 'ssa');
  if (switchOf(object, 'reconcile') === 'disabled' || policy === 'ignore') return [];
  if (policy === 'merge') {
    return {
      code: 'UNSUPPORTED_FIELD',
      sentence: `${object.kind} "${object.metadata.name ?? ''}": ${switches}/ssa: Merge is not supported yet`,
      remedy: 'Remove it, or use Override, IfNotPresent or Ignore.',
    };
  }
  const options = { recreate: switchOf(object, 'force') === 'enabled', onlyIfMissing: policy === 'ifnotpresent' };
  return [{ object, phase: 'main', wave: 0, options }];
}

function keepReason(live: KubeObject): string | undefined {
  if (switchOf(live, 'prune') === 'disabled') return 'pruning is disabled on the object';
  if (switchOf(live, 'reconcile') === 'disabled') return 'reconciliation is disabled on the object';
  if (switchOf(live, 'ssa') === 'ignore') return 'the object is ignored';
  return undefined;
}

/** Adds labels and annotations of spec.commonMetadata to what is rendered, before ownership is marked. */
export function withCommonMetadata(
  frontEnd: FrontEnd,
  common: {
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  },
): FrontEnd {
  return {
    ...frontEnd,
    mark(object: KubeObject, delivery: Delivery, namespaced: boolean) {
      const metadata = {
        ...object.metadata,
        ...(common.labels ? { labels: { ...object.metadata.labels, ...common.labels } } : {}),
        ...(common.annotations ? { annotations: { ...object.metadata.annotations, ...common.annotations } } : {}),
      };
      return frontEnd.mark({ ...object, metadata }, delivery, namespaced);
    },
  };
}
