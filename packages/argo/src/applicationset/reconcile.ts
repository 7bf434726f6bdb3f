// One ApplicationSet made true: Applications created, updated and deleted, status written.
// Mirrors ApplicationSetReconciler.Reconcile (argoproj/argo-cd:applicationset/controllers/applicationset_controller.go, 3.6).

import { type EventRecorder, type Outcome, patchStatus } from '@evenkeel/controller';
import { type Informer, type KubeClient, type ResourceType, isKubeError } from '@evenkeel/kube';
import {
  type Json,
  type JsonObject,
  type KubeObject,
  upgradeManagedFields,
  wouldApplyChange,
} from '@evenkeel/resource';
import { type Clock, kubeTime } from '@evenkeel/std';
import {
  type ApplicationSet,
  GenerationError,
  type SetFailureReason,
  messageOf,
  objectOf,
  readApplicationSet,
} from './application-set.ts';
import { type SetVerdict, conditionsOf, healthOf, resourcesOf } from './conditions.ts';
import { deletionQuestion } from './deletion-budget.ts';
import { controllingSet, desiredApplication, setFieldManager } from './desired.ts';
import { type Generation, destinationProblem, validateApplications } from './generate-applications.ts';
import { clusterAddresses } from './generators/clusters.ts';
import { type RolloutDecision, decideRollout, stepsFor } from './progressive/rolling-sync.ts';
import { deletesInReverse, rolloutSteps } from './progressive/steps.ts';
import { type SetSettings, mayDelete, mayUpdate, policyOf } from './set-settings.ts';
import { applicationFields } from './template/normalize.ts';
import { resourcesFinalizer } from './template/application.ts';

/** After a failure that only the world can mend, upstream looks again after three minutes. */
const retryAfterMs = 3 * 60_000;
const writesAtOnce = 16;
/** As many deletions are remembered before those that have been seen to happen are forgotten. */
const DELETED_MAX = 1000;

export interface SetReconcilerOptions {
  readonly client: KubeClient;
  readonly setType: ResourceType;
  readonly applicationType: ResourceType;
  readonly sets: Informer;
  readonly applications: Informer;
  readonly projects: Informer;
  readonly clusterSecrets: Informer;
  readonly controlNamespace: string;
  readonly settings: () => SetSettings;
  readonly generate: (set: ApplicationSet, signal: AbortSignal) => Promise<Generation>;
  /** When the set must be looked at again by itself. */
  readonly againAfterMs: (set: ApplicationSet) => number | undefined;
  readonly events: EventRecorder;
  readonly clock: Clock;
}

interface Turn {
  readonly set: ApplicationSet;
  readonly settings: SetSettings;
  readonly signal: AbortSignal;
}

interface Failure {
  readonly reason: SetFailureReason;
  readonly message: string;
}

/** Reconciles sets by "namespace/name". */
export class SetReconciler {
  readonly #options: SetReconcilerOptions;
  /** Applications that we have deleted: the watch may tell of it later than the next turn comes. */
  readonly #deleted = new Set<string>();

  constructor(options: SetReconcilerOptions) {
    this.#options = options;
  }

  async reconcile(key: string, signal: AbortSignal): Promise<Outcome> {
    const [namespace = '', name = ''] = key.split('/');
    const object = this.#options.sets.get(namespace, name);
    if (!object) return { kind: 'settled' };
    const turn: Turn = { set: readApplicationSet(object), settings: this.#options.settings(), signal };
    if (object.metadata.deletionTimestamp !== undefined) return this.#remove(turn);
    await this.#ensureFinalizer(turn);
    const generation = await this.#options.generate(turn.set, signal);
    if (generation.kind === 'failed') {
      const { reason, message } = generation;
      await this.#writeStatus(turn, { parametersGenerated: false, failure: { reason, message } });
      return { kind: 'again', afterMs: retryAfterMs };
    }
    return this.#bringAbout(turn, generation.applications);
  }

  async #bringAbout(turn: Turn, generated: readonly KubeObject[]): Promise<Outcome> {
    const { set, settings } = turn;
    const problems = this.#validate(set, generated);
    const valid = generated
      .filter((_application, index) => !problems.has(index))
      .toSorted((left, right) => ((left.metadata.name ?? '') < (right.metadata.name ?? '') ? -1 : 1));
    const steps = settings.progressiveSyncs ? rolloutSteps(set) : undefined;
    if (steps?.length === 0) {
      const failure = { reason: 'ApplicationSetRolloutError', message: 'No steps defined for rollout' } as const;
      await this.#writeStatus(turn, { parametersGenerated: true, failure });
      return { kind: 'again', afterMs: retryAfterMs };
    }
    const rollout = steps ? this.#rollout(turn, generated) : undefined;
    const policy = policyOf(settings, set.spec.syncPolicy?.applicationsSync);
    const wanted = rollout ? valid.map(withoutAutomation) : valid;
    const written = await this.#applyAll(turn, wanted, mayUpdate(policy));
    const deleted = mayDelete(policy) ? await this.#deleteOthers(turn, generated) : undefined;
    if (rollout) await this.#drive(turn, rollout, valid);
    const invalid = invalidMessage(problems, generated);
    const failure: Failure | undefined =
      invalid === undefined ? (written ?? deleted) : { reason: 'ApplicationValidationError', message: invalid };
    await this.#writeStatus(turn, { parametersGenerated: true, failure, rollout: rollout?.conditions }, rollout);
    await this.#dropRefresh(turn);
    if (written) return { kind: 'failed', error: new Error(written.message), retry: true };
    // The next of the states that an Application passes through may stand already, and then nothing would tell of it.
    if (rollout && movedOn(set, rollout)) return { kind: 'again', afterMs: 0 };
    const again = this.#options.againAfterMs(set);
    if (again !== undefined) return { kind: 'again', afterMs: again };
    return failure ? { kind: 'again', afterMs: retryAfterMs } : { kind: 'settled' };
  }

  #validate(set: ApplicationSet, generated: readonly KubeObject[]): ReadonlyMap<number, string> {
    const { projects, clusterSecrets, controlNamespace } = this.#options;
    return validateApplications(set, generated, {
      hasProject: (name) => projects.get(controlNamespace, name) !== undefined,
      clusters: clusterAddresses(clusterSecrets.list()),
    });
  }

  /** The Applications a set controls, as last seen. */
  #current({ namespace, name }: ApplicationSet): readonly KubeObject[] {
    return this.#options.applications.byIndex('set', `${namespace}/${name}`);
  }

  #rollout(turn: Turn, generated: readonly KubeObject[]): RolloutDecision {
    const { set, settings } = turn;
    const byName = new Map(generated.map((application) => [application.metadata.name, application]));
    const current = this.#current(set);
    const changing = new Set<string>();
    for (const live of current) {
      const application = byName.get(live.metadata.name);
      if (application && this.#specChanges(set, withoutAutomation(application), live, settings)) {
        changing.add(live.metadata.name ?? '');
      }
    }
    const now = kubeTime(this.#options.clock.now());
    return decideRollout({ set, steps: stepsFor(set, generated), current, changing, now });
  }

  #specChanges(set: ApplicationSet, generated: KubeObject, live: KubeObject, settings: SetSettings): boolean {
    try {
      const config = desiredApplication(set, generated, live, settings);
      const preview = wouldApplyChange({ live, config, manager: setFieldManager, schema: applicationFields });
      return preview.fields.some(({ path }) => JSON.stringify(path[0] ?? '').includes('spec'));
    } catch (error) {
      // Writing it will say why; until then it is no change.
      if (error instanceof GenerationError) return false;
      throw error;
    }
  }

  /** Applies what differs; the failure is that of the first Application by name. */
  async #applyAll(turn: Turn, wanted: readonly KubeObject[], updates: boolean): Promise<Failure | undefined> {
    const failures = new Map<string, string>();
    await inParallel(wanted, async (application) => {
      try {
        await this.#applyOne(turn, application, updates);
      } catch (error) {
        turn.signal.throwIfAborted();
        failures.set(application.metadata.name ?? '', messageOf(error));
      }
    });
    const [first] = [...failures].toSorted(([left], [right]) => (left < right ? -1 : 1));
    if (!first) return undefined;
    return { reason: updates ? 'UpdateApplicationError' : 'CreateApplicationError', message: first[1] };
  }

  async #applyOne({ set, settings, signal }: Turn, application: KubeObject, updates: boolean): Promise<void> {
    const { client, applicationType, applications, events } = this.#options;
    const { namespace = '', name = '' } = application.metadata;
    const cached = applications.get(namespace, name);
    if (cached && !updates && controllingSet(cached) === set.name) return;
    const live = cached && (await this.#takeOver(cached, signal));
    const config = desiredApplication(set, application, live, settings);
    const preview = wouldApplyChange({ live, config, manager: setFieldManager, schema: applicationFields });
    if (!preview.changed && !preview.ownershipChanged) return;
    const written = await client.apply(applicationType, config, { fieldManager: setFieldManager, force: true, signal });
    applications.observe(written);
    const action = live ? 'updated' : 'created';
    events.record(set.object, { type: 'Normal', reason: action, message: `${action} Application "${name}"` });
    const operation = application['operation'];
    if (operation !== undefined && !live) await this.#writeOperation(written, operation as Json, signal);
  }

  /** Upstream writes by updates; what it owned that way becomes owned by applies, or nothing could be taken away again. */
  async #takeOver(live: KubeObject, signal: AbortSignal): Promise<KubeObject> {
    const { client, applicationType, applications } = this.#options;
    const entries = live.metadata.managedFields ?? [];
    const isUpdate = entries.some(
      ({ manager, operation, subresource, fieldsV1 }) =>
        manager === setFieldManager &&
        operation === 'Update' &&
        (subresource ?? '') === '' &&
        fieldsV1 !== undefined &&
        'f:spec' in (fieldsV1 as JsonObject),
    );
    if (!isUpdate) return live;
    const upgraded = upgradeManagedFields(entries, { csaManagers: [setFieldManager], ssaManager: setFieldManager });
    if (!upgraded.ok) return live;
    const patch = [
      { op: 'replace', path: '/metadata/managedFields', value: upgraded.value },
      { op: 'replace', path: '/metadata/resourceVersion', value: live.metadata.resourceVersion ?? '' },
    ];
    const { namespace, name = '' } = live.metadata;
    const written = await client.patch(applicationType, { namespace, name }, 'json', patch as unknown as Json, {
      signal,
    });
    applications.observe(written);
    return written;
  }

  /** Deletes Applications that are no longer generated, invalid ones excepted. Asks first where they are many. */
  async #deleteOthers(turn: Turn, generated: readonly KubeObject[]): Promise<Failure | undefined> {
    const { set, signal } = turn;
    const kept = new Set(generated.map(({ metadata }) => metadata.name));
    const current = this.#current(set).filter(({ metadata }) => metadata.deletionTimestamp === undefined);
    const doomed = current.filter(({ metadata }) => !kept.has(metadata.name));
    const question = deletionQuestion(
      set,
      doomed.map(({ metadata }) => metadata.name ?? '').toSorted(),
      current.length,
    );
    if (question !== undefined) return { reason: 'DeleteApplicationError', message: question };
    let failure: Failure | undefined;
    await inParallel(doomed, async (application) => {
      try {
        await this.#deleteOne(turn, application);
      } catch (error) {
        signal.throwIfAborted();
        failure ??= { reason: 'DeleteApplicationError', message: messageOf(error) };
      }
    });
    return failure;
  }

  async #deleteOne({ set, signal }: Turn, application: KubeObject): Promise<void> {
    const { client, applicationType, clusterSecrets, events } = this.#options;
    const { namespace, name = '', uid, finalizers = [] } = application.metadata;
    if (uid !== undefined && this.#deleted.has(uid)) return;
    const destination = objectOf(objectOf(application['spec'] as Json | undefined)?.['destination']) ?? {};
    const clusters = clusterAddresses(clusterSecrets.list());
    if (finalizers.includes(resourcesFinalizer) && destinationProblem(destination, { clusters }) !== undefined) {
      // Nobody can delete resources of a cluster that is not known; the Application would stay for ever.
      const rest = finalizers.filter((finalizer) => finalizer !== resourcesFinalizer);
      await client.patch(applicationType, { namespace, name }, 'merge', { metadata: { finalizers: rest } }, { signal });
    }
    await client.delete(
      applicationType,
      { namespace, name },
      { signal, ...(uid === undefined ? {} : { preconditions: { uid } }) },
    );
    this.#noteDeleted(uid);
    events.record(set.object, { type: 'Normal', reason: 'Deleted', message: `Deleted Application "${name}"` });
  }

  #noteDeleted(uid: string | undefined): void {
    if (this.#deleted.size >= DELETED_MAX) {
      const known = new Set(this.#options.applications.list().map(({ metadata }) => metadata.uid));
      for (const earlier of this.#deleted) if (!known.has(earlier)) this.#deleted.delete(earlier);
    }
    if (uid !== undefined) this.#deleted.add(uid);
  }

  /** Carries out what the rollout decided: refreshes, and syncs pinned to the revisions they were released for. */
  async #drive(
    { set, signal }: Turn,
    { refreshes, syncs }: RolloutDecision,
    valid: readonly KubeObject[],
  ): Promise<void> {
    const { client, applicationType, applications } = this.#options;
    for (const name of refreshes) {
      const change = { metadata: { annotations: { 'argocd.argoproj.io/refresh': 'normal' } } };
      await ignoreMissing(
        client.patch(applicationType, { namespace: set.namespace, name }, 'merge', change, { signal }),
      );
    }
    for (const application of valid) {
      const revisions = syncs.get(application.metadata.name ?? '');
      const live = applications.get(set.namespace, application.metadata.name ?? '');
      if (!revisions || !live || live['operation'] !== undefined || this.#hasStarted(set, live)) continue;
      await this.#writeOperation(live, rolloutOperation(application, revisions), signal);
    }
  }

  /** Whether a sync has begun since the Application was released. */
  #hasStarted({ status }: ApplicationSet, live: KubeObject): boolean {
    const known = (status.applicationStatus ?? []).find(({ application }) => application === live.metadata.name);
    if (known?.status !== 'Pending') return false;
    const started = objectOf(objectOf(live['status'] as Json | undefined)?.['operationState'])?.['startedAt'];
    return typeof started === 'string' && Date.parse(started) >= Date.parse(known.lastTransitionTime ?? '');
  }

  async #writeOperation(live: KubeObject, operation: Json, signal: AbortSignal): Promise<void> {
    const { namespace, name = '' } = live.metadata;
    const { client, applicationType, applications } = this.#options;
    // Another manager than the one that applies: what asks for a sync is taken away by whoever syncs.
    const options = { fieldManager: 'applicationset-controller', signal };
    const written = await ignoreMissing(
      client.patch(applicationType, { namespace, name }, 'merge', { operation }, options),
    );
    if (written) applications.observe(written);
  }

  async #writeStatus(turn: Turn, verdict: SetVerdict, rollout?: RolloutDecision): Promise<void> {
    const { client, setType, sets, clock } = this.#options;
    const { set, settings, signal } = turn;
    const conditions = conditionsOf(set.status.conditions ?? [], verdict, kubeTime(clock.now()));
    const current = this.#current(set);
    const listed = resourcesOf(current);
    const keepsRollout = rollout === undefined && !verdict.parametersGenerated;
    const status = {
      conditions,
      health: healthOf(conditions),
      resources: listed.slice(0, settings.resourcesMax),
      resourcesCount: listed.length,
      ...(rollout
        ? { applicationStatus: rollout.statuses }
        : keepsRollout && set.status.applicationStatus
          ? { applicationStatus: set.status.applicationStatus }
          : {}),
    } as unknown as JsonObject;
    const written = await ignoreMissing(
      patchStatus(client, setType, { object: set.object, status }, { fieldManager: setFieldManager, signal }),
    );
    if (written && written !== set.object) sets.observe(written);
  }

  async #dropRefresh({ set, signal }: Turn): Promise<void> {
    const refresh = 'argocd.argoproj.io/application-set-refresh';
    if (set.object.metadata.annotations?.[refresh] === undefined) return;
    const { client, setType, sets } = this.#options;
    const patch = { metadata: { annotations: { [refresh]: null } } };
    const at = { namespace: set.namespace, name: set.name };
    const written = await ignoreMissing(client.patch(setType, at, 'merge', patch, { signal }));
    if (written) sets.observe(written);
  }

  /** Deleting in reverse order takes a set that waits for it. */
  async #ensureFinalizer({ set, settings, signal }: Turn): Promise<void> {
    const finalizers = set.object.metadata.finalizers ?? [];
    if (!settings.progressiveSyncs || !deletesInReverse(set) || finalizers.includes(resourcesFinalizer)) return;
    const { client, setType } = this.#options;
    const at = { namespace: set.namespace, name: set.name };
    await client.patch(
      setType,
      at,
      'merge',
      { metadata: { finalizers: [...finalizers, resourcesFinalizer] } },
      { signal },
    );
  }

  /** A set on its way out: its Applications are let go where the policy forbids deleting, or deleted step by step. */
  async #remove(turn: Turn): Promise<Outcome> {
    const { set, settings, signal } = turn;
    const finalizers = set.object.metadata.finalizers ?? [];
    if (!finalizers.includes(resourcesFinalizer)) return { kind: 'settled' };
    const { client, setType, applicationType } = this.#options;
    const current = this.#current(set);
    if (!mayDelete(policyOf(settings, set.spec.syncPolicy?.applicationsSync))) {
      for (const { metadata } of current) {
        const at = { namespace: metadata.namespace, name: metadata.name ?? '' };
        await ignoreMissing(
          client.patch(applicationType, at, 'merge', { metadata: { ownerReferences: null } }, { signal }),
        );
      }
    } else if (deletesInReverse(set) && current.length > 0) {
      const { stepOf } = stepsFor(set, current);
      const last = Math.max(...current.map(({ metadata }) => stepOf.get(metadata.name ?? '') ?? -1));
      const due = current.filter(({ metadata }) => (stepOf.get(metadata.name ?? '') ?? -1) === last);
      const waiting = due.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
      await inParallel(waiting, (application) => this.#deleteOne(turn, application));
      return { kind: 'again', afterMs: 10_000 };
    }
    const rest = finalizers.filter((finalizer) => finalizer !== resourcesFinalizer);
    const at = { namespace: set.namespace, name: set.name };
    await ignoreMissing(client.patch(setType, at, 'merge', { metadata: { finalizers: rest } }, { signal }));
    return { kind: 'settled' };
  }
}

/** True where a turn has moved an Application from one state of the rollout to another. */
function movedOn({ status }: ApplicationSet, { statuses }: RolloutDecision): boolean {
  const before = new Map((status.applicationStatus ?? []).map((each) => [each.application, each.status]));
  return statuses.some((each) => before.get(each.application) !== each.status);
}

/** Only the last message is shown, to keep the status small. */
function invalidMessage(problems: ReadonlyMap<number, string>, generated: readonly KubeObject[]): string | undefined {
  const byName = [...problems].toSorted(([left], [right]) => {
    const [one, other] = [generated[left]?.metadata.name ?? '', generated[right]?.metadata.name ?? ''];
    return one < other ? -1 : one > other ? 1 : left - right;
  });
  const last = byName.at(-1)?.[1];
  return last === undefined || problems.size === 1 ? last : `${last} (and ${problems.size - 1} more)`;
}

/** The set syncs its Applications itself, so they must not. */
function withoutAutomation(application: KubeObject): KubeObject {
  const spec = objectOf(application['spec'] as Json | undefined) ?? {};
  const policy = objectOf(spec['syncPolicy']);
  const automated = objectOf(policy?.['automated']);
  if (!automated) return application;
  return { ...application, spec: { ...spec, syncPolicy: { ...policy, automated: { ...automated, enabled: false } } } };
}

function rolloutOperation(application: KubeObject, revisions: readonly string[]): JsonObject {
  const spec = objectOf(application['spec'] as Json | undefined) ?? {};
  const policy = objectOf(spec['syncPolicy']) ?? {};
  const automated = objectOf(policy['automated']);
  const sources = spec['sources'];
  const many = Array.isArray(sources) && sources.length > 0;
  const [revision] = revisions;
  return {
    initiatedBy: { username: 'applicationset-controller', automated: true },
    info: [{ name: 'Reason', value: 'ApplicationSet RollingSync triggered a sync of this Application resource' }],
    retry: policy['retry'] ?? { limit: 5 },
    sync: {
      ...(many ? { revisions } : revision === undefined ? {} : { revision }),
      ...(policy['syncOptions'] === undefined ? {} : { syncOptions: policy['syncOptions'] }),
      prune: automated !== undefined && automated['enabled'] !== false && automated['prune'] === true,
    },
  };
}

async function ignoreMissing(write: Promise<KubeObject>): Promise<KubeObject | undefined> {
  try {
    return await write;
  } catch (error) {
    if (isKubeError(error, 404)) return undefined;
    throw error;
  }
}

async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values();
  const worker = async (): Promise<void> => {
    for (const item of queue) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(writesAtOnce, items.length) }, worker));
}
