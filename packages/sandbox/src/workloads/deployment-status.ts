// A deployment's status: counts, and the conditions Available and Progressing in the real controller's words
// (pkg/controller/deployment/progress.go and sync.go, Kubernetes 1.35).

import { scalarText } from '../store/draft.ts';
import type { KubeObject } from '@evenkeel/resource';
import type { Bag } from '../store/draft.ts';
import type { Actor } from './actor.ts';
import { conditionOf } from './conditions.ts';
import type { DeploymentView } from './deployments.ts';
import type { EventRecorder } from './events.ts';
import { replicasOf, rollingLimits } from './rollout-limits.ts';
import { bagsOf } from '../defaulting/drafts.ts';
import { specView, statusView } from './views.ts';

export interface StatusInput {
  readonly actor: Actor;
  readonly events: EventRecorder;
  readonly deployment: KubeObject;
  readonly sets: readonly KubeObject[];
  readonly newSet: KubeObject | undefined;
  /** True where the new set was made in this turn. */
  readonly created?: boolean;
}

interface Counts {
  readonly replicas: number;
  readonly updatedReplicas: number;
  readonly readyReplicas: number;
  readonly availableReplicas: number;
  readonly unavailableReplicas: number;
  readonly terminatingReplicas: number;
}

/** Writes the status. Returns when the progress deadline is to be looked at, in milliseconds. */
export function deploymentStatus(input: StatusInput): number | undefined {
  const { actor, deployment } = input;
  const counts = countsOf(input);
  let wait: number | undefined;
  actor.updateStatus('deployments.apps', deployment, (status, now) => {
    const before = { ...(status as unknown as Partial<Counts>) };
    const conditions = { deployment: now, counts, before, input };
    for (const [key, value] of Object.entries(counts)) {
      if (value > 0 || key === 'terminatingReplicas') status[key] = value;
      else delete status[key];
    }
    status['observedGeneration'] = now.metadata.generation ?? 1;
    setAvailable(status, conditions);
    wait = setProgressing(status, conditions);
    setFailure(status, input);
  });
  return wait;
}

function countsOf({ sets, newSet }: StatusInput): Counts {
  const of = (key: string): number =>
    sets.reduce((total, set) => total + (statusView<Record<string, number | undefined>>(set)[key] ?? 0), 0);
  const total = sets.reduce((sum, set) => sum + replicasOf(set), 0);
  const available = of('availableReplicas');
  return {
    replicas: of('replicas'),
    updatedReplicas: newSet === undefined ? 0 : (statusView<{ replicas?: number }>(newSet).replicas ?? 0),
    readyReplicas: of('readyReplicas'),
    availableReplicas: available,
    unavailableReplicas: Math.max(0, total - available),
    terminatingReplicas: of('terminatingReplicas'),
  };
}

interface ConditionInput {
  readonly deployment: KubeObject;
  readonly counts: Counts;
  readonly before: Partial<Counts>;
  readonly input: StatusInput;
}

interface Saying {
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  readonly message: string;
}

// lastUpdateTime moves with the reason, lastTransitionTime with the status.
function setCondition(status: Bag, type: string, saying: Saying, now: string, touch = false): void {
  const conditions = [...bagsOf(status['conditions'])];
  const index = conditions.findIndex((each) => each['type'] === type);
  const before = index < 0 ? undefined : conditions[index];
  if (before?.['status'] === saying.status && before['reason'] === saying.reason && !touch) return;
  const next: Bag = {
    type,
    status: saying.status,
    lastUpdateTime: now,
    lastTransitionTime: before?.['status'] === saying.status ? (before['lastTransitionTime'] ?? now) : now,
    reason: saying.reason,
    message: saying.message,
  };
  if (index >= 0) conditions.splice(index, 1);
  conditions.push(next);
  status['conditions'] = conditions;
}

function setAvailable(status: Bag, { deployment, counts, input }: ConditionInput): void {
  const wanted = specView<DeploymentView>(deployment).replicas ?? 1;
  const enough = counts.availableReplicas >= wanted - rollingLimits(deployment).unavailable;
  setCondition(
    status,
    'Available',
    enough
      ? { status: 'True', reason: 'MinimumReplicasAvailable', message: 'Deployment has minimum availability.' }
      : {
          status: 'False',
          reason: 'MinimumReplicasUnavailable',
          message: 'Deployment does not have minimum availability.',
        },
    input.actor.now(),
  );
}

// A replica set that cannot create pods says so; the deployment repeats it, the new set's word first.
function setFailure(status: Bag, input: StatusInput): void {
  const { newSet, sets } = input;
  const others = bagsOf(status['conditions']).filter((each) => each['type'] !== 'ReplicaFailure');
  const failure = [...(newSet === undefined ? [] : [newSet]), ...sets]
    .map((set) => conditionOf(statusView<Bag>(set), 'ReplicaFailure'))
    .find((condition) => condition !== undefined);
  if (failure === undefined && others.length === bagsOf(status['conditions']).length) return;
  status['conditions'] =
    failure === undefined
      ? others
      : [...others, { ...failure, lastUpdateTime: failure['lastTransitionTime'] ?? input.actor.now() }];
}

function setProgressing(status: Bag, condition: ConditionInput): number | undefined {
  const { deployment, counts, before, input } = condition;
  const spec = specView<DeploymentView>(deployment);
  const now = input.actor.now();
  const subject =
    input.newSet === undefined
      ? `Deployment "${deployment.metadata.name ?? ''}"`
      : `ReplicaSet "${input.newSet.metadata.name ?? ''}"`;
  const say = (saying: Saying): void => setCondition(status, 'Progressing', saying, now);
  if (spec.paused === true) {
    say({ status: 'Unknown', reason: 'DeploymentPaused', message: 'Deployment is paused' });
    return undefined;
  }
  const current = conditionOf(status, 'Progressing');
  if (current?.['reason'] === 'DeploymentPaused')
    say({ status: 'Unknown', reason: 'DeploymentResumed', message: 'Deployment is resumed' });
  if (input.newSet !== undefined && (current === undefined || input.created === true)) {
    const message = `Created new replica set "${input.newSet.metadata.name ?? ''}"`;
    say({ status: 'True', reason: 'NewReplicaSetCreated', message });
  }
  // One set alone, and that rolled out: this is no rollout, and nothing is said of its progress.
  const settled = conditionOf(status, 'Progressing')?.['reason'] === 'NewReplicaSetAvailable';
  if (settled && counts.replicas === counts.updatedReplicas) return undefined;
  const wanted = spec.replicas ?? 1;
  const complete =
    counts.updatedReplicas === wanted && counts.replicas === wanted && counts.availableReplicas === wanted;
  if (complete && input.newSet !== undefined) {
    say({ status: 'True', reason: 'NewReplicaSetAvailable', message: `${subject} has successfully progressed.` });
    return undefined;
  }
  const rolled = counts.updatedReplicas > (before.updatedReplicas ?? 0);
  const shrank = counts.replicas - counts.updatedReplicas < (before.replicas ?? 0) - (before.updatedReplicas ?? 0);
  const readier =
    counts.readyReplicas > (before.readyReplicas ?? 0) || counts.availableReplicas > (before.availableReplicas ?? 0);
  if (rolled || shrank || readier) {
    const saying: Saying = { status: 'True', reason: 'ReplicaSetUpdated', message: `${subject} is progressing.` };
    setCondition(status, 'Progressing', saying, now, true);
  }
  return checkDeadline(status, condition, subject);
}

function checkDeadline(status: Bag, { deployment, input }: ConditionInput, subject: string): number | undefined {
  const seconds = specView<DeploymentView>(deployment).progressDeadlineSeconds ?? 600;
  const current = conditionOf(status, 'Progressing');
  if (current === undefined || seconds >= 2_147_483_647) return undefined;
  if (current['reason'] === 'ProgressDeadlineExceeded') return undefined;
  const { deps } = input.actor;
  const missing =
    Date.parse(scalarText(current['lastUpdateTime'] ?? '')) + (seconds * 1000) / deps.speed - deps.clock.now();
  // Times are written to the second, so a deadline counts from its end.
  if (missing + 1000 > 0) return missing + 1001;
  const message = `${subject} has timed out progressing.`;
  setCondition(
    status,
    'Progressing',
    { status: 'False', reason: 'ProgressDeadlineExceeded', message },
    input.actor.now(),
  );
  return undefined;
}
