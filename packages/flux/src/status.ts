// From a report to the status of a Kustomization, in upstream's own words.
// Mirrors fluxcd/kustomize-controller:internal/controller/kustomization_controller.go (1.10).

import { type Condition, type NewCondition, removeCondition, setCondition } from '@evenkeel/controller';
import { type DeliveryMemory, type DeliveryReport, type OperationReport, standingFailure } from '@evenkeel/delivery';
import { inventoryOf, readInventory } from './inventory.ts';
import { type Kustomization, type KustomizationStatus, commitOf } from './resources.ts';
import { timeoutOf } from './translate.ts';

/** What one reconciliation of a Kustomization says. */
export type Verdict =
  | { readonly kind: 'report'; readonly report: DeliveryReport; readonly revision: string }
  | { readonly kind: 'failed'; readonly reason: string; readonly message: string }
  | { readonly kind: 'waiting'; readonly reason: string; readonly message: string };

/** The status that follows from a verdict. */
export function statusOf(kustomization: Kustomization, verdict: Verdict, nowMs: number): KustomizationStatus {
  const { status, object } = kustomization;
  const { generation = 1 } = object.metadata;
  const handled = object.metadata.annotations?.['reconcile.fluxcd.io/requestedAt'];
  const base: KustomizationStatus = {
    ...status,
    observedGeneration: generation,
    ...(handled === undefined ? {} : { lastHandledReconcileAt: handled }),
  };
  if (verdict.kind !== 'report') {
    return {
      ...base,
      conditions: withReady(
        kustomization,
        { status: 'False', reason: verdict.reason, message: verdict.message },
        nowMs,
      ),
    };
  }
  return { ...base, ...reported(kustomization, verdict.report, verdict.revision, nowMs) };
}

type Ready = Pick<NewCondition, 'status' | 'reason' | 'message'>;

function reported(
  kustomization: Kustomization,
  report: DeliveryReport,
  revision: string,
  nowMs: number,
): KustomizationStatus {
  const ready = readyOf(kustomization, report, revision, nowMs);
  const applied = report.sync === 'synced' && report.refusals.length === 0;
  const known = report.sync !== 'unknown';
  return {
    conditions: withReady(kustomization, ready, nowMs),
    lastAttemptedRevision: revision,
    ...(applied && ready.status === 'True' ? { lastAppliedRevision: revision } : {}),
    ...(known ? { inventory: { entries: inventoryOf(report.resources) } } : {}),
  };
}

function readyOf(kustomization: Kustomization, report: DeliveryReport, revision: string, nowMs: number): Ready {
  const [refusal] = report.refusals;
  if (refusal) {
    const reason =
      refusal.code === 'PATH_NOT_FOUND'
        ? 'ArtifactFailed'
        : refusal.code === 'RENDER_FAILED'
          ? 'BuildFailed'
          : 'ReconciliationFailed';
    return { status: 'False', reason, message: refusal.sentence };
  }
  const { operation } = report;
  const failed = standingFailure(report);
  if (failed) return { status: 'False', reason: 'ReconciliationFailed', message: failed.message };
  if (report.sync !== 'synced')
    return { status: 'Unknown', reason: 'Progressing', message: 'Reconciliation in progress' };
  const health = watchedHealth(kustomization, report);
  if (health.status === 'healthy') {
    return { status: 'True', reason: 'ReconciliationSucceeded', message: `Applied revision: ${revision}` };
  }
  const since = operation?.finishedAtMs ?? nowMs;
  const late = nowMs - since > timeoutOf(kustomization.spec);
  if (late || health.status === 'degraded') {
    return { status: 'False', reason: 'HealthCheckFailed', message: `health check failed: ${health.message}` };
  }
  return { status: 'Unknown', reason: 'Progressing', message: `Running health checks: ${health.message}` };
}

/** The health that Ready waits for: everything with `wait`, the listed objects otherwise, nothing where none are listed. */
function watchedHealth(
  { spec }: Kustomization,
  report: DeliveryReport,
): { readonly status: 'healthy' | 'progressing' | 'degraded'; readonly message: string } {
  const checks = spec.healthChecks ?? [];
  const watched = spec.wait
    ? report.resources
    : report.resources.filter(({ ref }) =>
        checks.some(
          (check) =>
            check.kind === ref.kind && check.name === ref.name && (check.namespace ?? ref.namespace) === ref.namespace,
        ),
      );
  const bad = watched.find(({ health }) => health?.status === 'degraded');
  const slow =
    bad ?? watched.find(({ health }) => health && health.status !== 'healthy' && health.status !== 'suspended');
  if (!slow) return { status: 'healthy', message: '' };
  return {
    status: bad ? 'degraded' : 'progressing',
    message: `${slow.ref.kind}/${slow.ref.namespace}/${slow.ref.name}: ${slow.health?.message ?? slow.health?.status ?? ''}`,
  };
}

/** Ready, and Reconciling for as long as work is under way. */
function withReady({ status, object }: Kustomization, ready: Ready, nowMs: number): readonly Condition[] {
  const { generation = 1 } = object.metadata;
  const conditions = setCondition(
    status.conditions,
    { type: 'Ready', ...ready, observedGeneration: generation },
    nowMs,
  );
  if (ready.status !== 'Unknown') return removeCondition(conditions, 'Reconciling');
  return setCondition(
    conditions,
    {
      type: 'Reconciling',
      status: 'True',
      reason: 'Progressing',
      message: ready.message,
      observedGeneration: generation,
    },
    nowMs,
  );
}

/** What a Kustomization remembers of its past, read back from its status. */
export function memoryOf({ status }: Kustomization, fingerprint: string): DeliveryMemory {
  const inventory = readInventory(status.inventory?.entries ?? []);
  const ready = status.conditions?.find((condition) => condition.type === 'Ready');
  if (!ready || status.lastAttemptedRevision === undefined) return { inventory };
  const atMs = Date.parse(ready.lastTransitionTime);
  const lastOperation: OperationReport = {
    id: `recorded-${ready.lastTransitionTime}`,
    phase: recordedPhase(status, ready.status),
    message: ready.message,
    revision: commitOf(status.lastAttemptedRevision),
    fingerprint,
    startedAtMs: atMs,
    finishedAtMs: atMs,
    steps: [],
    retryCount: 0,
    initiatedBy: { automated: true },
    partial: false,
    recorded: true,
  };
  return { inventory, lastOperation };
}

/** Ready is Unknown while work is under way; what has been applied before decides in the other cases. */
function recordedPhase(status: KustomizationStatus, ready: string): OperationReport['phase'] {
  if (ready === 'True' || status.lastAppliedRevision === status.lastAttemptedRevision) return 'succeeded';
  return ready === 'Unknown' ? 'running' : 'failed';
}
