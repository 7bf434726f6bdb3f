// The CronJob controller (pkg/controller/cronjob, Kubernetes 1.35). Schedules run in real time, not in simulated time.

import type { KubeObject } from '@evenkeel/resource';
import { kubeTime } from '@evenkeel/std';
import type { Bag } from '../store/draft.ts';
import { parseCronSchedule } from '../validation/cron-schedule.ts';
import type { Actor, ControllerDeps } from './actor.ts';
import { conditionOf } from './conditions.ts';
import { type ControllerSpec, controllerKey, ownKey } from './controller.ts';
import { nextCronTimeIn } from './cron-zone.ts';
import { EventRecorder } from './events.ts';
import type { OwnerIndex } from './owner-index.ts';
import { controllerReference } from './templates.ts';
import { specView, statusView } from './views.ts';

interface CronJobView {
  readonly schedule: string;
  readonly timeZone?: string;
  readonly suspend?: boolean;
  readonly concurrencyPolicy?: string;
  readonly startingDeadlineSeconds?: number;
  readonly successfulJobsHistoryLimit?: number;
  readonly failedJobsHistoryLimit?: number;
  readonly jobTemplate: {
    readonly metadata?: { readonly labels?: Record<string, string>; readonly annotations?: Record<string, string> };
    readonly spec: Bag;
  };
}

const collection = 'cronjobs.batch';
const waitMaxMs = 24 * 3_600_000;

const scheduledAnnotation = 'batch.kubernetes.io/cronjob-scheduled-timestamp';

/** The CronJob controller. */
export function cronJobController(deps: ControllerDeps, index: OwnerIndex): ControllerSpec {
  const events = new EventRecorder(deps, 'cronjob-controller');
  return {
    manager: 'kube-controller-manager',
    watches: { [collection]: ownKey, 'jobs.batch': controllerKey('CronJob') },
    reconcile: (actor, namespace, name) => {
      const cron = actor.get(collection, namespace, name);
      return cron === undefined ? undefined : sync(actor, events, index, cron);
    },
  };
}

function sync(actor: Actor, events: EventRecorder, index: OwnerIndex, cron: KubeObject): number | undefined {
  const jobs = index
    .inCollection(cron.metadata.uid ?? '', 'jobs.batch')
    .flatMap((place) => actor.get('jobs.batch', place.namespace, place.name) ?? []);
  const running = jobs.filter((job) => outcomeOf(job) === undefined);
  reportStrangers(events, cron, running);
  keepHistory(actor, cron, jobs);
  writeActive(actor, cron, jobs, running);
  const spec = specView<CronJobView>(cron);
  const schedule = parseCronSchedule(spec.schedule);
  if (typeof schedule === 'string' || spec.suspend === true || cron.metadata.deletionTimestamp !== undefined)
    return undefined;
  const now = actor.deps.clock.now();
  const zone = spec.timeZone;
  const last =
    statusView<{ lastScheduleTime?: string }>(cron).lastScheduleTime ?? cron.metadata.creationTimestamp ?? '';
  const due = lastDue(schedule, { ms: Date.parse(last), zone }, now);
  if (due !== undefined) run(actor, events, cron, { due, running });
  const next = nextCronTimeIn(schedule, now, zone);
  return next === undefined ? undefined : Math.min(waitMaxMs, next - now + 10);
}

// Jobs that somebody made in its name.
function reportStrangers(events: EventRecorder, cron: KubeObject, running: readonly KubeObject[]): void {
  const known = statusView<{ active?: readonly { uid?: string }[] }>(cron).active ?? [];
  for (const job of running) {
    const isKnown = known.some((each) => each.uid === job.metadata.uid);
    if (isKnown || job.metadata.annotations?.[scheduledAnnotation] !== undefined) continue;
    const message = `Saw a job that the controller did not create or forgot: ${job.metadata.name ?? ''}`;
    events.record(cron, { type: 'Warning', reason: 'UnexpectedJob', message });
  }
}

// The latest time missed since the last run: earlier ones are not made up for.
function lastDue(
  schedule: Exclude<ReturnType<typeof parseCronSchedule>, string>,
  since: { readonly ms: number; readonly zone: string | undefined },
  now: number,
): number | undefined {
  let due: number | undefined;
  let at = nextCronTimeIn(schedule, since.ms, since.zone);
  for (let count = 0; at !== undefined && at <= now && count < 1000; count++) {
    due = at;
    at = nextCronTimeIn(schedule, at, since.zone);
  }
  return due;
}

function run(
  actor: Actor,
  events: EventRecorder,
  cron: KubeObject,
  at: { readonly due: number; readonly running: readonly KubeObject[] },
): void {
  const spec = specView<CronJobView>(cron);
  const late = actor.deps.clock.now() - at.due;
  if (spec.startingDeadlineSeconds !== undefined && late > spec.startingDeadlineSeconds * 1000) return;
  if (spec.concurrencyPolicy === 'Forbid' && at.running.length > 0) {
    events.record(cron, {
      type: 'Normal',
      reason: 'JobAlreadyActive',
      message: 'Not starting job because prior execution is running and concurrency policy is Forbid',
    });
    return;
  }
  if (spec.concurrencyPolicy === 'Replace')
    for (const job of at.running) actor.delete('jobs.batch', job, { propagation: 'Background' });
  const name = `${cron.metadata.name ?? ''}-${Math.floor(at.due / 60_000)}`;
  const { metadata } = spec.jobTemplate;
  const created = actor.create('jobs.batch', {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name,
      namespace: cron.metadata.namespace ?? '',
      ...(metadata?.labels === undefined ? {} : { labels: { ...metadata.labels } }),
      annotations: { ...metadata?.annotations, [scheduledAnnotation]: kubeTime(at.due) },
      ownerReferences: [controllerReference(cron)],
    },
    spec: structuredClone(spec.jobTemplate.spec),
  });
  if (created === undefined) return;
  events.record(cron, { type: 'Normal', reason: 'SuccessfulCreate', message: `Created job ${name}` });
  actor.updateStatus(collection, cron, (status) => (status['lastScheduleTime'] = kubeTime(at.due)));
}

function outcomeOf(job: KubeObject): 'Complete' | 'Failed' | undefined {
  const status = statusView<Bag>(job);
  if (conditionOf(status, 'Complete')?.['status'] === 'True') return 'Complete';
  return conditionOf(status, 'Failed')?.['status'] === 'True' ? 'Failed' : undefined;
}

function writeActive(
  actor: Actor,
  cron: KubeObject,
  jobs: readonly KubeObject[],
  running: readonly KubeObject[],
): void {
  const succeeded = jobs
    .filter((job) => outcomeOf(job) === 'Complete')
    .map((job) => statusView<{ completionTime?: string }>(job).completionTime ?? '')
    .sort()
    .at(-1);
  actor.updateStatus(collection, cron, (status) => {
    if (running.length > 0) {
      status['active'] = running.map((job) => ({
        kind: 'Job',
        namespace: job.metadata.namespace ?? '',
        name: job.metadata.name ?? '',
        uid: job.metadata.uid ?? '',
        apiVersion: 'batch/v1',
        resourceVersion: job.metadata.resourceVersion ?? '',
      }));
    } else delete status['active'];
    if (succeeded !== undefined && succeeded !== '') status['lastSuccessfulTime'] = succeeded;
  });
}

function keepHistory(actor: Actor, cron: KubeObject, jobs: readonly KubeObject[]): void {
  const spec = specView<CronJobView>(cron);
  for (const [outcome, limit] of [
    ['Complete', spec.successfulJobsHistoryLimit ?? 3],
    ['Failed', spec.failedJobsHistoryLimit ?? 1],
  ] as const) {
    const ended = jobs
      .filter((job) => outcomeOf(job) === outcome && job.metadata.deletionTimestamp === undefined)
      .toSorted(
        (a, b) => Date.parse(a.metadata.creationTimestamp ?? '') - Date.parse(b.metadata.creationTimestamp ?? ''),
      );
    for (const job of ended.slice(0, Math.max(0, ended.length - limit)))
      actor.delete('jobs.batch', job, { propagation: 'Background' });
  }
}
