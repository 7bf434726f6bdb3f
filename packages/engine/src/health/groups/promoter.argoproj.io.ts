// The GitOps promoter.

import type { KubeObject } from '@evenkeel/resource';
import type { Health, HealthCheck } from '../health.ts';
import { strategy, transfer } from '../promoter-progress.ts';
import { at, degraded, healthy, items, progressing, show, size } from '../reading.ts';
import { always, first, type KindChecks } from '../rules.ts';

interface Gate {
  readonly initializing: string;
  readonly deleting: (object: KubeObject) => string;
  readonly observing: string;
  /** What a failed reconciliation is called, and any other reason not to be ready. */
  readonly failed: string;
  readonly notReady: string;
  /** What it is called when nobody knows; without it, unknown counts as ready. */
  readonly unknown?: string;
  readonly missing: string;
  readonly types?: readonly string[];
}

/** What all kinds share: deletion, the first status, the generation and the condition Ready. */
function gate(kind: Gate): HealthCheck {
  const types: readonly unknown[] = kind.types ?? ['Ready'];
  return (object) => {
    const { generation, deletionTimestamp } = object.metadata;
    if (deletionTimestamp !== undefined) return { status: 'progressing', deletionMessage: kind.deleting(object) };
    if (at(object, 'status') === undefined) return progressing(kind.initializing);
    const relevant = items(object, 'status.conditions').filter(({ type }) => types.includes(type));
    if (relevant.length === 0) return progressing(kind.missing);
    for (const condition of relevant) {
      const observed = condition['observedGeneration'] ?? undefined;
      if (observed !== undefined && generation !== undefined && observed !== generation)
        return progressing(kind.observing);
      const cause = show(condition['reason'] ?? 'Unknown');
      if (condition['status'] === 'False') {
        const message = show(condition['message'] ?? 'Unknown error');
        const isFailure = cause === 'ReconciliationError';
        return degraded(isFailure ? `${kind.failed}: ${message}` : `${kind.notReady} (${cause}): ${message}`);
      }
      if (condition['status'] === 'Unknown' && kind.unknown !== undefined) {
        return progressing(`${kind.unknown} (${cause}): ${show(condition['message'] ?? 'Unknown')}`);
      }
    }
    return undefined;
  };
}

/** A kind whose sentences all begin with its own name; `inner` is that name within a sentence. */
function reconciled(name: string, inner: string): Gate {
  return {
    initializing: `Initializing ${inner}`,
    deleting: () => `${name} is being deleted`,
    observing: `Waiting for ${inner} spec update to be observed`,
    failed: `${name} reconciliation failed`,
    notReady: `${name} reconciliation failed`,
    missing: `${name} is not ready yet`,
  };
}

/** A kind that validates something, and tells when it does not know. */
function validated(
  kind: string,
  what: { readonly initializing: string; readonly failed: string; readonly name: string; readonly unknown: string },
): Gate {
  return {
    initializing: `Initializing ${what.initializing}`,
    deleting: () => `${kind} is being deleted`,
    observing: `Waiting for ${kind} spec update to be observed`,
    failed: `${what.failed} failed`,
    notReady: `${what.name} not ready`,
    unknown: `${what.unknown} unknown`,
    missing: `${kind} Ready condition is missing`,
  };
}

type Finalizers = Readonly<Record<string, readonly [wait: string, risk: string]>>;

/** What a deletion waits for, by the finalizers that hold it up. */
function held(base: string, known: Finalizers): (object: KubeObject) => string {
  return ({ metadata }) => {
    const notes = (metadata.finalizers ?? []).map((name) => {
      const [wait, risk] = known[name] ?? [];
      return `${name}: ${wait === undefined ? 'still present.' : `${wait} Risk if removed manually: ${risk}`}`;
    });
    return [base, ...notes].join(' ');
  };
}

const danglingRepositories = 'GitRepository objects can reference a provider that no longer exists.';

const gates = {
  ArgoCDCommitStatus: reconciled('Argo CD commit status', 'Argo CD commit status'),
  ChangeTransferPolicy: {
    ...reconciled('Change transfer policy', 'change transfer policy'),
    deleting: held('Change transfer policy is being deleted.', {
      'changetransferpolicy.promoter.argoproj.io/finalizer': [
        'Waiting to clear related PullRequest finalizers and finish cleanup before this policy is removed.',
        "The 'changetransferpolicy.promoter.argoproj.io/pullrequest-finalizer' finalizer may not be cleaned up from PullRequests owned by this ChangeTransferPolicy.",
      ],
    }),
  },
  ClusterScmProvider: {
    ...validated('ClusterScmProvider', {
      initializing: 'cluster SCM provider',
      failed: 'Cluster SCM provider validation',
      name: 'Cluster SCM provider',
      unknown: 'Cluster SCM provider readiness',
    }),
    deleting: held('ClusterScmProvider is being deleted.', {
      'clusterscmprovider.promoter.argoproj.io/finalizer': [
        'Waiting until no GitRepository still references this cluster-wide SCM provider.',
        danglingRepositories,
      ],
    }),
  },
  CommitStatus: reconciled('Commit status', 'commit status'),
  GitCommitStatus: validated('GitCommitStatus', {
    initializing: 'git commit validation',
    failed: 'Git commit validation',
    name: 'Git commit validation',
    unknown: 'Git commit validation status',
  }),
  GitRepository: {
    ...validated('GitRepository', {
      initializing: 'Git repository',
      failed: 'Git repository validation',
      name: 'Git repository',
      unknown: 'Git repository readiness',
    }),
    deleting: held('GitRepository is being deleted.', {
      'gitrepository.promoter.argoproj.io/finalizer': [
        'Waiting until no non-deleting PullRequests still reference this repository.',
        'repository metadata may be removed while promotions still depend on it.',
      ],
    }),
  },
  PromotionStrategy: reconciled('Promotion strategy', 'promotion strategy'),
  PullRequest: {
    ...reconciled('Pull request', 'pull request'),
    types: ['Reconciled', 'Ready'],
    deleting: held('Pull request is being deleted.', {
      'pullrequest.promoter.argoproj.io/finalizer': [
        'Waiting for SCM closure or reconciliation of the pull request.',
        'the real PR can stay open after the CR is gone.',
      ],
      'changetransferpolicy.promoter.argoproj.io/pullrequest-finalizer': [
        'Waiting for the ChangeTransferPolicy to observe PR identity and state.',
        'promotion status or history can be wrong or racy.',
      ],
    }),
  },
  ScmProvider: {
    ...validated('ScmProvider', {
      initializing: 'SCM provider',
      failed: 'SCM provider validation',
      name: 'SCM provider',
      unknown: 'SCM provider readiness',
    }),
    deleting: held('ScmProvider is being deleted.', {
      'scmprovider.promoter.argoproj.io/finalizer': [
        'Waiting until no GitRepository in this namespace still references this provider.',
        danglingRepositories,
      ],
    }),
  },
  TimedCommitStatus: validated('TimedCommitStatus', {
    initializing: 'timed commit gate',
    failed: 'Timed commit gate',
    name: 'Timed commit gate',
    unknown: 'Timed commit gate status',
  }),
  WebRequestCommitStatus: validated('WebRequestCommitStatus', {
    initializing: 'web request commit validation',
    failed: 'Web request commit validation',
    name: 'Web request commit validation',
    unknown: 'Web request commit validation',
  }),
} satisfies Readonly<Record<string, Gate>>;

export const checks = (): KindChecks => ({
  ArgoCDCommitStatus: first(gate(gates.ArgoCDCommitStatus), trackedApplications),
  ChangeTransferPolicy: first(gate(gates.ChangeTransferPolicy), transfer),
  ClusterScmProvider: first(gate(gates.ClusterScmProvider), always('healthy', 'Cluster SCM provider is ready')),
  CommitStatus: first(gate(gates.CommitStatus), (object) => {
    const [sha, word] = [at(object, 'status.sha'), at(object, 'status.phase')];
    if (sha === undefined || word === undefined) return healthy('Commit status is healthy');
    return healthy(`Commit status for commit ${show(sha)} reports ${show(word)}`);
  }),
  GitCommitStatus: first(
    gate(gates.GitCommitStatus),
    branches('Git commit validation', 'passed for', 'Git commit validation reconciled'),
  ),
  GitRepository: first(gate(gates.GitRepository), always('healthy', 'Git repository is ready')),
  PromotionStrategy: first(gate(gates.PromotionStrategy), strategy),
  PullRequest: first(gate(gates.PullRequest), (object) => {
    const [id, state] = [at(object, 'status.id'), at(object, 'status.state')];
    if (id === undefined || state === undefined) return healthy('Pull request is healthy');
    return healthy(`Pull request is ${show(state)} as PR ${show(id)}`);
  }),
  ScmProvider: first(gate(gates.ScmProvider), always('healthy', 'SCM provider is ready')),
  TimedCommitStatus: first(
    gate(gates.TimedCommitStatus),
    branches('Timed commit gate', 'satisfied for', 'Timed commit gate reconciled'),
  ),
  WebRequestCommitStatus: first(
    gate(gates.WebRequestCommitStatus),
    branches('Web request validation', 'passed for', 'Web request commit validation reconciled'),
  ),
});

function trackedApplications(object: KubeObject): Health {
  const count = size(object, 'status.applicationsSelected');
  return count === 0
    ? degraded('Argo CD commit status has no applications configured')
    : healthy(`Argo CD commit status is healthy and is tracking ${count} applications`);
}

/** The outcome over all environments: failures first, then what is pending. */
function branches(name: string, success: string, idle: string): HealthCheck {
  return (object) => {
    const environments = items(object, 'status.environments');
    if (environments.length === 0) return healthy(idle);
    const inPhase = (is: (word: string) => boolean): readonly string[] =>
      environments
        .filter((entry) => is(show(entry['phase'] ?? 'pending')))
        .map((entry) => show(entry['branch'] ?? '?'));
    const failed = inPhase((word) => word === 'failure');
    if (failed.length > 0) return degraded(`${name} failed for branch(es): ${failed.join(', ')}`);
    const pending = inPhase((word) => word !== 'success');
    if (pending.length > 0) return progressing(`${name} pending for branch(es): ${pending.join(', ')}`);
    return healthy(`${name} ${success} ${environments.length} environment(s)`);
  };
}
