// Strimzi's sets of pods.

import { annotate, annotation } from '../changes.ts';
import type { GroupActions } from '../definition.ts';

const rolling = 'strimzi.io/manual-rolling-update';

export const actions = (): GroupActions => ({
  StrimziPodSet: {
    'rolling-update': {
      isDisabled: (object) => annotation(object, rolling) === 'true',
      run: (draft) => annotate(draft, rolling, 'true'),
    },
  },
});
