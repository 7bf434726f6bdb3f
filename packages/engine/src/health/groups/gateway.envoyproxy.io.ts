// Envoy Gateway.

import type { KubeObject } from '@evenkeel/resource';
import type { Health } from '../health.ts';
import { degraded, healthy, items, progressing, say, text, size } from '../reading.ts';
import { type KindChecks, matcher } from '../rules.ts';

export const checks = (): KindChecks => ({
  Backend: (object) => {
    const accepted = items(object, 'status.conditions').find(matcher('Accepted'));
    if (!accepted) return progressing('Waiting for Backend status');
    const observed = accepted['observedGeneration'] ?? object.metadata.generation;
    if (observed !== object.metadata.generation) return progressing('Waiting for Backend status to be updated');
    return say(accepted['status'] === 'True' ? 'healthy' : 'degraded', text(accepted, 'message'));
  },
  BackendTrafficPolicy: policy,
  ClientTrafficPolicy: policy,
  EnvoyExtensionPolicy: policy,
  EnvoyPatchPolicy: policy,
  SecurityPolicy: policy,
});

function policy(object: KubeObject): Health {
  const { generation } = object.metadata;
  const current = items(object, 'status.ancestors').filter((ancestor) => {
    const list = items(ancestor, 'conditions');
    if (generation === undefined) return true;
    return list.length > 0 && list.every((entry) => (entry['observedGeneration'] ?? generation) === generation);
  });
  const refused = current.flatMap((ancestor) => items(ancestor, 'conditions')).find(matcher('Accepted=False'));
  if (refused) return degraded(text(refused, 'message'));
  return current.some((ancestor) => size(ancestor, 'conditions') > 0)
    ? healthy(`${object.kind} is healthy`)
    : progressing(`Waiting for ${object.kind} status`);
}
