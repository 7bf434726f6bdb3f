// KEDA's scaling by events.

import type { KubeObject } from '@evenkeel/resource';
import { annotate, annotation, numberOf, unset } from '../changes.ts';
import { ActionError, type GroupActions } from '../definition.ts';

const paused = 'autoscaling.keda.sh/paused';
const pausedReplicas = 'autoscaling.keda.sh/paused-replicas';
const isPaused = (object: KubeObject): boolean => annotation(object, paused) === 'true';
const isHeld = (object: KubeObject): boolean => isPaused(object) || annotation(object, pausedReplicas) !== undefined;

export const actions = (): GroupActions => ({
  ScaledJob: {
    pause: {
      iconClass: 'fa fa-fw fa-pause-circle',
      isDisabled: isPaused,
      run: (draft) => annotate(draft, paused, 'true'),
    },
    resume: {
      iconClass: 'fa fa-fw fa-play-circle',
      isDisabled: (object) => !isPaused(object),
      run: (draft) => unset(draft, ['metadata', 'annotations', paused]),
    },
  },
  ScaledObject: {
    pause: {
      iconClass: 'fa fa-fw fa-pause-circle',
      isDisabled: isHeld,
      run: (draft) => annotate(draft, paused, 'true'),
    },
    'paused-replicas': {
      iconClass: 'fa fa-fw fa-pause-circle',
      isDisabled: isPaused,
      params: (object) => [{ name: 'replicas', default: annotation(object, pausedReplicas) ?? '0' }],
      run: (draft, { parameters }) => annotate(draft, pausedReplicas, String(heldReplicas(parameters['replicas']))),
    },
    resume: {
      iconClass: 'fa fa-fw fa-play-circle',
      isDisabled: (object) => !isHeld(object),
      run: (draft) => {
        unset(draft, ['metadata', 'annotations', paused]);
        unset(draft, ['metadata', 'annotations', pausedReplicas]);
      },
    },
  },
});

function heldReplicas(text: string | undefined): number {
  if (text === undefined) throw new ActionError('replicas parameter is required');
  const refusal = new ActionError(`invalid number: ${text} (must be >= 0)`);
  try {
    const replicas = numberOf(text);
    if (replicas >= 0) return replicas;
  } catch {
    throw refusal;
  }
  throw refusal;
}
