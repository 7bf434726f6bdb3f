// Actions of Argo Rollouts. No group of its own.

import type { KubeObject } from '@evenkeel/resource';
import { amount, at, numberSaid, size } from '../health/reading.ts';
import { isSet, set, unset } from './changes.ts';
import type { ActionDefinition, Draft } from './definition.ts';

/** Nothing is on its way: what runs is what is stable. */
function isPromoted(object: KubeObject): boolean {
  return at(object, 'status') === undefined || at(object, 'status.currentPodHash') === at(object, 'status.stableRS');
}

/** Rollouts before version 1 count no generations in their status, but write a hash there. */
function isOld(object: KubeObject): boolean {
  const observed = numberSaid(at(object, 'status.observedGeneration'));
  return observed === undefined || observed > (object.metadata.generation ?? 0);
}

function steps(object: KubeObject): number | undefined {
  const list = at(object, 'spec.strategy.canary.steps');
  return Array.isArray(list) ? list.length : undefined;
}

function isPaused(object: KubeObject): boolean {
  if (at(object, 'status.pauseConditions') !== undefined) return size(object, 'status.pauseConditions') > 0;
  return isSet(object, 'spec.paused');
}

function wakeUp(draft: Draft, object: KubeObject): void {
  if (size(object, 'status.pauseConditions') > 0) unset(draft, ['status', 'pauseConditions']);
}

export const rollout: Readonly<Record<string, ActionDefinition>> = {
  restart: { displayName: 'Restart Pods', run: (draft, { now }) => set(draft, ['spec', 'restartAt'], now) },
  resume: {
    isDisabled: (object) => !isPaused(object),
    run: (draft, _run, object) => {
      wakeUp(draft, object);
      if (isSet(object, 'spec.paused')) set(draft, ['spec', 'paused'], false);
    },
  },
  abort: {
    isDisabled: (object) => isPromoted(object) || isSet(object, 'status.abort'),
    run: (draft) => set(draft, ['status', 'abort'], true),
  },
  retry: {
    isDisabled: (object) => isPromoted(object) || !isSet(object, 'status.abort'),
    run: (draft) => unset(draft, ['status', 'abort']),
  },
  pause: {
    isDisabled: (object) => isPromoted(object) || isSet(object, 'status.abort') || isSet(object, 'spec.paused'),
    run: (draft) => set(draft, ['spec', 'paused'], true),
  },
  'promote-full': {
    isDisabled: (object) =>
      isPromoted(object) || (isOld(object) && at(object, 'spec.strategy.blueGreen') !== undefined),
    run: (draft, _run, object) => {
      if (at(object, 'status') === undefined) return;
      if (!isOld(object)) {
        set(draft, ['status', 'promoteFull'], true);
        return;
      }
      unset(draft, ['status', 'abort']);
      const count = steps(object);
      if (count !== undefined) set(draft, ['status', 'currentStepIndex'], count);
    },
  },
  'skip-current-step': {
    isDisabled: (object) => {
      const count = steps(object);
      return (
        count === undefined || at(object, 'status') === undefined || at(object, 'status.currentStepIndex') === count
      );
    },
    run: (draft, _run, object) => {
      const step = amount(object, 'status.currentStepIndex');
      if (at(object, 'status') === undefined || step >= (steps(object) ?? 0)) return;
      wakeUp(draft, object);
      set(draft, ['status', 'currentStepIndex'], step + 1);
    },
  },
};
