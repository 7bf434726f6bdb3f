// The Grafana operator.

import type { JsonObject, KubeObject } from '@evenkeel/resource';
import type { Health, HealthStatus } from '../health.ts';
import { at, degraded, healthy, items, progressing, say, text } from '../reading.ts';
import type { KindChecks } from '../rules.ts';

export const checks = (): KindChecks => ({
  Grafana: (object) => {
    const [stage, outcome] = [text(object, 'status.stage'), at(object, 'status.stageStatus')];
    if (outcome === undefined) return progressing('Waiting for Grafana status info');
    if (outcome === 'failed') return degraded(`Failed at stage ${stage}`);
    return stage === 'complete' && outcome === 'success' ? healthy() : progressing(stage);
  },
  GrafanaDashboard: (object) => synchronised(object),
  GrafanaFolder: (object) => synchronised(object, 'FolderUIDMismatch'),
  GrafanaDatasource: (object) => {
    if (at(object, 'status') === undefined || at(object, 'status.uid') === '') return progressing();
    const isAlone = (at(object, 'status.NoMatchingInstances') ?? false) !== false;
    return isAlone ? degraded("can't find matching grafana instance") : healthy();
  },
});

/** `fault` is a condition that is bad where it holds, and good where it does not. */
function synchronised(object: KubeObject, fault?: string): Health {
  let status: HealthStatus = 'progressing';
  let message = '';
  for (const condition of items(object, 'status.conditions')) {
    if (condition['status'] === undefined) continue;
    if (message !== '') message += ', ';
    if (condition['reason'] !== undefined) message += explained(condition);
    const badStatus = fault !== undefined && condition['type'] === fault ? 'True' : 'False';
    if (condition['status'] === badStatus) return degraded(message);
    if (condition['status'] === 'True') status = 'healthy';
  }
  return say(status, message);
}

function explained(condition: JsonObject): string {
  const cause = text(condition, 'reason');
  if (condition['type'] === undefined) return cause;
  const because = condition['message'] === undefined ? '' : ` because ${text(condition, 'message')}`;
  return `${cause} for ${text(condition, 'type')}${because}`;
}
