// CloudNativePG.

import type { KubeObject } from '@evenkeel/resource';
import { at, show, size, text } from '../../health/reading.ts';
import { annotate, annotation, set, unset } from '../changes.ts';
import { ActionError, type ActionRun, type Draft, type GroupActions } from '../definition.ts';

const reconciliation = 'cnpg.io/reconciliationLoop';
const hibernation = 'cnpg.io/hibernation';
const isSuspended = (object: KubeObject): boolean => annotation(object, reconciliation) === 'disabled';
const isHibernated = (object: KubeObject): boolean => annotation(object, hibernation) === 'on';

export const actions = (): GroupActions => ({
  Cluster: {
    restart: {
      iconClass: 'fa fa-fw fa-recycle',
      displayName: 'Rollout restart Cluster',
      run: (draft, { now }) => annotate(draft, 'kubectl.kubernetes.io/restartedAt', now),
    },
    reload: {
      iconClass: 'fa fa-fw fa-rotate-right',
      displayName: 'Reload all Configuration',
      run: (draft, { now }) => annotate(draft, 'cnpg.io/reloadedAt', now),
    },
    promote: {
      iconClass: 'fa fa-fw fa-angles-up',
      displayName: 'Promote Replica to Primary',
      params: () => [{ name: 'instance', default: 'any' }],
      isDisabled: (object) => size(object, 'status.instancesStatus.healthy') < 2,
      run: promote,
    },
    resume: {
      iconClass: 'fa fa-fw fa-play',
      displayName: 'Resume Reconciliation',
      isOffered: isSuspended,
      run: (draft) => unset(draft, ['metadata', 'annotations', reconciliation]),
    },
    suspend: {
      iconClass: 'fa fa-fw fa-pause',
      displayName: 'Suspend Reconciliation',
      isOffered: (object) => !isSuspended(object),
      run: (draft) => annotate(draft, reconciliation, 'disabled'),
    },
    rehydrate: {
      iconClass: 'fa fa-fw fa-play',
      displayName: 'Rehydrate Cluster',
      isOffered: isHibernated,
      run: (draft) => annotate(draft, hibernation, 'off'),
    },
    hibernate: {
      iconClass: 'fa fa-fw fa-pause',
      displayName: 'Hibernate Cluster',
      isOffered: (object) => !isHibernated(object),
      run: (draft) => annotate(draft, hibernation, 'on'),
    },
  },
});

/** Names the next primary: the healthy instance after this one, the one of a number, or the one of a name. */
function promote(draft: Draft, { now, parameters }: ActionRun, object: KubeObject): void {
  const listed = at(object, 'status.instancesStatus.healthy');
  const healthy = Array.isArray(listed) ? listed.map(show) : [];
  const { instance = '' } = parameters;
  const wanted = /^\d+$/.test(instance) ? `${object.metadata.name}-${instance}` : instance;
  const current = healthy.indexOf(text(object, 'status.currentPrimary'));
  const chosen = instance === 'any' ? healthy[(current + 1) % healthy.length] : healthy.find((name) => name === wanted);
  if (chosen === undefined) {
    throw new ActionError(`Could not find a healthy instance matching the criteria: ${instance}`);
  }
  set(draft, ['status', 'targetPrimary'], chosen);
  set(draft, ['status', 'targetPrimaryTimestamp'], now);
  set(draft, ['status', 'phase'], 'Switchover in progress');
  set(draft, ['status', 'phaseReason'], `Switching over to ${chosen}`);
}
