// kro: its definitions, and instances of any kind they define.

import type { JsonObject, KubeObject } from '@evenkeel/resource';
import type { Health } from '../health.ts';
import { at, degraded, healthy, items, progressing, show, text } from '../reading.ts';
import { type KindChecks, matcher } from '../rules.ts';

export const checks = (): KindChecks => ({ ResourceGraphDefinition: definition, _: instance });

const unreported = progressing('Waiting for KRO to report status');
const definitionParts = ['GraphRevisionsResolved', 'GraphAccepted', 'KindReady', 'ControllerReady', 'Ready'];
const instanceParts = ['InstanceManaged', 'GraphResolved', 'ResourcesReady', 'Ready'];

/** The conditions about this very generation. */
function current(object: KubeObject): readonly JsonObject[] {
  const { generation } = object.metadata;
  return items(object, 'status.conditions').filter(
    (entry) => generation !== undefined && entry['observedGeneration'] === generation,
  );
}

function definition(object: KubeObject): Health {
  if (at(object, 'status.conditions') === undefined) return unreported;
  for (const condition of current(object)) {
    const type = text(condition, 'type');
    if (matcher('Ready=True')(condition)) return healthy('ResourceGraphDefinition is active and serving instances');
    if (definitionParts.includes(type) && condition['status'] === 'False') {
      return degraded(show(condition['message'] ?? `${type} is False`));
    }
  }
  return progressing('Waiting for ResourceGraphDefinition to become ready');
}

function instance(object: KubeObject): Health {
  if (at(object, 'status.conditions') === undefined) return unreported;
  const state = at(object, 'status.state');
  for (const condition of current(object)) {
    const type = text(condition, 'type');
    if (matcher('Ready=True')(condition)) return healthy('Instance is active and running');
    if (!instanceParts.includes(type) || condition['status'] !== 'False') continue;
    const told = (otherwise: string): string => show(condition['message'] ?? otherwise);
    if (state === 'FAILED' || state === 'ERROR') return degraded(told(`${type} is False`));
    if (state === 'IN_PROGRESS') return progressing(told(`${type} is in progress`));
  }
  return progressing('Waiting for instance to become ready');
}
