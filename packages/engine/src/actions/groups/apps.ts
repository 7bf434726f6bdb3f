// Workloads of Kubernetes.

import type { KubeObject } from '@evenkeel/resource';
import { isSet, restart, scale, set, unset } from '../changes.ts';
import type { GroupActions } from '../definition.ts';

export const actions = (): GroupActions => ({
  DaemonSet: { restart },
  Deployment: {
    restart,
    pause: {
      iconClass: 'fa fa-fw fa-pause-circle',
      isDisabled: isPaused,
      run: (draft) => set(draft, ['spec', 'paused'], true),
    },
    resume: {
      iconClass: 'fa fa-fw fa-play-circle',
      isDisabled: (object) => !isPaused(object),
      run: (draft) => unset(draft, ['spec', 'paused']),
    },
    scale,
  },
  StatefulSet: { restart, scale },
});

function isPaused(object: KubeObject): boolean {
  return isSet(object, 'spec.paused');
}
