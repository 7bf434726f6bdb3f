// Numaplane's rollouts of Numaflow.

import type { KubeObject } from '@evenkeel/resource';
import type { HealthCheck } from '../health.ts';
import { at, degraded, progressing, text } from '../reading.ts';
import { always, conditions, first, hasCondition, isObserved, type KindChecks } from '../rules.ts';

interface Rollout {
  /** The pattern of a child that has failed. */
  readonly failed: string;
  /** The condition that tells of a pause, where the kind has one. */
  readonly paused?: string;
  /** Whether upgrades can fail half-way and say so. */
  readonly progressive: boolean;
  /** Names the kind where nothing is known. */
  readonly unknown: string;
}

function rollout(kind: Rollout): HealthCheck {
  const upgradeFailed = 'ProgressiveUpgradeSucceeded=False';
  const failures = conditions(
    [kind.failed, 'degraded'],
    ...(kind.progressive ? [[upgradeFailed, 'degraded', 'Progressive upgrade failed'] as const] : []),
  );
  const isUpgrading = (object: KubeObject): boolean => {
    const isBusy = (at(object, 'status.upgradeInProgress') ?? '') !== '' || at(object, 'status.phase') === 'Pending';
    return isBusy && !(kind.progressive && hasCondition(object, upgradeFailed));
  };
  return first(
    (object) =>
      at(object, 'status') === undefined || !isObserved(object) ? progressing('Not yet reconciled') : undefined,
    (object) => (isUpgrading(object) ? progressing('Update in progress') : undefined),
    conditions(['ChildResourcesHealthy=False/Progressing', 'progressing', 'Child Progressing']),
    (object) => (at(object, 'status.phase') === 'Failed' ? degraded(text(object, 'status.message')) : undefined),
    failures,
    kind.paused === undefined ? () => undefined : conditions([kind.paused, 'healthy']),
    conditions(['ChildResourcesHealthy=True', 'healthy', 'Healthy']),
    always('unknown', `Unknown ${kind.unknown}status`),
  );
}

export const checks = (): KindChecks => ({
  ISBServiceRollout: rollout({ failed: 'ChildResourcesHealthy=False/ISBSvcFailed', progressive: true, unknown: '' }),
  MonoVertexRollout: rollout({
    failed: 'ChildResourcesHealthy=False/MonoVertexFailed',
    paused: 'MonoVertexPausingOrPaused=True',
    progressive: true,
    unknown: 'MonoVertex ',
  }),
  NumaflowControllerRollout: rollout({
    failed: 'ChildResourcesHealthy=False/!Progressing',
    progressive: false,
    unknown: '',
  }),
  PipelineRollout: rollout({
    failed: 'ChildResourcesHealthy=False/PipelineFailed',
    paused: 'PipelinePausingOrPaused=True',
    progressive: true,
    unknown: 'Pipeline ',
  }),
});
