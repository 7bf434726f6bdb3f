// Conditions and health of a set. Mirrors setApplicationSetStatusCondition and CalculateHealth
// (argoproj/argo-cd:applicationset/controllers and pkg/apis/application/v1alpha1/applicationset_types.go, 3.6).

import type { JsonObject, KubeObject } from '@evenkeel/resource';
import { type SetCondition, type SetFailureReason, objectOf } from './application-set.ts';

type NewCondition = Omit<SetCondition, 'lastTransitionTime'>;

export const generatedMessage = 'All parameters have been generated successfully';

/** What one reconciliation found out. */
export interface SetVerdict {
  readonly parametersGenerated: boolean;
  /** Undefined where everything is as it should be. */
  readonly failure?: { readonly reason: SetFailureReason; readonly message: string } | undefined;
  /** Conditions of a rolling sync; undefined for sets without one, whose conditions go. */
  readonly rollout?: readonly NewCondition[] | undefined;
}

/** The conditions after a reconciliation, sorted by type; times change only with what they belong to. */
export function conditionsOf(
  before: readonly SetCondition[],
  { parametersGenerated, failure, rollout }: SetVerdict,
  now: string,
): readonly SetCondition[] {
  const upToDate = 'All applications have been generated successfully';
  const wanted: NewCondition[] = [
    parametersGenerated
      ? { type: 'ParametersGenerated', status: 'True', reason: 'ParametersGenerated', message: generatedMessage }
      : { type: 'ParametersGenerated', status: 'False', reason: 'ErrorOccurred', message: failure?.message ?? '' },
    failure
      ? { type: 'ErrorOccurred', status: 'True', reason: failure.reason, message: failure.message }
      : { type: 'ErrorOccurred', status: 'False', reason: 'ApplicationSetUpToDate', message: upToDate },
    failure
      ? { type: 'ResourcesUpToDate', status: 'False', reason: 'ErrorOccurred', message: failure.message }
      : { type: 'ResourcesUpToDate', status: 'True', reason: 'ApplicationSetUpToDate', message: upToDate },
    ...(rollout ?? []),
  ];
  return wanted
    .toSorted((left, right) => (left.type < right.type ? -1 : 1))
    .map((condition) => {
      const known = before.find(
        ({ type, status, reason, message }) =>
          type === condition.type &&
          status === condition.status &&
          reason === condition.reason &&
          message === condition.message,
      );
      return { ...condition, lastTransitionTime: known?.lastTransitionTime ?? now };
    });
}

/** The health of a set, told by its conditions. */
export function healthOf(conditions: readonly SetCondition[]): { readonly status: string; readonly message: string } {
  const isTrue = (type: string): SetCondition | undefined =>
    conditions.find((condition) => condition.type === type && condition.status === 'True');
  const failed = isTrue('ErrorOccurred');
  if (failed) return { status: 'Degraded', message: failed.message };
  const rolling = isTrue('RolloutProgressing');
  if (rolling) return { status: 'Progressing', message: rolling.message };
  const done = isTrue('ResourcesUpToDate');
  if (done) return { status: 'Healthy', message: done.message };
  return { status: 'Unknown', message: 'Waiting for health status to be determined' };
}

/** status.resources: each Application with its sync and health, sorted by name. */
export function resourcesOf(applications: readonly KubeObject[]): readonly JsonObject[] {
  return applications
    .toSorted((left, right) => ((left.metadata.name ?? '') < (right.metadata.name ?? '') ? -1 : 1))
    .map((application) => {
      const status = objectOf(application['status'] as JsonObject | undefined) ?? {};
      const sync = objectOf(status['sync'])?.['status'];
      const health = objectOf(status['health'])?.['status'];
      return {
        group: 'argoproj.io',
        version: 'v1alpha1',
        kind: 'Application',
        namespace: application.metadata.namespace ?? '',
        name: application.metadata.name ?? '',
        ...(typeof sync === 'string' ? { status: sync } : {}),
        health: typeof health === 'string' ? { status: health } : {},
      };
    });
}
