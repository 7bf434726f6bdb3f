// How projects are printed, in the layout people know from argocd.
// Mirrors argoproj/argo-cd:cmd/argocd/commands/project.go (3.6).

import type { ProjectDetail, ProjectList } from '@evenkeel/api';
import type { ProjectSpec } from '@evenkeel/argo';
import { formatTable } from '../output/table.ts';

type Resource = ProjectList['items'][number];

/** The spec of a project as it came over HTTP. */
export function specOf(project: Resource): ProjectSpec {
  return (project['spec'] ?? {}) as ProjectSpec;
}

export function printProjectList(items: readonly Resource[]): string {
  const headers = ['NAME', 'DESCRIPTION', 'DESTINATIONS', 'SOURCES', 'CLUSTER-RESOURCE-WHITELIST'];
  const more = ['NAMESPACE-RESOURCE-BLACKLIST', 'SIGNATURE-KEYS', 'ORPHANED-RESOURCES', 'DESTINATION-SERVICE-ACCOUNTS'];
  const rows = items.map((item) => {
    const spec = specOf(item);
    return [
      item.metadata.name,
      spec.description ?? '',
      counted(destinations(spec), 'destinations'),
      counted(spec.sourceRepos ?? [], 'repos'),
      counted(kinds(spec.clusterResourceWhitelist), 'resources'),
      count(spec.namespaceResourceBlacklist ?? [], 'resources'),
      count(spec.signatureKeys ?? [], 'key(s)'),
      orphaned(spec),
      counted(serviceAccounts(spec), 'destinationServiceAccounts'),
    ];
  });
  return formatTable([...headers, ...more], rows);
}

export function printProject({ project, clusters, repositories, warnings }: ProjectDetail): string {
  const spec = specOf(project);
  const keys = (spec.signatureKeys ?? []).map(({ keyID }) => keyID).join(', ');
  return [
    line('Name:', project.metadata.name),
    line('Description:', spec.description ?? ''),
    ...lines('Destinations:', destinations(spec)),
    ...lines('Repositories:', spec.sourceRepos ?? []),
    ...lines('Source Namespaces:', spec.sourceNamespaces ?? []),
    ...lines('Scoped Repositories:', repositories),
    ...lines('Allowed Cluster Resources:', kinds(spec.clusterResourceWhitelist)),
    ...lines('Scoped Clusters:', clusters),
    ...lines('Denied Namespaced Resources:', kinds(spec.namespaceResourceBlacklist)),
    line('Signature keys:', keys === '' ? none : keys),
    line('Orphaned Resources:', orphaned(spec)),
    ...warnings.map((warning) => line('Warning:', warning)),
  ].join('');
}

const none = '<none>';

function line(label: string, value: string): string {
  return `${label.padEnd(29)}${value}`.trimEnd() + '\n';
}

function lines(label: string, values: readonly string[]): readonly string[] {
  const [first = none, ...rest] = values;
  return [line(label, first), ...rest.map((value) => line('', value))];
}

function destinations({ destinations: all = [] }: ProjectSpec): readonly string[] {
  return all.map(({ server = '', name = '', namespace = '' }) => `${server === '' ? name : server},${namespace}`);
}

function serviceAccounts({ destinationServiceAccounts = [] }: ProjectSpec): readonly string[] {
  return destinationServiceAccounts.map(
    ({ server = '', namespace = '', defaultServiceAccount }) => `${server},${namespace},${defaultServiceAccount}`,
  );
}

function kinds(list: ProjectSpec['clusterResourceWhitelist']): readonly string[] {
  return (list ?? []).map(({ group, kind, name }) => [group, kind, ...(name ? [name] : [])].join('/'));
}

function counted(values: readonly string[], noun: string): string {
  return values.length === 1 ? (values[0] ?? '') : count(values, noun);
}

function count(values: readonly unknown[], noun: string): string {
  return values.length === 0 ? none : `${values.length} ${noun}`;
}

function orphaned({ orphanedResources }: ProjectSpec): string {
  if (!orphanedResources) return 'disabled';
  const ignored = (orphanedResources.ignore ?? []).length;
  return `enabled (warn=${orphanedResources.warn === true}${ignored > 0 ? `, ignored ${ignored}` : ''})`;
}
