// All deliveries of a process. `reconcile` is the one way in: it reads the world, brings it nearer to what Git says if
// the policy allows, and answers what it found. It keeps nothing that could not be found out again.

import type { Refusal } from '@evenkeel/engine';
import type { ResourceType } from '@evenkeel/kube';
import { type KubeObject, type ObjectRef, refKey } from '@evenkeel/resource';
import type { ChartStore, SourceStore } from '@evenkeel/source';
import type { Clock } from '@evenkeel/std';
import type { Cluster } from './cluster.ts';
import { type Comparison, compareDelivery } from './compare/compare.ts';
import { aggregateHealth, decide } from './decide.ts';
import { imagesOf } from './images.ts';
import {
  type CommitReport,
  type Delivery,
  type DeliveryMemory,
  type DeliveryReport,
  type DeliverySource,
  type OperationReport,
  type SyncRequest,
  refusedReport,
} from './model.ts';
import { type Places, createPlaces, watchKey, watchSources } from './places.ts';
import { type PluginLimits, defaultPluginLimits } from './plugin/plugin-host.ts';
import { type Prepared, prepareObjects } from './prepare.ts';
import { type DismantleInput, dismantleDelivery } from './run/dismantle.ts';
import { type Operation, startOperation } from './run/operation.ts';
import { type RenderedDelivery, describeCommit, renderDelivery } from './sources.ts';
import { isTouched } from './touched.ts';
import { type World, describePlan, planTurn } from './turn.ts';

/** What became of a reconciliation. */
export interface Reconciled {
  readonly report: DeliveryReport;
  /** Reconcile again after this long even if nothing changes. */
  readonly againAfterMs?: number | undefined;
  /** True where `request` was taken up or refused: it need not be handed in again. */
  readonly requestTaken: boolean;
}

export interface ReconcileInput {
  readonly delivery: Delivery;
  readonly memory: DeliveryMemory;
  readonly request?: SyncRequest | undefined;
  /** 'normal' asks the sources anew; 'hard' forgets what was rendered as well. */
  readonly refresh?: 'normal' | 'hard' | undefined;
  readonly signal: AbortSignal;
}

export interface DeliveriesOptions {
  readonly store: SourceStore;
  /** Charts and artifacts; sources of these kinds are refused where it is not given. */
  readonly charts?: ChartStore;
  readonly plugins?: PluginLimits;
  readonly cluster: (name: string) => Cluster | undefined;
  readonly clock: Clock;
  /** Called when a delivery should be reconciled: its source, its objects or its operation changed. */
  readonly onWake: (key: string, urgency?: 'change' | 'background') => void;
  /** Called with every new report. */
  readonly onReport?: (report: DeliveryReport, delivery: Delivery) => void;
}

/** An operation that ends sooner than this is reported once, at its end. One that waits for nothing has more time. */
const QUIET_MS = 400;
const QUIET_WRITING_MS = 2000;

/** What the cluster refuses today (a quota, a permission, a webhook) it may take later; nobody tells us when. */
const ASK_AGAIN_MS = 60_000;

interface State {
  delivery: Delivery;
  rendered?: RenderedDelivery;
  prepared?: {
    readonly rendered: RenderedDelivery;
    readonly fingerprint: string;
    readonly compare: Delivery['compare'];
    readonly value: Prepared;
  };
  commit?: CommitReport | undefined;
  operation?: Operation;
  report?: DeliveryReport;
  /** The revision and intention last seen in sync. */
  settled?: { readonly revision: string; readonly fingerprint: string };
  stopWatching: readonly (() => void)[];
  watchedUrls: string;
  watchedAccess: DeliverySource['access'];
}

export class Deliveries implements AsyncDisposable {
  readonly #options: DeliveriesOptions;
  readonly #places: Places;
  readonly #states = new Map<string, State>();
  readonly #watchedClusters = new Map<string, () => void>();
  readonly #refusedReports = new Map<string, DeliveryReport>();
  #operations = 0;

  constructor(options: DeliveriesOptions) {
    this.#options = options;
    this.#places = createPlaces({ store: options.store, charts: options.charts, clock: options.clock });
  }

  /** The last report of a delivery. */
  report(key: string): DeliveryReport | undefined {
    return this.#states.get(key)?.report ?? this.#refusedReports.get(key);
  }

  /** The delivery as it was last reconciled. */
  delivery(key: string): Delivery | undefined {
    return this.#states.get(key)?.delivery;
  }

  /** The object as the source wants it, with our marks; undefined where the source has none such. */
  desired(key: string, ref: ObjectRef): KubeObject | undefined {
    const prepared = this.#states.get(key)?.prepared?.value.objects ?? [];
    const wanted = refKey(ref);
    return prepared.find((object) => refKey(object.ref) === wanted)?.desired.object;
  }

  /** True where this process has run an operation of the delivery, or runs it now. */
  hasOperated(key: string): boolean {
    return this.#states.get(key)?.operation !== undefined;
  }

  /** All reports there are. */
  reports(): readonly DeliveryReport[] {
    return [...[...this.#states.values()].flatMap((state) => state.report ?? []), ...this.#refusedReports.values()];
  }

  /** Forgets a delivery that no longer exists. What it has live stays. */
  forget(key: string): void {
    const state = this.#states.get(key);
    state?.operation?.terminate('the application was deleted');
    for (const stop of state?.stopWatching ?? []) stop();
    this.#states.delete(key);
    this.#refusedReports.delete(key);
  }

  /** Records that a delivery's own resource cannot be translated; what it has live stays. */
  noteRefused(key: string, report: DeliveryReport): void {
    const state = this.#states.get(key);
    if (state) state.report = { ...report, resources: state.report?.resources ?? [] };
    else this.#refusedReports.set(key, report);
  }

  /** Deletes everything a delivery has live, the last wave first; answers how many objects are left. */
  dismantle(input: DismantleInput): Promise<{ readonly left: number }> {
    const cluster = this.#options.cluster(input.delivery.destination.cluster);
    if (!cluster) return Promise.resolve({ left: 0 });
    this.#watchCluster(cluster);
    this.#states.get(input.delivery.key)?.operation?.terminate('the application is being deleted');
    return dismantleDelivery(input, cluster);
  }

  /** Ends the running operation, if there is one. */
  terminate(key: string, why: string): boolean {
    const operation = this.#states.get(key)?.operation;
    if (operation?.report.phase !== 'running') return false;
    operation.terminate(why);
    return true;
  }

  /** Reads the world, acts if the policy or the request says so, and answers what is. */
  async reconcile(input: ReconcileInput): Promise<Reconciled> {
    const { delivery, signal } = input;
    const state = this.#stateOf(delivery);
    const cluster = this.#options.cluster(delivery.destination.cluster);
    if (!cluster) return this.#refused(state, clusterUnknown(delivery));
    this.#watchCluster(cluster);
    this.#watchSources(state);
    if (input.refresh === 'hard') forgetRendered(state);
    const { revision } = input.request ?? {};
    const sources =
      revision === undefined
        ? delivery.sources
        : delivery.sources.map((source) => ({ ...source, revision, hold: undefined }));
    const rendered = await renderDelivery({
      delivery,
      sources,
      places: this.#places,
      plugins: this.#options.plugins ?? defaultPluginLimits,
      cluster,
      previous: state.rendered,
      refresh: input.refresh !== undefined,
      signal,
    });
    if (rendered.refusals.length === 0) state.rendered = rendered;
    await this.#describe(state, rendered);
    if (rendered.refusals.length > 0) return this.#unrendered(input, state, rendered);
    const prepared = await this.#prepare(state, rendered, cluster);
    await watchTypes(prepared, input, cluster);
    const askAnew = input.refresh !== undefined || input.request !== undefined;
    const compare = (): Promise<Comparison> =>
      compareDelivery({ delivery, prepared, memory: input.memory, cluster, askAnew, signal });
    const compared = await comparedAtRest(state, compare);
    return this.#act(input, state, { rendered, prepared, compared, cluster, compare });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const stop of this.#watchedClusters.values()) stop();
    const running = [...this.#states.values()].flatMap((state) => state.operation ?? []);
    for (const operation of running) operation.terminate('the controller stops');
    await Promise.all(running.map((operation) => operation.done));
    for (const key of this.#states.keys()) this.forget(key);
    this.#places[Symbol.dispose]();
  }

  async #act(input: ReconcileInput, state: State, world: World): Promise<Reconciled> {
    const { delivery, memory, request } = input;
    const running = state.operation?.report.phase === 'running' || state.operation?.report.phase === 'terminating';
    const revision = world.rendered.revisions.join(',');
    if (running && state.operation) {
      const current = state.operation.report;
      const newer = current.revision !== revision || current.fingerprint !== delivery.fingerprint;
      if (newer && delivery.policy.automatic) state.operation.terminate('superseded by a newer revision');
      return this.#settle(state, reportOf(state, world, memory), { requestTaken: false });
    }
    const last = newest(state.operation?.report, memory.lastOperation);
    if (last?.recorded === true && last.phase === 'terminating')
      state.operation = this.#finished(input, world.rendered, 'failed', last.message);
    const report = reportOf(state, world, memory);
    if (report.sync === 'synced') state.settled = { revision, fingerprint: delivery.fingerprint };
    const blocking = report.refusals.filter((refusal) => refusal.code !== 'TWO_OWNERS');
    if (blocking.length > 0) return this.#blocked(input, state, report, blocking);
    const decision = decide({
      delivery,
      report,
      memory: { ...memory, lastOperation: last, settledRevision: settledRevision(state, memory) },
      request,
      nowMs: this.#options.clock.now(),
    });
    switch (decision.kind) {
      case 'nothing':
        return this.#settle(state, report, { requestTaken: false });
      case 'wait':
        return this.#settle(state, report, { requestTaken: false, againAfterMs: decision.afterMs });
      case 'refuse':
        return this.#blocked(input, state, { ...report, refusals: [...report.refusals, decision.refusal] }, [
          decision.refusal,
        ]);
      case 'sync':
        return this.#sync({ input, state, world, report, ...decision });
    }
  }

  async #sync(turn: {
    readonly input: ReconcileInput;
    readonly state: State;
    readonly world: World;
    readonly report: DeliveryReport;
    readonly retryCount: number;
    readonly cause: 'requested' | 'revision' | 'drift' | 'retry';
  }): Promise<Reconciled> {
    const { input, state, world } = turn;
    const { delivery, request } = input;
    const heals = turn.cause === 'drift';
    const plan = planTurn(input, world, { heals });
    if (request?.dryRun === true) {
      state.operation = this.#finished(input, world.rendered, 'succeeded', describePlan(plan));
      return this.#settle(state, { ...turn.report, operation: state.operation.report }, { requestTaken: true });
    }
    const initiatedBy = request?.initiatedBy ?? { automated: true };
    let announced = false;
    const startedAtMs = this.#options.clock.now();
    const quietMs = plan.stages.some((stage) => stage.waitHealthy) ? QUIET_MS : QUIET_WRITING_MS;
    const operation = startOperation({
      id: request?.id ?? `auto-${(this.#operations += 1)}`,
      plan,
      delivery,
      cluster: world.cluster,
      revision: world.rendered.revisions.join(','),
      retryCount: turn.retryCount,
      initiatedBy,
      request,
      heals,
      clock: this.#options.clock,
      onProgress: (urgent) => {
        if (urgent || (announced && this.#options.clock.now() - startedAtMs > quietMs))
          this.#options.onWake(delivery.key);
      },
    });
    state.operation = operation;
    await Promise.race([operation.done, this.#options.clock.sleep(quietMs, input.signal).catch(() => undefined)]);
    announced = true;
    if (operation.report.finishedAtMs === undefined)
      return this.#settle(state, { ...turn.report, operation: operation.report }, { requestTaken: true });
    // What it wrote is in the cache already: its end and what it led to are told at once, in one write.
    const after = reportOf(state, { ...world, compared: await world.compare() }, input.memory);
    if (after.sync === 'synced')
      state.settled = { revision: after.revisions.join(','), fingerprint: delivery.fingerprint };
    return this.#settle(state, after, { requestTaken: true });
  }

  /** Something stands in the way of a sync. Nothing is written; the attempt is recorded once per revision. */
  #blocked(input: ReconcileInput, state: State, report: DeliveryReport, why: readonly Refusal[]): Reconciled {
    const { delivery, memory, request } = input;
    const last = newest(state.operation?.report, memory.lastOperation);
    const revision = report.revisions.join(',');
    const attempted =
      last?.phase !== 'succeeded' && last?.revision === revision && last.fingerprint === delivery.fingerprint;
    const wanted = request !== undefined || (delivery.policy.automatic && report.sync !== 'synced' && !attempted);
    if (wanted) {
      const message = why.map((refusal) => refusal.sentence).join('; ');
      const { report: refused, ...rest } = this.#finished(input, report, 'failed', message);
      state.operation = { ...rest, report: { ...refused, blocked: true } };
    }
    const operation = state.operation?.report ?? report.operation;
    const againAfterMs = why.some(({ code }) => code === 'INVALID_OBJECT') ? ASK_AGAIN_MS : undefined;
    return this.#settle(state, { ...report, operation }, { requestTaken: request !== undefined, againAfterMs });
  }

  #unrendered(input: ReconcileInput, state: State, rendered: RenderedDelivery): Reconciled {
    const before = state.report;
    const report: DeliveryReport = {
      key: input.delivery.key,
      revisions: rendered.revisions,
      commit: state.commit,
      renderers: rendered.sources.map((source) => source.rendering.renderer),
      sync: 'unknown',
      health: before?.health ?? { status: 'unknown' },
      resources: (before?.resources ?? []).map((resource) => ({ ...resource, sync: 'unknown' })),
      images: before?.images ?? [],
      refusals: rendered.refusals,
      warnings: [],
      operation: state.operation?.report ?? input.memory.lastOperation,
    };
    return this.#blocked(input, state, report, rendered.refusals);
  }

  #finished(
    input: ReconcileInput,
    rendered: Pick<RenderedDelivery, 'revisions'>,
    phase: 'succeeded' | 'failed',
    message: string,
  ): Operation {
    const nowMs = this.#options.clock.now();
    const report: OperationReport = {
      id: input.request?.id ?? `auto-${(this.#operations += 1)}`,
      phase,
      message,
      revision: rendered.revisions.join(','),
      fingerprint: input.delivery.fingerprint,
      startedAtMs: nowMs,
      finishedAtMs: nowMs,
      steps: [],
      retryCount: 0,
      initiatedBy: input.request?.initiatedBy ?? { automated: true },
      partial: true,
      request: input.request,
    };
    return { report, done: Promise.resolve(), terminate: () => undefined };
  }

  #refused(state: State, refusal: Refusal): Reconciled {
    const report = refusedReport(state.delivery.key, [refusal]);
    return this.#settle(state, report, { requestTaken: false });
  }

  #settle(state: State, report: DeliveryReport, rest: Omit<Reconciled, 'report'>): Reconciled {
    state.report = report;
    this.#options.onReport?.(report, state.delivery);
    return { report, ...rest };
  }

  #stateOf(delivery: Delivery): State {
    this.#refusedReports.delete(delivery.key);
    const known = this.#states.get(delivery.key);
    if (known) {
      known.delivery = delivery;
      return known;
    }
    const state: State = { delivery, stopWatching: [], watchedUrls: '', watchedAccess: undefined };
    this.#states.set(delivery.key, state);
    return state;
  }

  async #prepare(state: State, rendered: RenderedDelivery, cluster: Cluster): Promise<Prepared> {
    const { delivery } = state;
    const known = state.prepared;
    const complete =
      known?.value.refusals.length === 0 && known.value.objects.every((object) => object.type !== undefined);
    const same =
      known !== undefined &&
      known.fingerprint === delivery.fingerprint &&
      known.compare === delivery.compare &&
      known.rendered.sources.length === rendered.sources.length &&
      known.rendered.sources.every((source, index) => source.rendering === rendered.sources[index]?.rendering);
    if (same && complete) return known.value;
    const objects = rendered.sources.flatMap((source) => source.rendering.objects);
    const value = await prepareObjects(objects, delivery, cluster.client.discovery);
    state.prepared = { rendered, fingerprint: delivery.fingerprint, compare: delivery.compare, value };
    return value;
  }

  async #describe(state: State, rendered: RenderedDelivery): Promise<void> {
    const [sha] = rendered.revisions;
    const [source] = state.delivery.sources;
    if (sha === undefined || source === undefined || state.commit?.sha === sha) return;
    state.commit = await describeCommit(this.#options.store, source, sha);
  }

  #watchSources(state: State): void {
    const { delivery } = state;
    const key = watchKey(delivery.sources);
    // All sources of a delivery may use the same credentials.
    const access = delivery.sources[0]?.access;
    if (key === state.watchedUrls && access === state.watchedAccess) return;
    for (const stop of state.stopWatching) stop();
    state.watchedUrls = key;
    state.watchedAccess = access;
    state.stopWatching = watchSources(this.#places, delivery.sources, () => void this.#sourceMoved(state));
  }

  /** A commit that touches nothing of a delivery is only noted; those that it touches go first. */
  async #sourceMoved(state: State): Promise<void> {
    const touched = await isTouched(state.delivery, state.rendered, this.#places);
    this.#options.onWake(state.delivery.key, touched ? 'change' : 'background');
  }

  #watchCluster(cluster: Cluster): void {
    if (this.#watchedClusters.has(cluster.name)) return;
    const stopOwned = cluster.live.onOwnedChange((key) => this.#options.onWake(key));
    const stopKinds = cluster.onKindsChange(() => {
      for (const [key, { report }] of this.#states)
        if (report?.refusals.some(({ code }) => code === 'UNKNOWN_KIND') === true) this.#options.onWake(key);
    });
    this.#watchedClusters.set(cluster.name, () => {
      stopOwned();
      stopKinds();
    });
  }
}

/** A comparison that an operation ended under would show its writes as missing, and have them made again. */
async function comparedAtRest(state: State, compare: () => Promise<Comparison>): Promise<Comparison> {
  for (;;) {
    const before = state.operation?.report.phase;
    const compared = await compare();
    if (before === undefined || before === state.operation?.report.phase) return compared;
  }
}

function reportOf(state: State, { rendered, prepared, compared }: World, memory: DeliveryMemory): DeliveryReport {
  const drifted = compared.resources.some((resource) => resource.sync === 'drifted' && !resource.hook);
  return {
    key: state.delivery.key,
    revisions: rendered.revisions,
    commit: state.commit,
    renderers: rendered.sources.map((source) => source.rendering.renderer),
    sync: drifted || prepared.refusals.length > 0 ? 'drifted' : 'synced',
    health: aggregateHealth(compared.resources),
    resources: compared.resources,
    images: imagesOf(prepared.objects.map((object) => object.desired.object)),
    refusals: [...prepared.refusals, ...compared.refusals],
    warnings: [
      ...prepared.warnings,
      ...compared.warnings,
      ...rendered.sources.flatMap((source) => source.rendering.warnings),
    ],
    operation: state.operation?.report ?? memory.lastOperation,
  };
}

/** Everything a delivery has or had is watched before it is compared. */
async function watchTypes(prepared: Prepared, { delivery, memory }: ReconcileInput, cluster: Cluster): Promise<void> {
  const types = new Map<string, ResourceType>();
  const add = (type: ResourceType | undefined): void => {
    if (type) types.set(`${type.group}/${type.kind}`, type);
  };
  for (const object of prepared.objects) add(object.type);
  const inventory = memory.inventory.filter((entry) => !types.has(`${entry.group}/${entry.kind}`));
  const kinds = [...new Map(inventory.map((entry) => [`${entry.group}/${entry.kind}`, entry])).values()];
  for (const kind of kinds) add(await cluster.client.discovery.preferred(kind));
  if (delivery.policy.createNamespace) add(await cluster.client.discovery.preferred({ group: '', kind: 'Namespace' }));
  await cluster.live.watch([...types.values()]);
}

/** What this process saw in sync counts, unless the intention has changed since; else what the resource remembers. */
function settledRevision({ settled, delivery }: State, memory: DeliveryMemory): string | undefined {
  return settled?.fingerprint === delivery.fingerprint ? settled.revision : memory.settledRevision;
}

function forgetRendered(state: State): void {
  delete state.rendered;
  delete state.prepared;
}

function newest(left: OperationReport | undefined, right: OperationReport | undefined): OperationReport | undefined {
  if (!left || !right) return left ?? right;
  return left.startedAtMs >= right.startedAtMs ? left : right;
}

function clusterUnknown(delivery: Delivery): Refusal {
  return {
    code: 'DESTINATION_UNKNOWN',
    sentence: `the destination cluster "${delivery.destination.cluster}" is not known`,
    remedy: 'Name a cluster that Evenkeel is connected to.',
  };
}
