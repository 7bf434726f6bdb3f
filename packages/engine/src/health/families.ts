// Checks that several groups share. No group of its own.

import type { JsonObject, KubeObject } from '@evenkeel/resource';
import type { Health, HealthCheck } from './health.ts';
import {
  at,
  degraded,
  entries,
  healthy,
  isMap,
  items,
  progressing,
  say,
  show,
  suspended,
  text,
  size,
} from './reading.ts';
import { conditions, first, hasCondition, type KindChecks, matcher, observedOr, phase, waiting } from './rules.ts';

/** Where people of the project are told about words they do not know yet. The sentence is the original's. */
export const reportBug =
  'Ensure your ArgoCD is current and then check for/file a bug report: https://github.com/argoproj/argo-cd/issues';

export interface CrossplaneKinds {
  /** Kinds that never get conditions. */
  readonly withoutConditions: readonly string[];
  /** Conditions any of which means that the object is up to date. */
  readonly readiness: readonly string[];
  /** Definitions of managed resources may be inactive on purpose. */
  readonly canBeInactive: boolean;
}

/** Managed, composed and configuring objects of Crossplane. */
export function crossplane({ withoutConditions, readiness, canBeInactive }: CrossplaneKinds): HealthCheck {
  const current = healthy('Resource is up-to-date.');
  const failures = conditions(['LastAsyncOperation=False', 'degraded'], ['Synced=False', 'degraded']);
  return (object) => {
    if (size(object, 'status.conditions') === 0) {
      if (!withoutConditions.includes(object.kind)) return progressing('Provisioning ...');
      return at(object, 'status.users') === undefined ? current : healthy('Resource is in use.');
    }
    const isInactive =
      canBeInactive &&
      at(object, 'spec.state') !== 'Active' &&
      hasCondition(object, 'Established/InactiveManagedResource');
    const isReady = isInactive || readiness.some((type) => hasCondition(object, `${type}=True`));
    return failures(object) ?? (isReady ? current : progressing('Provisioning ...'));
  };
}

/** Capsule's kinds: seen by the controller, then what `decisive` says. */
export function capsule(decisive: readonly HealthCheck[]): HealthCheck {
  return first(
    (object) => (at(object, 'status.conditions') === undefined ? progressing('Waiting for status') : undefined),
    observedOr('Waiting for reconciliation (generation mismatch)'),
    ...decisive,
    waiting('Waiting for Ready condition'),
  );
}

/** The kinds of Crossplane's first AWS provider, which call themselves by `noun` in sentences. */
export function awsResource(noun: string): HealthCheck {
  return (object) => {
    if (at(object, 'status.conditions') === undefined) return progressing(`Waiting for ${noun} to be created`);
    const list = items(object, 'status.conditions');
    const [lastReady, lastSynced] = [list.findLast(matcher('Ready')), list.findLast(matcher('Synced'))];
    const isReady = lastReady?.['status'] === 'True';
    const isSynced = lastSynced?.['status'] === 'True';
    const isPaused = list.some(matcher('Synced/ReconcilePaused'));
    if (isReady && isSynced) return healthy(text(lastReady, 'reason'));
    if (!isSynced && isPaused) return suspended('ReconcilePaused');
    if (!isReady && isSynced && !isPaused) return progressing(`Waiting for ${noun} to be available`);
    return degraded(text(list.findLast(matcher('Synced/ReconcileError')), 'message'));
  };
}

/** Altinity's operators, which write one word. */
export function clickHouse(name: string): HealthCheck {
  return first(
    phase('status.status', {
      Completed: ['healthy', `${name} installation completed successfully`],
      InProgress: ['progressing', `${name} installation in progress`],
      '*': ['degraded', (object) => `${name} status: ${text(object, 'status.status')}`],
    }),
    waiting(`${name} status not yet available`),
  );
}

/** Gloo's kinds, whose state is a word or, in older versions, a number. */
export function gloo(kinds: readonly string[]): KindChecks {
  const check: HealthCheck = (object) => {
    for (const entry of entries(object, 'status.statuses')) {
      const found = glooState(entry);
      if (found) return found;
    }
    const status = at(object, 'status');
    return (isMap(status) ? glooState(status) : undefined) ?? progressing('Update in progress');
  };
  return Object.fromEntries(kinds.map((kind) => [kind, check]));
}

function glooState({ state, reason: cause }: JsonObject): Health | undefined {
  if (state === 'Accepted' || state === 1) return healthy('The resource has been validated');
  if (state === 'Pending' || state === 0) return suspended('The resource has not yet been validated');
  const isRefused = state === 'Warning' || state === 3 || state === 'Rejected' || state === 2;
  return isRefused ? degraded(show(cause)) : undefined;
}

/** MariaDB itself: the first condition that does not hold speaks, else the last. */
export function mariaDb(object: KubeObject): Health {
  if (at(object, 'status.conditions') === undefined) return progressing('No status info available');
  const list = items(object, 'status.conditions');
  const bad = list.find(matcher('*=False'));
  const status = bad === undefined ? 'healthy' : bad['reason'] === 'Failed' ? 'degraded' : 'progressing';
  return say(status, text(bad ?? list.at(-1), 'message'));
}

/** How a kind of Flux is judged from its conditions. */
export interface FluxKind {
  /** The kind has spec.suspend. */
  readonly suspends?: boolean;
  /** Conditions besides Ready that count as success. */
  readonly successes?: readonly string[];
  /** How many successes make it healthy; one without this. */
  readonly needed?: number;
  /** The kind keeps an artifact, and says whether it is in storage and current. */
  readonly artifacts?: boolean;
  /** The status of Ready that still means work; Unknown without this. */
  readonly slow?: 'False' | 'Unknown';
  /** The reasons of Reconciling that count; all without this. */
  readonly reconciling?: readonly string[];
  /** Work that goes on while Ready is false counts as failure. */
  readonly isBusyBad?: boolean;
}

/** Argo CD's judgement of Flux's kinds, which counts what succeeded and what goes on. */
export function flux(kind: FluxKind): HealthCheck {
  const { successes = [], needed = 1, slow = 'Unknown', reconciling } = kind;
  return (object) => {
    if (kind.suspends && at(object, 'spec.suspend') === true) return suspended(`${object.kind} is suspended`);
    if (at(object, 'status.conditions') === undefined) return progressing('Status unknown');
    let [busy, good, message] = [0, 0, ''];
    for (const condition of items(object, 'status.conditions')) {
      const { type, status } = condition;
      const cause = text(condition, 'reason');
      const isTrue = status === 'True';
      if (type === 'Ready') {
        if (isTrue) good++;
        else if (status === slow) busy++;
        message = cause;
      } else if (type === 'Reconciling') {
        if (isTrue && (reconciling === undefined || reconciling.includes(cause))) busy++;
      } else if (kind.artifacts && type === 'ArtifactOutdated') {
        if (isTrue) message += ` ${cause}`;
      } else if (isTrue && (successes.includes(show(type)) || (kind.artifacts && type === 'ArtifactInStorage'))) good++;
    }
    if (busy === 2) return kind.isBusyBad ? degraded(message) : progressing(message);
    return good === needed ? healthy(message) : degraded(message);
  };
}
