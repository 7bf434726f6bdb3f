// The Knative operator.

import type { HealthCheck } from '../health.ts';
import { at, degraded, healthy, items, progressing, text } from '../reading.ts';
import { type KindChecks, matcher } from '../rules.ts';

function knative(kind: string, needed: readonly string[], bad: readonly string[]): HealthCheck {
  const isGood = needed.map((type) => matcher(`${type}=True`));
  const isBad = [...bad.map((type) => matcher(`${type}=False`)), matcher('*=Unknown')];
  return (object) => {
    if (at(object, 'status.conditions') === undefined) return progressing(`Waiting for ${kind}`);
    const list = items(object, 'status.conditions');
    const lines = list.map((entry, index) => `${index + 1}: ${text(entry, 'type')} | ${text(entry, 'status')}\n`);
    if (list.some((entry) => isBad.some((matches) => matches(entry)))) return progressing(lines.join(''));
    const good = list.filter((entry) => isGood.some((matches) => matches(entry))).length;
    return good === needed.length ? healthy(`${kind} is healthy.`) : degraded(lines.join(''));
  };
}

export const checks = (): KindChecks => ({
  KnativeEventing: knative('KnativeEventing', ['Ready', 'InstallSucceeded'], ['Ready']),
  KnativeServing: knative(
    'KnativeServing',
    ['Ready', 'InstallSucceeded', 'DependenciesInstalled', 'DeploymentsAvailable'],
    ['Ready', 'DeploymentsAvailable'],
  ),
});
