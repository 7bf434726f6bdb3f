// KEDA's scaling by events.

import type { JsonObject } from '@evenkeel/resource';
import type { HealthCheck } from '../health.ts';
import { degraded, healthy, items, progressing, suspended, text } from '../reading.ts';
import { type KindChecks, matcher } from '../rules.ts';

/** The last condition that counts gives the sentence; the worst gives the status. */
function keda(bad: readonly string[], wait: string): HealthCheck {
  const isBad = bad.map(matcher);
  const isGood = matcher('Ready=True');
  const isPaused = matcher('Paused=True');
  return (object) => {
    const list = items(object, 'status.conditions');
    const has = (matches: (entry: JsonObject) => boolean): boolean => list.some(matches);
    const told = list.findLast((entry) => [...isBad, isGood, isPaused].some((matches) => matches(entry)));
    const message = told ? text(told, 'message') : '';
    if (isBad.some(has)) return degraded(message);
    if (!has(isGood)) return progressing(wait);
    return has(isPaused) ? suspended(message) : healthy(message);
  };
}

export const checks = (): KindChecks => ({
  ScaledJob: keda(['Ready=False', 'Ready=Unknown'], 'Waiting for ScaledJob'),
  ScaledObject: keda(['Ready=False', 'Fallback=True'], 'Creating HorizontalPodAutoscaler Object'),
});
