// External Secrets.

import type { KubeObject } from '@evenkeel/resource';
import { at, show } from '../../health/reading.ts';
import { annotate } from '../changes.ts';
import type { ActionRun, Draft, GroupActions } from '../definition.ts';

/** An interval of nothing: fetched once, and not again. */
function isOnce(object: KubeObject): boolean {
  return /^0(ns|us|µs|ms|s|m|h)?$/.test(show(at(object, 'spec.refreshInterval')));
}

const refresh = (draft: Draft, { now }: ActionRun): void => annotate(draft, 'force-sync', now);

export const actions = (): GroupActions => ({
  ExternalSecret: {
    refresh: {
      isDisabled: (object) => isOnce(object) && at(object, 'spec.refreshPolicy') !== 'OnChange',
      run: refresh,
    },
  },
  PushSecret: { push: { isDisabled: isOnce, run: refresh } },
});
