// Airlock Microgateway: its policies, and kinds without a status.

import type { JsonObject, KubeObject } from '@evenkeel/resource';
import type { Health } from '../health.ts';
import { degraded, healthy, items, progressing, show, text } from '../reading.ts';
import type { KindChecks } from '../rules.ts';

export const checks = (): KindChecks => ({ _: microgateway });

function microgateway(object: KubeObject): Health {
  const { kind } = object;
  if (!kind.endsWith('Policy')) return healthy(`${kind} is healthy`);
  const { generation } = object.metadata;
  const ancestors = items(object, 'status.ancestors');
  const name = (ancestor: JsonObject): string => `Ancestor ${text(ancestor, 'ancestorRef.name')}`;
  for (const ancestor of generation === undefined ? [] : ancestors) {
    const isBehind = items(ancestor, 'conditions').some((entry) => entry['observedGeneration'] !== generation);
    if (isBehind) return progressing(`Waiting for ${name(ancestor)} to update ${kind} status`);
  }
  let found = progressing(`Waiting for ${kind} status`);
  for (const ancestor of ancestors) {
    let isAccepted = false;
    for (const { type, status, message } of items(ancestor, 'conditions')) {
      if (type !== 'Accepted' && type !== 'ResolvedRefs') continue;
      if (status !== 'True') return degraded(`${name(ancestor)}: ${show(message)}`);
      if (type === 'Accepted') {
        isAccepted = true;
        found = healthy(`${kind} is healthy`);
      }
    }
    if (!isAccepted) found = degraded(`${name(ancestor)}: ${kind} is not accepted`);
  }
  return found;
}
