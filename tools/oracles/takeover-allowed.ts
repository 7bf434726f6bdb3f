// Differences between the statuses of Argo CD and of Evenkeel that are meant, each with its reason; everything else is a fault.

/** A difference as it was found. */
export interface Found {
  readonly moment: string;
  readonly application: string;
  readonly path: string;
  readonly argo: string;
  readonly evenkeel: string;
  /** Neither of the two can say what should be. */
  readonly unread: boolean;
  /** The last operation of one of them undid drift, with some objects only. */
  readonly healed: boolean;
}

export interface Allowance {
  readonly reason: string;
  allows(found: Found): boolean;
}

const clusterScoped =
  /\.resources\.\[([^/]*\/)(Namespace|ClusterRole|ClusterRoleBinding|PriorityClass|CustomResourceDefinition)\/[^/]*\//;

/** Reasons are those of packages/argo/DEVIATIONS-*.md and docs/takeover.md. */
export const allowances: readonly Allowance[] = [
  {
    reason: 'empty fields that Go writes because its types cannot leave them out',
    allows: ({ path, argo, evenkeel }) =>
      evenkeel === '(absent)' &&
      (/^status\.sourceHydrator$|\.directory\.jsonnet$/.test(path) || argo === '{"repoURL":""}'),
  },
  {
    reason:
      'a source that cannot be read: the same beginning, then the reason with its place instead of a chain of calls',
    allows: ({ path, argo, evenkeel }) => {
      const begins = /^"(ComparisonError: )?Failed to load target state: /;
      return path.endsWith('message') && begins.test(argo) && begins.test(evenkeel);
    },
  },
  {
    reason: 'a path that leaves the repository is a fault of the spec, found before anything is read',
    allows: ({ application }) => application === 'argocd/f-escape',
  },
  {
    reason:
      'what cannot be read is Unknown where nothing was known before; the commit that cannot be rendered is named',
    allows: ({ path, unread }) =>
      unread && /^status\.(health\.status|sync\.revision|sourceType|sourceTypes|resources|summary)$/.test(path),
  },
  {
    reason: 'what is refused for its spec carries what it was compared with all the same',
    allows: ({ path, argo, unread }) =>
      unread &&
      argo === '(absent)' &&
      /^status\.(sync\.comparedTo|controllerNamespace|reconciledAt|resourceHealthSource|resources)$/.test(path),
  },
  {
    reason: 'images of workloads, whether pods run or not',
    allows: ({ path }) => /^status\.summary(\.images(\.\[\d+\])?)?$/.test(path),
  },
  {
    reason: 'objects with the hook Skip are nowhere',
    allows: ({ path }) => /^status\.resources\.\[\/ConfigMap\/t-hooked\/skipped\/\]$/.test(path),
  },
  {
    reason: 'messages name the object beside the error',
    allows: ({ path, argo, evenkeel }) => {
      if (!path.endsWith('message')) return false;
      const errors = argo.slice(1, -1).split(', reason: ');
      return errors.every((error) => evenkeel.includes(error.replace(/ \(retried \d+ times\)\.$/, '')));
    },
  },
  {
    reason:
      'Argo CD goes on naming the first cause for as long as the health has the same word, in an order left to chance',
    allows: ({ path, argo, evenkeel }) =>
      path === 'status.health.message' && [argo, evenkeel].every((text) => text.startsWith('"Caused by ')),
  },
  {
    reason:
      'a kind that is not served is refused with its place; it is in no list, since nothing can be asked about it',
    allows: ({ application }) => application === 'argocd/f-crd',
  },
  {
    reason:
      'a field that the cluster does not know is refused by name; Argo CD writes the object without it, OutOfSync for ever',
    allows: ({ application }) => application === 'argocd/f-unknown-field',
  },
  {
    reason: 'right after a sync Argo CD may undo as drift what it has just written: its cache was older than the write',
    allows: ({ healed, path }) => healed && path.startsWith('status.operationState.'),
  },
  {
    reason: 'cluster-scoped objects are in no namespace',
    allows: ({ path }) => clusterScoped.test(path),
  },
  {
    reason: 'images of init containers are images too',
    allows: ({ path }) => /^status\.operationState\.syncResult\.resources\..*\.images(\.|$)/.test(path),
  },
  {
    reason:
      'the commit that was synced is named where none was asked for, and a retry policy that says nothing is left out',
    allows: ({ path, argo }) =>
      (/^status\.operationState\.(operation\.sync|syncResult)\.revision$/.test(path) && !/[0-9a-f]{40}/.test(argo)) ||
      (path === 'status.operationState.operation.retry' && argo === '{}'),
  },
  {
    reason: 'what was written beside an object that failed was not waited for; what is not permitted has failed',
    allows: ({ path, evenkeel }) => path.endsWith('.hookPhase') && /"(Running|Failed)"/.test(evenkeel),
  },
  {
    reason: 'roles are applied like everything else, and what kubectl warns of is not repeated',
    allows: ({ path, argo }) => path.endsWith('.message') && /reconciliation required|\. Warning: /.test(argo),
  },
  {
    reason: 'a server-side apply that changed nothing says so',
    allows: ({ path, argo, evenkeel }) =>
      path.endsWith('.message') && argo.endsWith(' serverside-applied"') && evenkeel.endsWith(' unchanged"'),
  },
  {
    reason: 'Argo CD writes the spec anew without its empty fields',
    allows: ({ path, argo, evenkeel }) =>
      path.startsWith('status.sync.comparedTo.') && argo === '(absent)' && evenkeel === '""',
  },
  {
    reason: 'an operation that waits for its next attempt ends when it is known that the server would refuse it again',
    allows: ({ application }) => application === 'argocd/f-retried',
  },
  {
    reason: 'after the first sync of all the server is asked in a dry run before anything is written',
    allows: ({ application, moment, path }) =>
      moment === 'pushed' && application.startsWith('argocd/f-rejected') && !/\.(phase|status)$/.test(path),
  },
  {
    reason: 'a hook that is post-install and not post-upgrade runs at the first sync',
    allows: ({ application, moment, path }) =>
      moment === 'pushed' &&
      /^argocd\/(helm|many)/.test(application) &&
      /operationState\.(message|.*-after\/)/.test(path),
  },
  {
    reason: 'an operation that a sync window holds back is told with the newest commit',
    allows: ({ application, path }) => application === 'argocd/f-operation-window' && path.endsWith('.revision'),
  },
  {
    reason: 'what a sync window keeps waiting says so in a condition',
    allows: ({ path, argo, evenkeel }) =>
      path === 'status.conditions' && argo === '(absent)' && evenkeel.startsWith('{"[BlockedWarning]":'),
  },
  {
    reason: 'kubectl says configured of what it has patched to no effect',
    allows: ({ path, argo, evenkeel }) =>
      path.endsWith('.message') && argo.endsWith(' configured"') && evenkeel.endsWith(' unchanged"'),
  },
  {
    reason: 'Argo CD may go on calling a definition Progressing that has long been established, until its next look',
    allows: ({ application, path, argo }) =>
      /^argocd\/(monitoring|custom|helm)$/.test(application) &&
      path.startsWith('status.health.') &&
      (argo === '"Progressing"' || argo.includes('CustomResourceDefinition:')),
  },
  {
    reason: 'fields that Argo CD writes since versions later than 3.2, which is run where ARGOCD names no other',
    allows: ({ path, argo }) =>
      argo === '(absent)' &&
      /^status\.(health\.message|summary\.isAppOfApps|resources\..*\.(syncWave|requiresDeletionConfirmation))$/.test(
        path,
      ),
  },
  {
    reason: 'Argo CD 3.2 gives hooks a phase and no status, later ones give them both',
    allows: ({ path, argo, evenkeel }) =>
      /^status\.operationState\.syncResult\.resources\..*\.status$/.test(path) &&
      argo === '(absent)' &&
      evenkeel === '"Synced"',
  },
  {
    reason: 'Argo CD 3.2 may need a retry where a definition and what belongs to it come at once',
    allows: ({ application, path, argo }) =>
      /^argocd\/(helm|custom)$/.test(application) &&
      path.startsWith('status.operationState.') &&
      (path.endsWith('.retryCount') || argo.endsWith(' unchanged"')),
  },
  {
    reason: 'Argo CD 3.2 counts single missing objects in the health of the whole, later ones do not',
    allows: ({ path, argo, evenkeel }) =>
      path === 'status.health.status' && [argo, evenkeel].toSorted().join() === '"Healthy","Missing"',
  },
  {
    reason: 'the cluster itself: a scaler that has or has not seen its metrics yet',
    allows: ({ application, path }) =>
      /^argocd\/(payment-api-production|roles)$/.test(application) && path.startsWith('status.health.'),
  },
  {
    reason: 'an empty list and none',
    allows: ({ argo, evenkeel }) => argo === '(absent)' && evenkeel === '{}',
  },
  {
    reason: 'a sync that fails at an object: both beginnings of the sentence say that it failed',
    allows: ({ path, argo, evenkeel }) => {
      const begins = /one or more (objects failed to apply|synchronization tasks completed unsuccessfully), reason: /;
      const [, , error = '-'] = argo.split(begins);
      return path.endsWith('essage') && begins.test(evenkeel) && evenkeel.includes(error.slice(0, 60));
    },
  },
];
