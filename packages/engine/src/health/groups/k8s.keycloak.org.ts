// The Keycloak operator.

import type { JsonObject } from '@evenkeel/resource';
import { at, degraded, healthy, items, progressing, show, text } from '../reading.ts';
import { type KindChecks, matcher } from '../rules.ts';

export const checks = (): KindChecks => ({
  Keycloak: (object) => {
    if (at(object, 'status.conditions') === undefined) {
      return progressing('Waiting for Keycloak status conditions to exist');
    }
    const isDecisive = [matcher('Ready=True'), matcher('HasErrors=True')];
    const [oldest] = items(object, 'status.conditions')
      .filter((entry) => isDecisive.some((matches) => matches(entry)))
      .toSorted((left, right) => (age(left) < age(right) ? -1 : age(left) > age(right) ? 1 : 0));
    if (!oldest) return progressing();
    return oldest['type'] === 'Ready' ? healthy() : degraded(`Has Errors: ${text(oldest, 'message')}`);
  },
});

/** Undated conditions come last. */
function age(condition: JsonObject): string {
  return show(condition['lastTransitionTime'] ?? '~');
}
