// What a project permits. Mirrors argoproj/argo-cd:pkg/apis/application/v1alpha1/app_project_types.go (3.6).

import type { Refusal } from '@evenkeel/engine';
import type { Delivery } from '@evenkeel/delivery';
import type { JsonObject, KubeObject } from '@evenkeel/resource';
import { inClusterServer } from './translate.ts';

interface ProjectSpec {
  readonly sourceRepos?: readonly string[];
  readonly destinations?: readonly { readonly server?: string; readonly name?: string; readonly namespace?: string }[];
  readonly clusterResourceWhitelist?: readonly { readonly group: string; readonly kind: string }[];
  readonly clusterResourceBlacklist?: readonly { readonly group: string; readonly kind: string }[];
  readonly namespaceResourceWhitelist?: readonly { readonly group: string; readonly kind: string }[];
  readonly namespaceResourceBlacklist?: readonly { readonly group: string; readonly kind: string }[];
  readonly sourceNamespaces?: readonly string[];
}

/** Restrictions we cannot enforce yet: an application of a project that has one is refused, not let through. */
const unsupported: readonly string[] = [
  'orphanedResources',
  'syncWindows',
  'signatureKeys',
  'sourceIntegrity',
  'permitOnlyProjectScopedClusters',
  'destinationServiceAccounts',
  'clusterResourceWhitelist',
  'clusterResourceBlacklist',
  'namespaceResourceWhitelist',
  'namespaceResourceBlacklist',
];

/** The project every application without one belongs to, as Argo CD creates it. */
export const defaultProject: KubeObject = {
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'AppProject',
  metadata: { name: 'default', namespace: 'argocd' },
  spec: {
    sourceRepos: ['*'],
    destinations: [{ namespace: '*', server: '*' }],
    clusterResourceWhitelist: [{ group: '*', kind: '*' }],
  },
};

/** Why the project does not permit the delivery; empty where it does. */
export function projectRefusals(name: string, project: KubeObject | undefined, delivery: Delivery): readonly Refusal[] {
  if (!project) {
    return [
      {
        code: 'NOT_PERMITTED',
        sentence: `the AppProject "${name}" does not exist`,
        remedy: `Create the AppProject "${name}" in namespace argocd, or use project: default.`,
      },
    ];
  }
  const spec = (project['spec'] ?? {}) as ProjectSpec & JsonObject;
  const found: Refusal[] = [];
  for (const field of unsupported) {
    if (isRestriction(spec[field]))
      found.push(
        deny(`AppProject "${name}": spec.${field} is not supported yet`, `Remove spec.${field} from the project.`),
      );
  }
  for (const source of delivery.sources) {
    if (!permits(spec.sourceRepos ?? [], source.url)) {
      found.push(
        deny(
          `the project "${name}" does not permit the repository ${source.url}`,
          'Add the repository to spec.sourceRepos of the AppProject.',
        ),
      );
    }
  }
  if (!permitsDestination(spec, delivery)) {
    found.push(
      deny(
        `the project "${name}" does not permit the destination namespace "${delivery.destination.namespace}" of this cluster`,
        'Add the destination to spec.destinations of the AppProject.',
      ),
    );
  }
  const sourceNamespaces = spec.sourceNamespaces ?? [];
  if (name !== 'default' && delivery.namespace !== 'argocd' && !permits(sourceNamespaces, delivery.namespace)) {
    found.push(
      deny(
        `the project "${name}" does not permit Applications in namespace "${delivery.namespace}"`,
        'Add the namespace to spec.sourceNamespaces of the AppProject.',
      ),
    );
  }
  return found;
}

function isRestriction(value: unknown): boolean {
  if (value === undefined || value === null || value === false) return false;
  if (!Array.isArray(value)) return true;
  const everything =
    value.length === 1 &&
    (value[0] as { group?: string }).group === '*' &&
    (value[0] as { kind?: string }).kind === '*';
  return value.length > 0 && !everything;
}

function permitsDestination(spec: ProjectSpec, delivery: Delivery): boolean {
  const matches = (entry: { readonly server?: string; readonly name?: string; readonly namespace?: string }): boolean =>
    (globMatches(entry.server ?? '', inClusterServer) || globMatches(entry.name ?? '', 'in-cluster')) &&
    globMatches(entry.namespace ?? '', delivery.destination.namespace);
  const allowed = (spec.destinations ?? []).filter((entry) => !isDenial(entry));
  const denied = (spec.destinations ?? []).filter(isDenial);
  const lifted = denied.map((entry) => ({
    server: (entry.server ?? '*').replace(/^!/, ''),
    name: (entry.name ?? '').replace(/^!/, ''),
    namespace: (entry.namespace ?? '*').replace(/^!/, ''),
  }));
  return allowed.some(matches) && !lifted.some(matches);
}

function isDenial(entry: { readonly server?: string; readonly name?: string; readonly namespace?: string }): boolean {
  return [entry.server, entry.name, entry.namespace].some((text) => text?.startsWith('!') === true);
}

function permits(patterns: readonly string[], text: string): boolean {
  const denied = patterns.filter((pattern) => pattern.startsWith('!')).map((pattern) => pattern.slice(1));
  if (denied.some((pattern) => globMatches(pattern, text))) return false;
  return patterns.some((pattern) => !pattern.startsWith('!') && globMatches(pattern, text));
}

/** `*` matches anything, as upstream's globs of projects do. */
function globMatches(pattern: string, text: string): boolean {
  if (pattern === '') return false;
  const source = pattern
    .split('*')
    .map((part) => part.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
    .join('.*');
  return new RegExp(`^${source}$`).test(text);
}

function deny(sentence: string, remedy: string): Refusal {
  return { code: 'NOT_PERMITTED', sentence, remedy };
}
