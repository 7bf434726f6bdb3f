// How applications are printed, in the layout people know from argocd.
// Mirrors argoproj/argo-cd:cmd/argocd/commands/app.go (3.6) printAppSummaryTable.

import type { DeliveryDetail, DeliverySummary, HealthStatus, HistoryEntry } from '@evenkeel/api';
import { formatTable } from '../output/table.ts';
import { shortRevision } from '../output/format.ts';

const healthWords: Readonly<Record<HealthStatus, string>> = {
  healthy: 'Healthy',
  suspended: 'Suspended',
  progressing: 'Progressing',
  missing: 'Missing',
  degraded: 'Degraded',
  unknown: 'Unknown',
};
const hydrationWords = { pending: 'Pending', hydrating: 'Hydrating', hydrated: 'Hydrated', failed: 'Failed' } as const;
const syncWords = { synced: 'Synced', drifted: 'OutOfSync', unknown: 'Unknown' } as const;

/** "argocd/web" */
export function qualifiedName(app: Pick<DeliverySummary, 'namespace' | 'name'>): string {
  return `${app.namespace}/${app.name}`;
}

/** The list as a table. */
export function printAppList(items: readonly DeliverySummary[], wide: boolean): string {
  const headers = ['NAME', 'CLUSTER', 'NAMESPACE', 'PROJECT', 'STATUS', 'HEALTH', 'SYNCPOLICY', 'CONDITIONS'];
  const rows = items.map((app) => [
    qualifiedName(app),
    app.destination.cluster,
    app.destination.namespace,
    app.project,
    syncWords[app.sync],
    healthWords[app.health],
    app.automatic ? 'Auto' : 'Manual',
    conditionOf(app),
    ...(wide ? [app.source.url, app.source.path, app.source.revision] : []),
  ]);
  return formatTable(wide ? [...headers, 'REPO', 'PATH', 'TARGET'] : headers, rows);
}

function conditionOf(app: DeliverySummary): string {
  if (app.sync === 'unknown' && app.sentence !== undefined) return 'ComparisonError';
  return app.operation?.phase === 'failed' && app.sync !== 'synced' ? 'SyncError' : '<none>';
}

/** Everything about one application, as `argocd app get` lays it out. */
export function printApp(app: DeliveryDetail, server: string): string {
  const facts: [string, string][] = [
    ['Name', qualifiedName(app)],
    ['Project', app.project],
    ['Server', app.destination.cluster],
    ['Namespace', app.destination.namespace],
    ['URL', `${server}/applications/${app.key}`],
    ['Source', ''],
    ['- Repo', app.source.url],
    ['  Target', app.source.revision],
    ['  Path', app.source.path],
    ...hydrationFacts(app),
    ['SyncWindow', app.syncWindows?.allowed === false ? 'Sync Denied' : 'Sync Allowed'],
    ...(app.syncWindows?.assigned ?? []).map((window, index): [string, string] => [
      index === 0 ? 'Assigned Windows' : '',
      window,
    ]),
    ['Sync Policy', app.automatic ? 'Automated' : 'Manual'],
    ['Sync Status', syncLine(app)],
    ['Health Status', healthWords[app.health]],
  ];
  if (app.sentence !== undefined) facts.push(['Says', app.sentence]);
  const summary = facts
    .map(([name, value]) => `${(name === '' ? '' : `${name}:`).padEnd(20)}${value}`.trimEnd())
    .join('\n');
  const refusals =
    app.refusals.length === 0
      ? ''
      : `\n${formatTable(
          ['CONDITION', 'MESSAGE'],
          app.refusals.map(({ code, sentence }) => [code, sentence]),
        )}`;
  const operation = app.currentOperation ? `\n${printOperation(app)}` : '';
  return `${summary}\n${refusals}${operation}\n${printResources(app)}`;
}

/** Upstream's command does not tell of it. */
function hydrationFacts({ hydration }: DeliveryDetail): readonly [string, string][] {
  if (!hydration) return [];
  const { phase, dry, hydrated } = hydration;
  const from = dry === undefined ? '' : ` from ${shortRevision(dry)}`;
  const at = hydrated === undefined ? '' : ` at ${shortRevision(hydrated)}`;
  return [['Hydration', `${hydrationWords[phase]}${from}${at}`]];
}

function syncLine(app: DeliveryDetail): string {
  const word = syncWords[app.sync];
  const target = app.source.revision;
  const sha = app.commit ? ` (${shortRevision(app.commit.sha)})` : '';
  return app.sync === 'unknown' ? word : `${word} ${app.sync === 'synced' ? 'to' : 'from'} ${target}${sha}`;
}

function printOperation({ currentOperation }: DeliveryDetail): string {
  if (!currentOperation) return '';
  const { phase, message, revision, startedAtMs, finishedAtMs } = currentOperation;
  const lines: [string, string][] = [
    ['Operation', 'Sync'],
    ['Sync Revision', revision],
    ['Phase', phase === 'succeeded' ? 'Succeeded' : phase.charAt(0).toUpperCase() + phase.slice(1)],
    ['Start', new Date(startedAtMs).toISOString()],
    ['Finished', finishedAtMs === undefined ? '-' : new Date(finishedAtMs).toISOString()],
    ['Message', message],
  ];
  return `${lines.map(([name, value]) => `${`${name}:`.padEnd(20)}${value}`).join('\n')}\n`;
}

/** The resources of an application as a table. */
export function printResources(app: DeliveryDetail): string {
  const rows = app.resources.map(({ ref, sync, health, hook, reason, fields }) => [
    ref.group,
    ref.kind,
    ref.namespace,
    ref.name,
    hook ? '' : syncWords[sync],
    health ? healthWords[health.status] : '',
    hook ? 'Hook' : '',
    reason === 'stray' ? 'requires pruning' : (health?.message ?? fields.map((field) => field.path).join(', ')),
  ]);
  return formatTable(['GROUP', 'KIND', 'NAMESPACE', 'NAME', 'STATUS', 'HEALTH', 'HOOK', 'MESSAGE'], rows);
}

/** The history as a table, oldest first as argocd prints it. */
export function printHistory(history: readonly HistoryEntry[]): string {
  const rows = history
    .toReversed()
    .map((entry) => [
      String(entry.id),
      new Date(entry.deployedAtMs).toISOString(),
      shortRevision(entry.revision),
      entry.commit?.author ?? '',
      (entry.commit?.message ?? '').split('\n', 1)[0] ?? '',
    ]);
  return formatTable(['ID', 'DATE', 'REVISION', 'AUTHOR', 'MESSAGE'], rows);
}

/** Field by field: what Git wants and what is live. */
export function printDifferences(app: Pick<DeliveryDetail, 'resources'>): string {
  const parts = app.resources
    .filter((resource) => resource.sync === 'drifted')
    .map(({ ref, reason, fields }) => {
      const title = `===== ${ref.group}/${ref.kind} ${ref.namespace}/${ref.name} ======`;
      if (reason === 'missing') return `${title}\n  is in Git and not in the cluster\n`;
      if (reason === 'stray') return `${title}\n  is in the cluster and no longer in Git\n`;
      const lines = fields.map((field) => {
        const owners = field.owners
          .map((owner) => `${owner.manager}${owner.time === undefined ? '' : ` at ${owner.time}`}`)
          .join(', ');
        return `  ${field.path}\n  < ${printValue(field.live)}${owners === '' ? '' : `    (${owners})`}\n  > ${printValue(field.desired)}\n`;
      });
      return `${title}\n${lines.join('')}`;
    });
  return parts.join('\n');
}

function printValue(value: unknown): string {
  return value === undefined ? '(not set)' : JSON.stringify(value);
}
