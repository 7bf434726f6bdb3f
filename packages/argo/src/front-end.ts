// What the engine asks this front end about objects.

import type { Health } from '@evenkeel/engine';
import type { Delivery, FrontEnd } from '@evenkeel/delivery';
import type { KubeObject } from '@evenkeel/resource';
import {
  departureOf,
  farewellRules,
  farewellsOf,
  hookFinalizer,
  isHook,
  placeObject,
  stepOptions,
  strayObject,
} from './hooks.ts';
import type { Scripts } from './settings/scripts.ts';
import { doubtsOf } from './doubts.ts';
import { linksOf } from './links.ts';
import { createUpdateFilter } from './ignore-updates.ts';
import { type ArgoSettings, defaultSettings } from './settings/settings.ts';
import { instanceName, markObject, nameOfKey, trackedBy } from './tracking.ts';

/** Argo CD's field manager, so that a cluster can be taken over and given back with no field changing hands. */
export const fieldManager = 'argocd-controller';

/** The front end of Application under the settings, and with the checks of users, as they stand whenever it is asked. */
export function createArgoFrontEnd(settings: () => ArgoSettings, scripts?: () => Scripts): FrontEnd {
  const judge: FrontEnd['health'] = (object) => customHealth(object) ?? scripts?.().health(object);
  return {
    ...argoFrontEnd,
    mark: (object, delivery, namespaced) => mark(object, delivery, { namespaced, settings: settings() }),
    ownerOf: (live) => trackedBy(live, settings().tracking),
    health: judge,
    ignoresUpdate: createUpdateFilter(settings, judge),
    sensitiveAnnotations: () => settings().sensitiveAnnotations,
  };
}

/** The same where no settings are. */
export const argoFrontEnd: FrontEnd = {
  id: 'argo',
  fieldManager,
  straysAmong: 'marked',
  mark: (object, delivery, namespaced) => mark(object, delivery, { namespaced, settings: defaultSettings }),
  ownerOf: (live) => trackedBy(live),
  sayShared: ({ kind, name }, delivery, other) =>
    `${kind}/${name} is part of applications ${delivery.namespace}/${delivery.name} and ${nameOfKey(other)}`,
  place: placeObject,
  doubts: doubtsOf,
  stray: strayObject,
  ignores: isHook,
  hookFinalizer,
  optionsOf: stepOptions,
  farewell: farewellsOf,
  farewellRules,
  departure: departureOf,
  links: linksOf,
  health: customHealth,
};

interface MarkInput {
  readonly namespaced: boolean;
  readonly settings: ArgoSettings;
}

function mark(object: KubeObject, delivery: Delivery, { namespaced, settings }: MarkInput): KubeObject {
  const namespace = namespaced ? '' : delivery.destination.namespace;
  const instance = instanceName(delivery.namespace, delivery.name);
  return markObject(object, { instance, namespace }, settings.tracking);
}

/** An object may opt out of the health of its application. */
function customHealth(object: KubeObject): Health | undefined {
  if (object.metadata.annotations?.['argocd.argoproj.io/ignore-healthcheck'] === 'true') return { status: 'healthy' };
  return undefined;
}
