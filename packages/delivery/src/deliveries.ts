// All deliveries of a process. `reconcile` is the one way in: it reads the world, brings it nearer to what Git says if
// the policy allows, and answers what it found. It keeps nothing that could not be found out again.

import type { Refusal } from '@evenkeel/engine';
import { type KubeObject, type ObjectRef, refKey } from '@evenkeel/resource';
import type { ChartStore, SourceStore } from '@evenkeel/source';
import type { Clock } from '@evenkeel/std';
import { type Cluster, clusterAs } from './cluster.ts';
import { ClusterWatches } from './cluster-watches.ts';
import { type Comparison, compareDelivery } from './compare/compare.ts';
import { type Decision, decide, pendingRequest } from './decide.ts';
import { DesiredState, type Wanted, forgetRendered, nothingWanted } from './desired.ts';
import { type Found, isRunning, newest, reportFound, settledRevision, watchTypes } from './found.ts';
import { Dependencies, type Known } from './guard/dependencies.ts';
import { pruneRefusal } from './guard/prune-budget.ts';
import { type Held, closedNow, heldReport, waitMs } from './held.ts';
import { unverified } from './integrity.ts';
import type { Closed } from './limits.ts';
import {
  type Delivery,
  type DeliveryReport,
  type Farewell,
  type OperationReport,
  type StepReport,
  type SyncRequest,
  refusedReport,
} from './model.ts';
import type { PluginLimits } from './plugin/plugin-host.ts';
import { lostReport, whileReachable } from './reach.ts';
import { askAgainMs, blockedMessage, clusterUnknown, failedSteps, standsInTheWay, waitsForNext } from './refusals.ts';
import { type Preview, previewDelivery } from './preview.ts';
import type { ReconcileInput, Reconciled } from './reconciled.ts';
import { asRequested, isPinned, retryOf } from './request.ts';
import { type DismantleInput, type Dismantled, dismantleDelivery } from './run/dismantle.ts';
import { type FarewellState, clearFarewells, runFarewells } from './run/farewell.ts';
import { type Operation, endedOperation, startOperation } from './run/operation.ts';
import { rehearsePlan } from './run/rehearse.ts';
import type { RenderedDelivery } from './sources.ts';
import { type World, comparedAtRest, describePlan, planTurn } from './turn.ts';
import { unrenderedReport } from './unrendered.ts';
import { hasToBeOnRecord, isOwed, unrecordedOperation } from './unrecorded.ts';

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
  /** Called when what an operation has come to is on record. */
  readonly onRecorded?: (key: string) => void;
}

/** An operation that ends sooner than this is reported once, at its end. One that waits for nothing has more time. */
const QUIET_MS = 400;
const QUIET_WRITING_MS = 2000;

interface State extends Found, Wanted {
  delivery: Delivery;
  operation?: Operation;
  report?: DeliveryReport;
  /** A sync that was asked for and may not run yet. */
  held?: Held | undefined;
  /** The last report of an operation that the resource itself tells of. */
  onRecord?: OperationReport | undefined;
}

export class Deliveries implements AsyncDisposable {
  readonly #options: DeliveriesOptions;
  readonly #desired: DesiredState;
  readonly #states = new Map<string, State>();
  readonly #clusters: ClusterWatches;
  readonly #refusedReports = new Map<string, DeliveryReport>();
  readonly #dependencies: Dependencies;
  #operations = 0;

  constructor(options: DeliveriesOptions) {
    this.#options = options;
    this.#clusters = new ClusterWatches(this.#states, options.onWake);
    const look = (key: string): Known => ({ delivery: this.delivery(key), report: this.report(key) });
    this.#dependencies = new Dependencies(look, options.onWake);
    this.#desired = new DesiredState(options);
  }

  /** How many sources have been rendered since the start. */
  get renders(): number {
    return this.#desired.renders;
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
    this.#dependencies.told(key);
  }

  /** What a sync with this request would find; undefined for a delivery that has not been reconciled yet. */
  async preview(key: string, request: SyncRequest, signal: AbortSignal): Promise<Preview | undefined> {
    const delivery = this.delivery(key);
    const cluster = delivery && this.#clusterOf(delivery);
    return cluster && previewDelivery({ delivery, request, signal }, this.#desired, cluster);
  }

  /** Records that a delivery's own resource cannot be translated; what it has live stays. What runs of it may have to end. */
  noteRefused(key: string, report: DeliveryReport, ends = false): OperationReport | undefined {
    const state = this.#states.get(key);
    if (ends) state?.operation?.terminate(blockedMessage(report.refusals));
    const operation = state?.operation?.report;
    if (state) state.report = { ...report, resources: state.report?.resources ?? [], operation };
    else this.#refusedReports.set(key, report);
    this.#dependencies.told(key);
    return operation;
  }

  /** Deletes everything a delivery has live, the last wave first; answers how many objects are left. */
  dismantle(input: DismantleInput): Promise<Dismantled> {
    const cluster = this.#clusterOf(input.delivery);
    if (!cluster) return Promise.resolve({ left: 0 });
    this.#clusters.watch(cluster, input.delivery);
    this.#states.get(input.delivery.key)?.operation?.terminate('the application is being deleted');
    return dismantleDelivery(input, cluster);
  }

  /** Runs the hooks of a delivery that goes; call it again when one of them has changed. */
  async farewell(input: Omit<ReconcileInput, 'refresh' | 'request'>, when: Farewell): Promise<FarewellState> {
    const { delivery, signal } = input;
    const state = this.#stateOf(delivery);
    const cluster = this.#clusterOf(delivery);
    if (!cluster) return { kind: 'done' };
    this.#clusters.watch(cluster, delivery);
    const rendered = await this.#desired.render(input, state, { cluster, request: undefined });
    const [refusal] = rendered.refusals;
    if (refusal) return { kind: 'failed', sentence: refusal.sentence };
    const prepared = await this.#desired.prepare(state, rendered, cluster);
    const objects = prepared.farewells.filter((farewell) => farewell.when === when);
    return runFarewells({ delivery, when, objects, cluster, memory: input.memory, signal });
  }

  /** Deletes what such hooks have left, as their rules say. */
  clearFarewell(input: DismantleInput, when: Farewell): Promise<FarewellState> {
    const cluster = this.#clusterOf(input.delivery);
    if (!cluster) return Promise.resolve({ kind: 'done' });
    this.#clusters.watch(cluster, input.delivery);
    return clearFarewells({ ...input, when, cluster });
  }

  /** Says that the last report is on record: what has to be on record before it begins may begin. */
  written(key: string): void {
    const state = this.#states.get(key);
    if (!state?.operation || state.report?.operation !== state.operation.report) return;
    const isNews = state.onRecord !== state.operation.report;
    state.onRecord = state.operation.report;
    state.operation.begin();
    if (isNews) this.#options.onRecorded?.(key);
  }

  /** False from the end of an operation until that end is on record: whoever waits for it waits for both. */
  isOnRecord(key: string): boolean {
    return !isOwed(this.#states.get(key) ?? {});
  }

  /** Ends the running operation, if there is one. */
  terminate(key: string, why: string): boolean {
    const state = this.#states.get(key);
    if (state?.held) {
      state.held = { ...state.held, ended: why };
      this.#options.onWake(key);
      return true;
    }
    const operation = state?.operation;
    if (operation?.report.phase !== 'running') return false;
    operation.terminate(why);
    return true;
  }

  /** Reads the world, acts if the policy or the request says so, and answers what is. */
  async reconcile(input: ReconcileInput): Promise<Reconciled> {
    const state = this.#stateOf(input.delivery);
    const last = newest(state.operation?.report, input.memory.lastOperation);
    const { delivery: ours } = input;
    const nowMs = this.#options.clock.now();
    const pending = isRunning(state.operation?.report) ? undefined : pendingRequest({ delivery: ours, nowMs }, last);
    const request = input.request ?? pending;
    const delivery = asRequested(ours, request);
    const cluster = this.#clusterOf(delivery);
    if (!cluster) return this.#refused(state, clusterUnknown(delivery));
    this.#clusters.watch(cluster, delivery);
    this.#desired.watch(state);
    if (input.refresh === 'hard') forgetRendered(state);
    const asked = { ...input, delivery, refresh: (state.owed ??= input.refresh) };
    return whileReachable(
      cluster,
      () => this.#reconcileOn(asked, state, { cluster, request }),
      (refusal) => this.#lost(asked, state, refusal),
    );
  }

  async #reconcileOn(
    input: ReconcileInput,
    state: State,
    { cluster, request }: { readonly cluster: Cluster; readonly request: SyncRequest | undefined },
  ): Promise<Reconciled> {
    const { delivery, signal } = input;
    const rendered = await this.#desired.render({ ...input, delivery: state.delivery }, state, { cluster, request });
    state.owed = undefined;
    await this.#desired.describe(state, rendered);
    if (rendered.refusals.length > 0) return this.#unrendered(input, state, rendered);
    const prepared = await this.#desired.prepare(state, rendered, cluster);
    await watchTypes(prepared, input, cluster);
    const asked = { ...input, prepared, cluster, askAnew: input.refresh !== undefined || request !== undefined };
    const strangers = await unverified(delivery, rendered.revisions, { request, signal });
    const compare = async (): Promise<Comparison> => {
      const found = await compareDelivery({ ...asked, underWay: isRunning(state.operation?.report) });
      return strangers.length === 0 ? found : { ...found, refusals: [...strangers, ...found.refusals] };
    };
    const compared = await comparedAtRest(state, compare);
    return this.#act(input, state, { rendered, prepared, compared, cluster, compare });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#clusters[Symbol.dispose]();
    const running = [...this.#states.values()].flatMap((state) => state.operation ?? []);
    for (const operation of running) operation.leave();
    await Promise.all(running.map((operation) => operation.done));
    for (const key of this.#states.keys()) this.forget(key);
    this.#desired[Symbol.dispose]();
  }

  async #act(input: ReconcileInput, state: State, world: World): Promise<Reconciled> {
    const { delivery, memory, request } = input;
    const revision = world.rendered.revisions.join(',');
    if (state.operation && isRunning(state.operation.report)) {
      const current = state.operation.report;
      const newer = current.revision !== revision || current.fingerprint !== delivery.fingerprint;
      const ours = current.initiatedBy.automated || !isPinned(current.request);
      if (newer && ours && delivery.policy.automatic) state.operation.terminate('superseded by a newer revision');
      if (delivery.policy.approvedAtMs !== undefined) state.operation.approve(delivery.policy.approvedAtMs);
      return this.#settle(state, reportFound(state, world, memory), { requestTaken: false });
    }
    const last = newest(state.operation?.report, memory.lastOperation);
    if (last?.recorded === true && last.phase === 'terminating')
      state.operation = this.#finished(input, world.rendered, 'failed', 'Operation terminated');
    // Nothing takes the place of an end that is on no record yet, nor of one that no process lived to record.
    const unrecorded = isOwed(state) ? undefined : unrecordedOperation(state, { ...world, ...input, last });
    if (unrecorded) state.operation = endedOperation(unrecorded);
    const report = reportFound(state, world, memory);
    if (isOwed(state)) return this.#settle(state, report, { requestTaken: false, againAfterMs: 0 });
    if (report.sync === 'synced') state.settled = { revision, fingerprint: delivery.fingerprint };
    const blocking = standsInTheWay(report.refusals, delivery, request);
    if (blocking.length > 0) return this.#blocked(input, state, report, blocking);
    const decision = decide({
      delivery,
      report,
      memory: { ...memory, lastOperation: last, settledRevision: settledRevision(state, memory) },
      request,
      nowMs: this.#options.clock.now(),
    });
    const resumes = decision.kind === 'sync' && decision.cause !== 'requested' ? last : undefined;
    const nowMs = this.#options.clock.now();
    const closed =
      decision.kind === 'sync' ? closedNow(delivery, { request: decision.request, resumes, nowMs }) : undefined;
    if (closed) return this.#hold(input, state, report, closed);
    delete state.held;
    const waits = this.#dependencies.blocks(delivery, decision, report);
    if (waits) return this.#settle(state, withRefusal(report, waits), { requestTaken: false });
    switch (decision.kind) {
      case 'nothing':
        return this.#settle(state, report, { requestTaken: false });
      case 'wait':
        return this.#settle(state, report, { requestTaken: false, againAfterMs: decision.afterMs });
      case 'reject':
        // It has tried no revision.
        state.operation = this.#finished(input, { revisions: [] }, 'error', decision.sentence);
        return this.#settle(state, { ...report, operation: state.operation.report }, { requestTaken: true });
      case 'refuse':
        return this.#blocked(input, state, withRefusal(report, decision.refusal), [decision.refusal]);
      case 'sync':
        return this.#sync({ input: { ...input, request: decision.request }, state, world, report, decision, last });
    }
  }

  /** Its time has not come: what was asked for stays asked for, and everything else is told as it is. */
  #hold({ delivery, request }: ReconcileInput, state: State, report: DeliveryReport, closed: Closed): Reconciled {
    const nowMs = this.#options.clock.now();
    const asked = request !== undefined && !isRunning(state.operation?.report);
    if (asked) state.held ??= { sinceMs: nowMs };
    const held = asked ? state.held : undefined;
    const told = heldReport(report, closed, held && request ? { delivery, request, held, nowMs } : undefined);
    const isEnded = held?.ended !== undefined;
    if (isEnded) delete state.held;
    return this.#settle(state, told, { requestTaken: isEnded, againAfterMs: waitMs(closed, nowMs) });
  }

  /** The cluster does not answer. Nothing is written or deleted; what somebody asked for has failed. */
  #lost(input: ReconcileInput, state: State, refusal: Refusal): Reconciled {
    const { delivery, memory, request } = input;
    const before = state.report;
    const revisions = before?.revisions ?? [];
    const isTaken = request !== undefined && !isRunning(state.operation?.report) && !isOwed(state);
    if (isTaken) state.operation = this.#finished(input, { revisions }, 'error', refusal.sentence);
    const operation = state.operation?.report ?? memory.lastOperation;
    const report = lostReport({ ...refusedReport(delivery.key, [refusal]), commit: state.commit, operation }, before);
    return this.#settle(state, report, { requestTaken: isTaken });
  }

  async #sync(turn: Turn): Promise<Reconciled> {
    const { input, state, world, decision, last } = turn;
    const { delivery, request } = input;
    const { clock } = this.#options;
    const healings = decision.healings ?? 0;
    const plan = planTurn(input, world, { heals: healings > 0 });
    const revision = world.rendered.revisions.join(',');
    if (request?.dryRun === true) return this.#rehearse(turn, plan);
    const { resources } = world.compared;
    const tooMuch = pruneRefusal({ delivery, request, plan, resources, revision, last });
    if (tooMuch) return this.#blocked(input, state, withRefusal(turn.report, tooMuch), [tooMuch]);
    let announced = false;
    const startedAtMs = clock.now();
    const quietMs = plan.stages.some(({ waitFor }) => waitFor !== 'nothing') ? QUIET_MS : QUIET_WRITING_MS;
    const operation = startOperation({
      id: decision.cause === 'resumed' && last ? last.id : (request?.id ?? `auto-${(this.#operations += 1)}`),
      plan,
      delivery,
      cluster: world.cluster,
      revision,
      retryCount: decision.retryCount,
      retry: retryOf(delivery, request),
      initiatedBy: request?.initiatedBy ?? { automated: true },
      request,
      healings,
      recordFirst: hasToBeOnRecord(plan, { last, healings, nowMs: startedAtMs }),
      // A newer revision begins anew.
      resumed: decision.cause === 'resumed' && last?.revision === revision ? last : undefined,
      clock,
      onProgress: (urgent) => {
        // The state is kept anyway; the delivery of this turn is not kept with an operation that has ended.
        if (urgent || (announced && clock.now() - startedAtMs > quietMs)) this.#options.onWake(state.delivery.key);
      },
    });
    state.operation = operation;
    if (!operation.isRecordedFirst)
      await Promise.race([operation.done, clock.sleep(quietMs, input.signal).catch(() => undefined)]);
    announced = true;
    if (isRunning(operation.report))
      return this.#settle(state, { ...turn.report, operation: operation.report }, { requestTaken: true });
    // What it wrote is in the cache already: its end and what it led to are told at once, in one write.
    const after = reportFound(state, { ...world, compared: await world.compare() }, input.memory);
    if (after.sync === 'synced') state.settled = { revision, fingerprint: delivery.fingerprint };
    return this.#settle(state, after, { requestTaken: true });
  }

  async #rehearse({ input, state, world, report }: Turn, plan: ReturnType<typeof planTurn>): Promise<Reconciled> {
    const { delivery, signal } = input;
    const { clock } = this.#options;
    const revision = world.rendered.revisions.join(',');
    const steps = await rehearsePlan(plan, { delivery, cluster: world.cluster, clock, signal, revision });
    const failed = steps.filter(({ status }) => status === 'failed');
    const said = failed.length > 0 ? 'one or more objects failed to apply (dry run)' : describePlan(plan);
    state.operation = this.#finished(input, world.rendered, failed.length > 0 ? 'failed' : 'succeeded', said, steps);
    return this.#settle(state, { ...report, operation: state.operation.report }, { requestTaken: true });
  }

  /** Something stands in the way of a sync. Nothing is written; the attempt is recorded once per revision. */
  #blocked(input: ReconcileInput, state: State, report: DeliveryReport, why: readonly Refusal[]): Reconciled {
    const { delivery, memory, request } = input;
    const last = newest(state.operation?.report, memory.lastOperation);
    const revision = report.revisions.join(',');
    const isSame = last?.revision === revision && last.fingerprint === delivery.fingerprint;
    const attempted = isSame && last.phase !== 'succeeded' && !waitsForNext(last);
    // What cannot be rendered is not attempted by itself: the last operation stays what is told of.
    const isDue = delivery.policy.automatic && report.sync === 'drifted' && !attempted;
    const wanted = request !== undefined || isDue;
    if (wanted && isOwed(state))
      return this.#settle(
        state,
        { ...report, operation: state.operation?.report },
        { requestTaken: false, againAfterMs: 0 },
      );
    if (wanted) {
      const steps = failedSteps(why);
      const phase = report.sync === 'unknown' ? 'error' : 'failed';
      const { report: refused, ...rest } = this.#finished(input, report, phase, blockedMessage(why), steps);
      state.operation = { ...rest, report: { ...refused, blocked: true } };
    }
    const operation = state.operation?.report ?? report.operation;
    return this.#settle(
      state,
      { ...report, operation },
      { requestTaken: request !== undefined, againAfterMs: askAgainMs(why) },
    );
  }

  #unrendered(input: ReconcileInput, state: State, rendered: RenderedDelivery): Reconciled {
    const report = unrenderedReport(input, state, rendered);
    return this.#blocked(input, state, report, rendered.refusals);
  }

  #finished(
    input: ReconcileInput,
    rendered: Pick<RenderedDelivery, 'revisions'>,
    phase: 'succeeded' | 'failed' | 'error',
    message: string,
    steps: readonly StepReport[] = [],
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
      steps,
      retryCount: 0,
      initiatedBy: input.request?.initiatedBy ?? { automated: true },
      partial: true,
      request: input.request,
    };
    return endedOperation(report);
  }

  #refused(state: State, refusal: Refusal): Reconciled {
    const report = refusedReport(state.delivery.key, [refusal]);
    return this.#settle(state, report, { requestTaken: false });
  }

  #settle(state: State, report: DeliveryReport, rest: Omit<Reconciled, 'report'>): Reconciled {
    state.report = report;
    this.#options.onReport?.(report, state.delivery);
    this.#dependencies.told(report.key);
    return { report, ...rest };
  }

  #stateOf(delivery: Delivery): State {
    this.#refusedReports.delete(delivery.key);
    const known = this.#states.get(delivery.key);
    if (known) {
      known.delivery = delivery;
      return known;
    }
    const state: State = { delivery, ...nothingWanted() };
    this.#states.set(delivery.key, state);
    return state;
  }

  /** The cluster of a delivery, reached as whoever it acts as. */
  #clusterOf({ destination, limits }: Delivery): Cluster | undefined {
    const cluster = this.#options.cluster(destination.cluster);
    return cluster && clusterAs(cluster, limits?.actsAs);
  }
}

/** One operation about to begin. */
interface Turn {
  readonly input: ReconcileInput;
  readonly state: State;
  readonly world: World;
  readonly report: DeliveryReport;
  readonly decision: Extract<Decision, { readonly kind: 'sync' }>;
  readonly last: OperationReport | undefined;
}

function withRefusal(report: DeliveryReport, refusal: Refusal): DeliveryReport {
  return { ...report, refusals: [...report.refusals, refusal] };
}
