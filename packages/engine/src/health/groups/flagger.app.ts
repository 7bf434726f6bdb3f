// Flagger's canaries.

import type { HealthStatus } from '../health.ts';
import { at, items, say, text, unknown } from '../reading.ts';
import type { KindChecks } from '../rules.ts';

const phases: Readonly<Record<string, HealthStatus>> = {
  Failed: 'degraded',
  Progressing: 'progressing',
  Finalising: 'progressing',
  Promoting: 'progressing',
  Succeeded: 'healthy',
  Initialized: 'healthy',
};

export const checks = (): KindChecks => ({
  Canary: (object) => {
    if (at(object, 'status') === undefined) return unknown('No status');
    const weight = text(object, 'status.canaryWeight');
    const parts = Number(weight) > 0 ? [`Canary Weight: ${weight} %`] : [];
    for (const condition of items(object, 'status.conditions')) parts.push(text(condition, 'message'));
    const word = text(object, 'status.phase');
    return say(
      phases[word] ?? 'unknown',
      `${word} --- ${parts.filter((part, index) => index > 0 || part !== '').join(' --- ')}`,
    );
  },
});
