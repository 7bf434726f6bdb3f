// ACME orders and challenges of cert-manager.

import type { HealthCheck } from '../health.ts';
import { at, degraded, healthy, progressing, show, text } from '../reading.ts';
import type { KindChecks } from '../rules.ts';

/** `quotes`: the reason is told while the state is on its way, too. */
function acme(kind: string, quotes: boolean): HealthCheck {
  const bad: ReadonlySet<string> = new Set(['invalid', 'expired', 'errored']);
  return (object) => {
    const state = text(object, 'status.state');
    if (state === '') return progressing(`Waiting for ${kind.toLowerCase()}`);
    if (state === 'valid') return healthy(`${kind} is valid`);
    const cause = show(at(object, 'status.reason') ?? `${kind} is ${state}`);
    if (bad.has(state)) return degraded(cause);
    return progressing(quotes ? cause : `${kind} is ${state}`);
  };
}

export const checks = (): KindChecks => ({ Challenge: acme('Challenge', true), Order: acme('Order', false) });
