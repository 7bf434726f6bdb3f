// Pausing and promoting, as Numaflow's kinds and Numaplane's rollouts share them.

import type { KubeObject } from '@evenkeel/resource';
import { at } from '../health/reading.ts';
import type { ActionDefinition, Draft } from './definition.ts';
import { set } from './changes.ts';

/** Where a kind keeps what pausing is about. */
export interface Pausable {
  /** The path of the spec whose lifecycle is paused. */
  readonly spec: readonly string[];
  /** The dotted path of the metadata whose annotation says how it may be resumed. */
  readonly metadata: string;
  /** Whether the kind may be paused by hand; its parent does it otherwise. */
  readonly isAllowed: (object: KubeObject) => boolean;
  readonly resumeGradually: (draft: Draft) => void;
  readonly resumeFast: (draft: Draft) => void;
}

/** pause, unpause-gradual and unpause-fast. */
export function pausing(kind: Pausable): Readonly<Record<string, ActionDefinition>> {
  const lifecycle = [...kind.spec, 'lifecycle', 'desiredPhase'];
  const isPaused = (object: KubeObject): boolean => at(object, lifecycle.join('.')) === 'Paused';
  const strategies = (object: KubeObject): unknown => {
    const annotations = at(object, `${kind.metadata}.annotations`) as Readonly<Record<string, unknown>> | undefined;
    return annotations?.['numaflow.numaproj.io/allowed-resume-strategies'];
  };
  const resumable = (object: KubeObject): boolean => kind.isAllowed(object) && isPaused(object);
  const resumed =
    (how: (draft: Draft) => void) =>
    (draft: Draft): void => {
      set(draft, lifecycle, 'Running');
      how(draft);
    };
  return {
    pause: {
      iconClass: 'fa-solid fa-fw fa-pause',
      isDisabled: (object) => !kind.isAllowed(object) || isPaused(object),
      run: (draft) => set(draft, lifecycle, 'Paused'),
    },
    'unpause-gradual': {
      displayName: 'Unpause (gradual)',
      iconClass: 'fa-solid fa-fw fa-play',
      isDisabled: (object) => !resumable(object) || strategies(object) === 'fast',
      run: resumed(kind.resumeGradually),
    },
    'unpause-fast': {
      displayName: 'Unpause (fast)',
      iconClass: 'fa-solid fa-fw fa-play',
      isDisabled: (object) => !resumable(object) || !['fast', 'slow, fast'].includes(String(strategies(object))),
      run: resumed(kind.resumeFast),
    },
  };
}

/** True for what a rollout of that kind owns. */
export function isOwnedBy({ metadata }: KubeObject, kind: string): boolean {
  return (metadata.ownerReferences ?? []).some((owner) => owner.kind === kind);
}

/** Ends a trial of an upgrade in its favour. */
export function forcePromote(displayName?: string): ActionDefinition {
  return {
    ...(displayName === undefined ? {} : { displayName }),
    iconClass: 'fa-solid fa-fw fa-forward',
    isDisabled: ({ metadata }) => {
      const state = metadata.labels?.['numaplane.numaproj.io/upgrade-state'];
      const isTrial = state === 'in-progress' || state === 'trial';
      return !isTrial || metadata.labels?.['numaplane.numaproj.io/force-promote'] === 'true';
    },
    run: (draft) => set(draft, ['metadata', 'labels', 'numaplane.numaproj.io/force-promote'], 'true'),
  };
}
