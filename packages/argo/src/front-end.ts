// What the engine asks this front end about objects.

import type { Health } from '@evenkeel/engine';
import type { Delivery, FrontEnd } from '@evenkeel/delivery';
import type { KubeObject } from '@evenkeel/resource';
import { isHook, keepReason, placeObject, waveOf } from './hooks.ts';
import { instanceName, trackedBy, trackingAnnotation, trackingId } from './tracking.ts';

/** Argo CD's field manager, so that a cluster can be taken over and given back with no field changing hands. */
export const fieldManager = 'argocd-controller';

/** The front end of Application. */
export const argoFrontEnd: FrontEnd = {
  id: 'argo',
  fieldManager,
  straysAmong: 'marked',
  mark: markObject,
  ownerOf: trackedBy,
  place: placeObject,
  stray: (live) => ({ live, wave: waveOf(live), keepReason: keepReason(live) }),
  ignores: (live) => isHook(live) || compareOptions(live).includes('IgnoreExtraneous'),
  health: customHealth,
};

function markObject(object: KubeObject, delivery: Delivery, namespaced: boolean): KubeObject {
  const namespace = namespaced ? (object.metadata.namespace ?? '') : delivery.destination.namespace;
  const id = trackingId(instanceName(delivery.namespace, delivery.name), object, namespace);
  const annotations = { ...object.metadata.annotations, [trackingAnnotation]: id };
  return { ...object, metadata: { ...object.metadata, annotations } };
}

function compareOptions(object: KubeObject): readonly string[] {
  return (object.metadata.annotations?.['argocd.argoproj.io/compare-options'] ?? '')
    .split(',')
    .map((part) => part.trim());
}

/** An object may opt out of the health of its application. */
function customHealth(object: KubeObject): Health | undefined {
  if (object.metadata.annotations?.['argocd.argoproj.io/ignore-healthcheck'] === 'true') return { status: 'healthy' };
  return undefined;
}
