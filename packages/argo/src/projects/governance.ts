// Where an Application goes and what its project makes of it: clusters, projects and settings asked together, without a request.

import type { DeliveryLimits } from '@evenkeel/delivery';
import type { Refusal } from '@evenkeel/engine';
import type { Informer } from '@evenkeel/kube';
import type { Application } from '../application.ts';
import { type ClusterDirectory, fixedClusters } from '../clusters/directory.ts';
import { clusterKey } from '../clusters/known-cluster.ts';
import type { SettingsSource } from '../settings/watch-settings.ts';
import { closedBy, limitsOf, projectRefusals, windowsOf } from './application-limits.ts';
import type { Verifier } from './integrity.ts';
import { permitsApplicationNamespace } from './permissions.ts';
import { type Project, readProject } from './project.ts';
import { virtualProject } from './virtual.ts';
import { type WindowVerdict, judgeWindows } from './windows.ts';

export interface Governance {
  /** The Application with its destination resolved. */
  place(application: Application): Application;
  /** Why its project does not let it be; empty where it does. Ask for placed Applications only. */
  refusals(application: Application): readonly Refusal[];
  /** What holds for its objects and syncs; undefined where its project is not there, or its cluster. */
  limits(application: Application): DeliveryLimits | undefined;
  /** Why nothing of it may be deleted, although it goes. */
  staysBecause(application: Application): string | undefined;
  /** Whether somebody may sync it by hand now. */
  manualSync(application: Application, nowMs: number): WindowVerdict;
  /** The windows that concern an Application, and whether a sync may run by itself now. */
  windows(application: Application, nowMs: number): { readonly allowed: boolean; readonly assigned: readonly string[] };
  /** The project as it counts. */
  project(name: string): Project | undefined;
}

export interface GovernanceOptions {
  readonly projects: Pick<Informer, 'get'>;
  readonly settings: SettingsSource;
  readonly controlNamespace: string;
  /** The cluster of this process alone, where not given. */
  readonly clusters?: ClusterDirectory | undefined;
  /** Verifies commits; none that has to be verified is let in without it. */
  readonly verifier?: Verifier | undefined;
  /** URLs of repositories that name a project. */
  readonly repositoriesOf?: ((project: string) => readonly string[]) | undefined;
}

/** Makes it. */
export function createGovernance(options: GovernanceOptions): Governance {
  return new Governing(options);
}

class Governing implements Governance {
  readonly #options: GovernanceOptions;
  readonly #clusters: ClusterDirectory;

  constructor(options: GovernanceOptions) {
    this.#options = options;
    const inClusterEnabled = (): boolean => options.settings.current().inClusterEnabled;
    this.#clusters = options.clusters ?? fixedClusters([], { inClusterEnabled });
  }

  place(application: Application): Application {
    const resolved = this.#clusters.resolve(application.spec.destination ?? {});
    if (resolved.kind === 'problem') return { ...application, place: resolved };
    return { ...application, place: { ...resolved, key: clusterKey(resolved.cluster) } };
  }

  refusals(application: Application): readonly Refusal[] {
    const { place } = application;
    if (place?.kind !== 'cluster') return [];
    const name = projectName(application);
    const { controlNamespace } = this.#options;
    const scoped = this.#clusters.ofProject(name);
    const project = this.project(name);
    const permitsNamespace = project !== undefined && this.#permitsNamespace(project, application.namespace);
    return projectRefusals({
      application,
      project,
      cluster: place.cluster,
      scoped,
      controlNamespace,
      permitsNamespace,
    });
  }

  limits(application: Application): DeliveryLimits | undefined {
    const { place } = application;
    const name = projectName(application);
    const project = this.project(name);
    if (!project || place?.kind !== 'cluster') return undefined;
    const { controlNamespace, settings, verifier } = this.#options;
    const scoped = this.#clusters.ofProject(name);
    const judging = { application, project, cluster: place.cluster, scoped, controlNamespace };
    return {
      ...limitsOf(judging, settings.current(), verifier),
      // A sync that waits asks again, and what counts then is the project as it stands then.
      closed: (moment) => closedBy(windowsOf(this.project(name) ?? project, application), moment),
    };
  }

  staysBecause(application: Application): string | undefined {
    const name = projectName(application);
    const project = this.#own(name);
    if (!project) return `Application referencing project ${name} which does not exist`;
    // Without a Secret a cluster is forgotten; with one that cannot be read what is on it is still ours to delete.
    const resolved = this.#clusters.resolve(application.spec.destination ?? {});
    if (resolved.kind === 'problem' && resolved.isUnread) return resolved.sentence;
    if (this.#permitsNamespace(project, application.namespace)) return undefined;
    return `application '${application.name}' in namespace '${application.namespace}' is not permitted to use project '${name}'`;
  }

  windows(application: Application, nowMs: number): ReturnType<Governance['windows']> {
    const project = this.project(projectName(application));
    const windows = project ? windowsOf(project, application) : [];
    return {
      allowed: judgeWindows(windows, { manual: false, nowMs }).kind === 'open',
      assigned: windows.map(({ kind = '', schedule = '', duration = '' }) => `${kind}:${schedule}:${duration}`),
    };
  }

  manualSync(application: Application, nowMs: number): WindowVerdict {
    const project = this.project(projectName(application));
    return project ? judgeWindows(windowsOf(project, application), { manual: true, nowMs }) : { kind: 'open' };
  }

  project(name: string): Project | undefined {
    const own = this.#own(name);
    const { settings, repositoriesOf } = this.#options;
    return (
      own &&
      virtualProject(own, {
        globals: settings.current().globalProjects,
        project: (other) => this.#own(other),
        clusters: this.#clusters.ofProject(name),
        repositories: repositoriesOf?.(name) ?? [],
      })
    );
  }

  /**
   * Where no namespaces of Applications are set, Argo CD looks at none but its own; here those of the others belong to the
   * default project, unless it names namespaces itself. Where some are set, the rules are those of Argo CD.
   */
  #permitsNamespace(project: Project, namespace: string): boolean {
    const { settings, controlNamespace } = this.#options;
    const isOpen = project.name === 'default' && project.spec.sourceNamespaces === undefined;
    if (isOpen && settings.current().applicationNamespaces.length === 0) return true;
    return permitsApplicationNamespace(project, namespace, controlNamespace);
  }

  #own(name: string): Project | undefined {
    const object = this.#options.projects.get(this.#options.controlNamespace, name);
    return object && readProject(object);
  }
}

function projectName({ spec }: Application): string {
  return spec.project || 'default';
}
