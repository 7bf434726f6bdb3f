// A rolling sync, decided: where every Application stands, and which may be synced now. Pure; the controller writes.
// Mirrors PerformProgressiveSyncs (argoproj/argo-cd:applicationset/progressivesync/progressive_sync.go, 3.6).

import type { KubeObject } from '@evenkeel/resource';
import { type Application, readApplication } from '../../application.ts';
import type { ApplicationSet, RolloutStatus, SetCondition } from '../application-set.ts';
import { type Steps, assignSteps, maxUpdateOf } from './steps.ts';

const waitingMessages = {
  both: 'Application has pending changes (revision and spec differ), setting status to Waiting',
  revision: 'Application has pending changes, setting status to Waiting',
  spec: 'Application has pending changes (spec differs), setting status to Waiting',
} as const;
const pendingMessage =
  'Application moved to Pending status, watching for the Application resource to start Progressing';

export interface RolloutInput {
  readonly set: ApplicationSet;
  readonly steps: Steps;
  /** Applications as they are. */
  readonly current: readonly KubeObject[];
  /** Names of Applications whose spec is about to change. */
  readonly changing: ReadonlySet<string>;
  /** Now, as Kubernetes writes time. */
  readonly now: string;
}

export interface RolloutDecision {
  readonly statuses: readonly RolloutStatus[];
  /** Applications to be synced, with the revisions they are pinned to. */
  readonly syncs: ReadonlyMap<string, readonly string[]>;
  /** Applications that must compare with Git before the rollout goes on. */
  readonly refreshes: readonly string[];
  readonly conditions: readonly Omit<SetCondition, 'lastTransitionTime'>[];
}

/** Decides one turn. */
export function decideRollout(input: RolloutInput): RolloutDecision {
  const { set, current, steps } = input;
  const before = set.status.applicationStatus ?? [];
  const applications = current.map(readApplication);
  const waitingBefore = latestPendingChange(before);
  const observed = applications.map((application) => observe(application, input, before));
  const since = waitingBefore ?? latestPendingChange(observed);
  const behind = since === undefined ? [] : applications.filter((application) => !comparedSince(application, since));
  if (behind.length > 0) {
    const refreshes = behind
      .filter(({ object }) => object.metadata.annotations?.['argocd.argoproj.io/refresh'] === undefined)
      .map(({ name }) => name);
    return { statuses: observed, syncs: new Map(), refreshes, conditions: conditionsOf(observed, steps) };
  }
  const allowed = allowedNow(steps, observed, applications);
  const statuses = promote(observed, allowed, steps, input.now);
  const syncs = new Map(
    statuses
      .filter(({ application, status }) => status === 'Pending' && allowed.has(application))
      .map(({ application, targetRevisions }) => [application, targetRevisions] as const),
  );
  return { statuses, syncs, refreshes: [], conditions: conditionsOf(statuses, steps) };
}

function revisionsOf({ status }: Application): readonly string[] {
  const { revisions, revision } = status.sync ?? {};
  if (revisions && revisions.length > 0) return revisions;
  return revision === undefined || revision === '' ? [] : [revision];
}

/** Where one Application stands now. */
function observe(application: Application, input: RolloutInput, before: readonly RolloutStatus[]): RolloutStatus {
  const { steps, changing, now } = input;
  const { name } = application;
  const index = steps.stepOf.get(name);
  const step = index === undefined ? '-1' : String(index + 1);
  const known = before.find((status) => status.application === name);
  const last: RolloutStatus = known
    ? { ...known, step }
    : {
        application: name,
        step,
        status: 'Waiting',
        message: 'No Application status found, defaulting status to Waiting',
        targetRevisions: revisionsOf(application),
        lastTransitionTime: now,
      };
  const revisions = revisionsOf(application);
  const revisionChanged = JSON.stringify(last.targetRevisions) !== JSON.stringify(revisions);
  const specChanged = changing.has(name);
  const changed: RolloutStatus =
    revisionChanged || specChanged
      ? {
          ...last,
          targetRevisions: revisions,
          status: 'Waiting',
          message: waitingMessages[revisionChanged && specChanged ? 'both' : revisionChanged ? 'revision' : 'spec'],
          lastTransitionTime: now,
        }
      : last;
  return changed.status === 'Waiting'
    ? afterWaiting(changed, application, now)
    : afterUpdate(changed, application, now);
}

/** Something changed, but nothing may have to be synced. */
function afterWaiting(status: RolloutStatus, application: Application, now: string): RolloutStatus {
  if (application.status.sync?.status !== 'Synced') return status;
  const next = isHealthy(application) ? 'Healthy' : 'Progressing';
  return {
    ...status,
    status: next,
    message: `Application resource has synced, updating status to ${next}`,
    lastTransitionTime: now,
  };
}

function afterUpdate(status: RolloutStatus, application: Application, now: string): RolloutStatus {
  if (status.status === 'Pending') {
    const message = startedMessage(status, application);
    return message === undefined ? status : { ...status, status: 'Progressing', message, lastTransitionTime: now };
  }
  if (status.status === 'Progressing' && isHealthy(application) && application.status.sync?.status === 'Synced') {
    const message = 'Application resource became Healthy, updating status from Progressing to Healthy';
    return { ...status, status: 'Healthy', message, lastTransitionTime: now };
  }
  return status;
}

/** Why a pending Application counts as under way; undefined where it does not yet. */
function startedMessage({ lastTransitionTime = '' }: RolloutStatus, { status }: Application): string | undefined {
  const state = status.operationState;
  if (state && Date.parse(state.startedAt) >= Date.parse(lastTransitionTime)) {
    if (state.phase === 'Succeeded')
      return 'Application resource completed a sync successfully, updating status from Pending to Progressing';
    if (state.phase === 'Failed' || state.phase === 'Error')
      return 'Application resource completed a sync, updating status from Pending to Progressing';
    return 'Application resource became Progressing, updating status from Pending to Progressing';
  }
  const broken = (status.conditions ?? []).some(({ type }) => type === 'InvalidSpecError' || type === 'UnknownError');
  return broken ? 'Application resource has error and cannot sync, updating status to Progressing' : undefined;
}

function isHealthy({ status }: Application): boolean {
  return status.health?.status === 'Healthy';
}

/** When the last change was noticed that Applications wait for. */
function latestPendingChange(statuses: readonly RolloutStatus[]): number | undefined {
  const messages: readonly string[] = Object.values(waitingMessages);
  const times = statuses
    .filter(({ status, message }) => status === 'Waiting' && messages.includes(message))
    .map(({ lastTransitionTime = '' }) => Date.parse(lastTransitionTime))
    .filter((time) => !Number.isNaN(time));
  return times.length === 0 ? undefined : Math.max(...times);
}

/** Whether an Application has been compared after a change. One that never tells when it compared is taken at its word. */
function comparedSince({ status }: Application, sinceMs: number): boolean {
  const { reconciledAt } = status;
  return reconciledAt === undefined || Date.parse(reconciledAt) >= sinceMs;
}

/** Names of the first steps up to and including the first that is not done. */
function allowedNow(
  { names }: Steps,
  statuses: readonly RolloutStatus[],
  applications: readonly Application[],
): ReadonlySet<string> {
  const existing = new Set(applications.map(({ name }) => name));
  const healthy = new Set(statuses.filter(({ status }) => status === 'Healthy').map(({ application }) => application));
  const allowed = new Set<string>();
  for (const list of names) {
    for (const name of list) allowed.add(name);
    if (!list.every((name) => existing.has(name) && healthy.has(name))) break;
  }
  return allowed;
}

/** Waiting Applications become pending as far as their step lets them. */
function promote(
  statuses: readonly RolloutStatus[],
  allowed: ReadonlySet<string>,
  { steps, stepOf }: Steps,
  now: string,
): readonly RolloutStatus[] {
  const totals = new Map<number, number>();
  const updating = new Map<number, number>();
  const add = (counts: Map<number, number>, step: number): void => void counts.set(step, (counts.get(step) ?? 0) + 1);
  for (const { application, status } of statuses) {
    const step = stepOf.get(application);
    if (step === undefined) continue;
    add(totals, step);
    if (status === 'Pending' || status === 'Progressing') add(updating, step);
  }
  return statuses.map((status) => {
    const step = stepOf.get(status.application);
    if (step === undefined || status.status !== 'Waiting' || !allowed.has(status.application)) return status;
    const limit = maxUpdateOf(steps[step], totals.get(step) ?? 0);
    if (limit !== undefined && (updating.get(step) ?? 0) >= limit) return status;
    add(updating, step);
    return { ...status, status: 'Pending', message: pendingMessage, lastTransitionTime: now };
  });
}

function conditionsOf(statuses: readonly RolloutStatus[], { names, issues }: Steps): RolloutDecision['conditions'] {
  const unfinished = names.findIndex((_list, index) =>
    statuses.some(({ step, status }) => step === String(index + 1) && status !== 'Healthy'),
  );
  return [
    unfinished < 0
      ? {
          type: 'RolloutProgressing',
          status: 'False',
          reason: 'ApplicationSetRolloutComplete',
          message: 'ApplicationSet Rollout has completed',
        }
      : {
          type: 'RolloutProgressing',
          status: 'True',
          reason: 'ApplicationSetModified',
          message: `ApplicationSet is performing rollout of step ${unfinished + 1}`,
        },
    issues.length > 0
      ? {
          type: 'InvalidRolloutConfig',
          status: 'True',
          reason: 'ApplicationSetInvalidRolloutConfig',
          message: issues.join('; '),
        }
      : {
          type: 'InvalidRolloutConfig',
          status: 'False',
          reason: 'ApplicationSetValidRolloutConfig',
          message: 'Rolling Sync Configured correctly',
        },
  ];
}

/** The steps a set has for these Applications, or why it has none. */
export function stepsFor(set: ApplicationSet, applications: readonly KubeObject[]): Steps {
  return assignSteps(set.spec.strategy?.rollingSync?.steps ?? [], applications);
}
