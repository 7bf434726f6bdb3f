// Argo Rollouts, Workflows and Events, and Argo CD's own sets.

import type { JsonObject, KubeObject } from '@evenkeel/resource';
import type { Health, HealthCheck, HealthStatus } from '../health.ts';
import { amount, at, healthy, invalid, numberSaid, progressing, say, show, suspended, text, size } from '../reading.ts';
import { always, conditions, first, type KindChecks, phase, waiting } from '../rules.ts';

const messageOf =
  (otherwise: string) =>
  (object: KubeObject): string =>
    show(at(object, 'status.message') ?? otherwise);

export const checks = (): KindChecks => ({
  AnalysisRun: withStatus(
    'Waiting for analysis run to finish: status has not been reconciled.',
    phase('status.phase', {
      Pending: ['progressing', 'Analysis run is running'],
      Running: ['progressing', 'Analysis run is running'],
      Successful: ['healthy', messageOf('Analysis run completed successfully')],
      Failed: ['degraded', messageOf('Analysis run failed')],
      Error: ['degraded', messageOf('Analysis run had an error')],
      Inconclusive: ['unknown', messageOf('Analysis run was inconclusive')],
    }),
  ),
  ApplicationSet: first(
    conditions(['ErrorOccurred=True', 'degraded']),
    conditions(['ResourcesUpToDate=False', 'degraded']),
    conditions(['RolloutProgressing=True', 'progressing']),
    conditions(['ResourcesUpToDate=True', 'healthy']),
    waiting('Waiting for the status to be reported'),
  ),
  CronWorkflow: first(
    conditions(['SpecError=True', 'degraded'], ['SubmissionError=True', 'degraded'], ['Completed=True', 'healthy']),
    always('healthy', 'CronWorkflow is healthy.'),
  ),
  EventBus: first(
    conditions(['Deployed=False', 'degraded', messageOrReason], ['Deployed=True', 'healthy', messageOrReason]),
    waiting('Waiting for initialization'),
  ),
  Experiment: withStatus(
    'Waiting for experiment to finish: status has not been reconciled.',
    phase('status.phase', {
      Pending: ['progressing', 'Experiment is pending'],
      Running: ['progressing', 'Experiment is running'],
      Successful: ['healthy', 'Experiment is successful'],
      Failed: ['degraded', 'Experiment has failed'],
      Error: ['degraded', 'Experiment had an error'],
    }),
  ),
  Rollout: rollout,
});

function messageOrReason(condition: JsonObject): string {
  return show(condition['message'] ?? condition['reason']);
}

/** Kinds whose status, once there, is silent about phases nobody knows. */
function withStatus(wait: string, check: HealthCheck): HealthCheck {
  return (object) => (at(object, 'status') === undefined ? progressing(wait) : check(object));
}

const failures = conditions(
  ['InvalidSpec', 'degraded'],
  ['Progressing/RolloutAborted', 'degraded'],
  ['Progressing/ProgressDeadlineExceeded', 'degraded'],
);
const phases: Readonly<Record<string, HealthStatus>> = {
  Paused: 'suspended',
  Suspended: 'suspended',
  Healthy: 'healthy',
  Degraded: 'degraded',
  Progressing: 'progressing',
  Missing: 'missing',
  Unknown: 'unknown',
};

function rollout(object: KubeObject): Health {
  if (!isSpecObserved(object)) return progressing('Waiting for rollout spec update to be observed');
  const word = at(object, 'status.phase');
  if (word !== undefined) {
    const status = phases[show(word)];
    return status ? say(status, text(object, 'status.message')) : invalid;
  }
  const failure = failures(object);
  if (failure) return failure;
  const isPaused = size(object, 'status.pauseConditions') > 0 || at(object, 'spec.paused') === true;
  if (isPaused) return suspended('Rollout is paused');
  if (at(object, 'status.currentPodHash') === undefined) {
    return progressing('Waiting for rollout to finish: status has not been reconciled.');
  }
  return replicaProgress(object) ?? strategyProgress(object) ?? healthy();
}

function isSpecObserved(object: KubeObject): boolean {
  if (at(object, 'status') === undefined) return false;
  const observed = numberSaid(at(object, 'status.observedGeneration'));
  if (observed !== undefined && observed < (object.metadata.generation ?? 0)) return false;
  const { annotations } = object.metadata;
  if (at(object, 'spec.workloadRef') === undefined || annotations === undefined) return true;
  const workload = numberSaid(annotations['rollout.argoproj.io/workload-generation']);
  return workload === numberSaid(at(object, 'status.workloadObservedGeneration'));
}

function replicaProgress(object: KubeObject): Health | undefined {
  const updated = amount(object, 'status.updatedReplicas');
  if (updated < amount(object, 'spec.replicas', 1)) {
    return progressing('Waiting for roll out to finish: More replicas need to be updated');
  }
  if (amount(object, 'status.availableReplicas') < updated) {
    return progressing('Waiting for roll out to finish: updated replicas are still becoming available');
  }
  return undefined;
}

function strategyProgress(object: KubeObject): Health | undefined {
  const current = at(object, 'status.currentPodHash');
  const stable = text(object, 'status.stableRS') || text(object, 'status.canary.stableRS');
  if (at(object, 'spec.strategy.blueGreen') !== undefined) {
    if (at(object, 'status.blueGreen.activeSelector') !== current) return progressing('active service cutover pending');
    return stable !== '' && stable !== current ? progressing('waiting for analysis to complete') : undefined;
  }
  if (at(object, 'spec.strategy.canary') === undefined) return undefined;
  if (amount(object, 'status.replicas') > amount(object, 'status.updatedReplicas')) {
    return progressing('Waiting for roll out to finish: old replicas are pending termination');
  }
  return stable === '' || stable !== current ? progressing('Waiting for rollout to finish steps') : undefined;
}
