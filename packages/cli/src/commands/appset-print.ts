// How ApplicationSets are printed, in the layout people know from argocd.
// Mirrors argoproj/argo-cd:cmd/argocd/commands/applicationset.go (3.6).

import type { ApplicationSetList } from '@evenkeel/api';
import { formatTable } from '../output/table.ts';

type Resource = ApplicationSetList['items'][number];

interface Source {
  readonly repoURL?: string;
  readonly path?: string;
  readonly targetRevision?: string;
}

interface ApplicationSpec {
  readonly project?: string;
  readonly source?: Source;
  readonly sources?: readonly Source[];
  readonly destination?: { readonly server?: string; readonly name?: string; readonly namespace?: string };
  readonly syncPolicy?: { readonly automated?: { readonly enabled?: boolean; readonly prune?: boolean } };
}

interface SetView {
  readonly spec?: {
    readonly syncPolicy?: { readonly applicationsSync?: string; readonly preserveResourcesOnDeletion?: boolean };
    readonly template?: { readonly spec?: ApplicationSpec };
  };
  readonly status?: {
    readonly health?: { readonly status?: string };
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly message: string;
      readonly lastTransitionTime?: string;
    }[];
    readonly resources?: readonly {
      readonly name: string;
      readonly status?: string;
      readonly health?: { readonly status?: string };
    }[];
  };
}

/** All sets as a table. */
export function printSetList(items: readonly Resource[], wide: boolean): string {
  const headers = ['NAME', 'PROJECT', 'SYNCPOLICY', 'HEALTH', 'CONDITIONS'];
  const rows = items.map((item) => {
    const { spec, status } = item as SetView;
    const template = spec?.template?.spec ?? {};
    const [source = {}] = sourcesOf(template);
    const holding = (status?.conditions ?? []).filter((condition) => condition.status === 'True');
    return [
      nameOf(item),
      template.project ?? '',
      spec?.syncPolicy?.applicationsSync ?? 'nil',
      status?.health?.status ?? '',
      holding.map(({ type }) => type).join(','),
      ...(wide ? [source.repoURL ?? '', source.path ?? '', source.targetRevision ?? ''] : []),
    ];
  });
  return formatTable(wide ? [...headers, 'REPO', 'PATH', 'TARGET'] : headers, rows);
}

/** Everything about one set. */
export function printSet(item: Resource): string {
  const { spec, status } = item as SetView;
  const template = spec?.template?.spec ?? {};
  const { destination = {}, syncPolicy } = template;
  const automated = syncPolicy?.automated;
  const isAutomated = automated !== undefined && automated.enabled !== false;
  const sources = sourcesOf(template);
  const lines: (readonly [string, string])[] = [
    ['Name:', nameOf(item)],
    ['Project:', template.project ?? ''],
    ['Server:', destination.server ?? destination.name ?? ''],
    ['Namespace:', destination.namespace ?? ''],
    ['Health Status:', status?.health?.status ?? ''],
    [sources.length > 1 ? 'Sources:' : 'Source:', ''],
    ...(sources.length > 0 ? sources : [{}]).flatMap((source): (readonly [string, string])[] => [
      ['- Repo:', source.repoURL ?? ''],
      ['  Target:', source.targetRevision ?? ''],
      ['  Path:', source.path ?? ''],
    ]),
    ['SyncPolicy:', isAutomated ? `Automated${automated.prune === true ? ' (Prune)' : ''}` : '<none>'],
  ];
  const facts = lines.map(([label, value]) => `${`${label.padEnd(20)}${value}`.trimEnd()}\n`).join('');
  const conditions = status?.conditions ?? [];
  const resources = status?.resources ?? [];
  const table =
    conditions.length === 0
      ? ''
      : `\n${formatTable(
          ['CONDITION', 'STATUS', 'MESSAGE', 'LAST TRANSITION'],
          conditions.map((one) => [one.type, one.status, one.message, one.lastTransitionTime ?? '']),
        )}`;
  const list =
    resources.length === 0
      ? ''
      : `\n${formatTable(
          ['APPLICATION', 'STATUS', 'HEALTH'],
          resources.map((one) => [one.name, one.status ?? '', one.health?.status ?? '']),
        )}`;
  return `${facts}${table}${list}`;
}

/** Applications that would be generated. */
export function printGenerated(applications: readonly Resource[]): string {
  const headers = ['NAME', 'CLUSTER', 'NAMESPACE', 'PROJECT', 'SYNCPOLICY', 'REPO', 'PATH', 'TARGET'];
  const rows = applications.map((item) => {
    const spec = (item['spec'] ?? {}) as ApplicationSpec;
    const [source = {}] = sourcesOf(spec);
    const automated = spec.syncPolicy?.automated;
    return [
      nameOf(item),
      spec.destination?.server ?? spec.destination?.name ?? '',
      spec.destination?.namespace ?? '',
      spec.project ?? '',
      automated !== undefined && automated.enabled !== false
        ? automated.prune === true
          ? 'Auto-Prune'
          : 'Auto'
        : 'Manual',
      source.repoURL ?? '',
      source.path ?? '',
      source.targetRevision ?? '',
    ];
  });
  return formatTable(headers, rows);
}

function sourcesOf({ source, sources }: ApplicationSpec): readonly Source[] {
  if (sources && sources.length > 0) return sources;
  return source ? [source] : [];
}

function nameOf({ metadata }: Resource): string {
  return `${metadata.namespace ?? ''}/${metadata.name}`;
}
