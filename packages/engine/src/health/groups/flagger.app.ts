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
    const parts = items(object, 'status.conditions').map((condition) => text(condition, 'message'));
    const message = parts.reduce(
      (before, part) => (before === '' ? part : `${before} --- ${part}`),
      Number(weight) > 0 ? `Canary Weight: ${weight} %` : '',
    );
    const word = text(object, 'status.phase');
    return say(phases[word] ?? 'unknown', `${word} --- ${message}`);
  },
});
