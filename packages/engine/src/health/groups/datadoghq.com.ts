// The Datadog operator.

import type { JsonObject } from '@evenkeel/resource';
import { show, text } from '../reading.ts';
import { always, conditions, first, type KindChecks, messageOr } from '../rules.ts';

export const checks = (): KindChecks => ({
  DatadogMetric: first(
    conditions(['Error=True', 'degraded', metricError]),
    conditions(['Valid=False', 'degraded', messageOr('DatadogMetric is not valid')]),
    always('healthy', 'DatadogMetric is healthy'),
  ),
});

function metricError(condition: JsonObject): string {
  const message = show(condition['message'] ?? 'DatadogMetric reported an error');
  const cause = text(condition, 'reason');
  return cause === '' ? message : `${cause}: ${message}`;
}
