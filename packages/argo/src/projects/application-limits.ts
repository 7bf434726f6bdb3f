// What the project of an Application makes of it: refused, or a delivery within limits.
// Mirrors argoproj/argo-cd:util/argo/argo.go ValidatePermissions and controller/sync.go validateSyncPermissions (3.6).

import type { DeliveryLimits, SourceIntegrity, SyncMoment } from '@evenkeel/delivery';
import type { Refusal } from '@evenkeel/engine';
import type { ObjectRef } from '@evenkeel/resource';
import { kubeTime } from '@evenkeel/std';
import { type Application, sourcesOf } from '../application.ts';
import type { KnownCluster } from '../clusters/known-cluster.ts';
import type { ArgoSettings } from '../settings/settings.ts';
import { actingAs } from './impersonation.ts';
import { type Verifier, integrityPolicies, policyFor } from './integrity.ts';
import { isKnownOrphan } from './orphans.ts';
import { permitsDestination, permitsKind, permitsSource } from './permissions.ts';
import type { Project, SyncWindow } from './project.ts';
import { type WindowVerdict, describeWindow, judgeWindows, windowsFor } from './windows.ts';

/** What an Application is judged by. */
export interface Judging {
  readonly application: Application;
  /** The project as it counts, global projects and scoped clusters included; undefined where there is none. */
  readonly project: Project | undefined;
  /** Where it goes. */
  readonly cluster: KnownCluster;
  /** Clusters that belong to the project. */
  readonly scoped: readonly KnownCluster[];
  readonly controlNamespace: string;
  /** Whether Applications of its namespace may use the project. */
  readonly permitsNamespace: boolean;
}

/** Why the project does not let the Application be; empty where it does. Sentences are upstream's. */
export function projectRefusals({
  application,
  project,
  cluster,
  scoped,
  controlNamespace,
  permitsNamespace,
}: Judging): readonly Refusal[] {
  const { spec, name, namespace } = application;
  const wanted = spec.project || 'default';
  if (!project) {
    return [
      deny(
        `Application referencing project ${wanted} which does not exist`,
        `Create the AppProject "${wanted}" in namespace ${controlNamespace}, or use project: default.`,
      ),
    ];
  }
  if (project.problems) {
    return [
      deny(
        `application references project ${wanted} which is invalid: ${project.problems.slice(0, 5).join(', ')}`,
        `Correct the AppProject "${wanted}"; it permits nothing as it is.`,
      ),
    ];
  }
  if (!permitsNamespace) {
    return [
      {
        code: 'NAMESPACE_NOT_PERMITTED',
        sentence: `application '${name}' in namespace '${namespace}' is not permitted to use project '${project.name}'`,
        remedy: 'Add the namespace to spec.sourceNamespaces of the AppProject.',
      },
    ];
  }
  const found = [...sourceDenials(application, project)];
  const destination = spec.destination ?? {};
  const target = destination.namespace ?? '';
  if (!permitsDestination(project, { cluster, namespace: target }, scoped)) {
    const server = (destination.name ?? '') === '' ? cluster.server : cluster.name;
    found.push(
      deny(
        `application destination server '${server}' and namespace '${target}' do not match any of the allowed destinations in project '${project.name}'`,
        project.spec.permitOnlyProjectScopedClusters === true
          ? 'Add the destination to spec.destinations of the AppProject, and give the cluster to the project.'
          : 'Add the destination to spec.destinations of the AppProject.',
      ),
    );
  }
  return found;
}

/** Of a hydrator, both what is rendered and what is synced has to be permitted. */
function sourceDenials({ spec }: Application, project: Project): readonly Refusal[] {
  const remedy = 'Add the repository to spec.sourceRepos of the AppProject.';
  const denied = (what: string, repoURL: string): readonly Refusal[] =>
    permitsSource(project, repoURL)
      ? []
      : [deny(`${what} repo ${repoURL} is not permitted in project '${project.name}'`, remedy)];
  const { sourceHydrator } = spec;
  if (!sourceHydrator) return sourcesOf(spec).flatMap(({ repoURL = '' }) => denied('application', repoURL));
  const { drySource, syncSource } = sourceHydrator;
  const { repoURL: dry = '' } = drySource;
  const { repoURL: synced = '' } = syncSource;
  const separate = synced !== '' && synced !== dry ? denied('sync source', synced) : [];
  return [...denied('application', dry), ...separate];
}

/** The limits that hold for each object and each sync of a permitted Application. */
export function limitsOf(
  judging: Omit<Judging, 'permitsNamespace'> & { readonly project: Project },
  settings: ArgoSettings,
  verifier?: Verifier,
): DeliveryLimits {
  const { application, project, cluster, scoped } = judging;
  const actor = actingAs(project, { application, cluster }, settings.impersonation);
  const windows = windowsOf(project, application);
  const orphaned = project.spec.orphanedResources;
  const forbidsKind = ({ group, kind, name }: ObjectRef, namespaced: boolean): boolean =>
    !permitsKind(project, { group, kind, name, namespaced });
  return {
    forbidsKind,
    forbids(object, namespaced) {
      if (forbidsKind(object, namespaced)) {
        return `resource ${object.group}:${object.kind} is not permitted in project ${project.name}`;
      }
      if (!namespaced || permitsDestination(project, { cluster, namespace: object.namespace }, scoped))
        return undefined;
      return `namespace ${object.namespace} is not permitted in project '${project.name}'`;
    },
    closed: (moment) => closedBy(windows, moment),
    integrity: integrityOf(project, verifier),
    ...(actor.kind === 'user' ? { actsAs: actor.user } : {}),
    ...(actor.kind === 'refused'
      ? {
          refusal: {
            ...deny(actor.sentence, 'Name a service account in spec.destinationServiceAccounts of the AppProject.'),
            code: 'OBJECT_NOT_PERMITTED',
          } as const,
        }
      : {}),
    ...(orphaned
      ? { orphans: { warn: orphaned.warn === true, ignores: (object) => isKnownOrphan(object, orphaned.ignore ?? []) } }
      : {}),
  };
}

/** Commits are verified where a policy of the project says so; without a verifier none of them is let in. */
function integrityOf(project: Project, verifier: Verifier | undefined): SourceIntegrity | undefined {
  const policies = integrityPolicies(project);
  if (policies.length === 0) return undefined;
  return {
    concerns: (url) => policyFor(policies, url) !== undefined,
    problems: async ({ url, revision, access }, sha, signal) => {
      const policy = policyFor(policies, url);
      if (policy === undefined) return [];
      if (typeof policy === 'string') return [policy];
      if (!verifier) return ['commits cannot be verified here: there is no git and gpg to ask'];
      return verifier.verify(policy, { url, revision, sha, access }, signal);
    },
  };
}

/** The windows that concern an Application. */
export function windowsOf(project: Project, { name, spec }: Application): readonly SyncWindow[] {
  return windowsFor(project.spec.syncWindows ?? [], { name, destination: spec.destination ?? {} });
}

/** Why no sync may run at a moment; undefined where one may. */
export function closedBy(windows: readonly SyncWindow[], moment: SyncMoment): ReturnType<DeliveryLimits['closed']> {
  const verdict = judgeWindows(windows, moment);
  if (verdict.kind === 'open') return undefined;
  return { sentence: explainWindows(verdict), untilMs: verdict.kind === 'blocked' ? verdict.untilMs : undefined };
}

/** "Sync operation blocked by sync window until 2026-11-21T18:00:00Z: deny window "0 8 * * 1-5" of 10h" */
export function explainWindows(verdict: Exclude<WindowVerdict, { readonly kind: 'open' }>): string {
  const said = 'Sync operation blocked by sync window';
  if (verdict.kind === 'invalid') return `${said}: ${verdict.sentence}`;
  const until = verdict.untilMs === undefined ? '' : ` until ${kubeTime(verdict.untilMs)}`;
  return `${said}${until}: ${verdict.by.map(describeWindow).join(', ')}`;
}

function deny(sentence: string, remedy: string): Refusal {
  return { code: 'NOT_PERMITTED', sentence, remedy };
}
