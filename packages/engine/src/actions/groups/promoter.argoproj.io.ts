// The GitOps promoter.

import { at } from '../../health/reading.ts';
import { set } from '../changes.ts';
import type { GroupActions } from '../definition.ts';

export const actions = (): GroupActions => ({
  PullRequest: {
    merge: {
      iconClass: 'fa fa-fw fa-code-merge',
      displayName: 'Merge PR',
      isDisabled: (object) => at(object, 'spec.state') !== 'open',
      run: (draft) => set(draft, ['spec', 'state'], 'merged'),
    },
  },
});
