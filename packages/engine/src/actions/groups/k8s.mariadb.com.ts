// The MariaDB operator.

import { at } from '../../health/reading.ts';
import { resume, suspend } from '../changes.ts';
import type { GroupActions } from '../definition.ts';

export const actions = (): GroupActions => ({
  MariaDB: {
    resume: {
      iconClass: 'fa fa-fw fa-play',
      displayName: 'Resume',
      isOffered: (object) => at(object, 'spec.suspend') === true,
      run: resume,
    },
    suspend: {
      iconClass: 'fa fa-fw fa-pause',
      displayName: 'Suspend',
      isOffered: (object) => at(object, 'spec.suspend') !== true,
      run: (draft, _run, object) => {
        if (at(object, 'spec') !== undefined) suspend(draft);
      },
    },
  },
});
