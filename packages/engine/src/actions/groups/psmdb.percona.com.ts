// Percona's MongoDB.

import type { KubeObject } from '@evenkeel/resource';
import { at } from '../../health/reading.ts';
import { set } from '../changes.ts';
import type { GroupActions } from '../definition.ts';

const isPaused = (object: KubeObject): boolean => at(object, 'spec.pause') === true;

export const actions = (): GroupActions => ({
  PerconaServerMongoDB: {
    pause: {
      iconClass: 'fa fa-fw fa-pause-circle',
      isDisabled: isPaused,
      run: (draft) => set(draft, ['spec', 'pause'], true),
    },
    unpause: {
      iconClass: 'fa fa-fw fa-play-circle',
      isDisabled: (object) => !isPaused(object),
      run: (draft) => set(draft, ['spec', 'pause'], false),
    },
  },
});
