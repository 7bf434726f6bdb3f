// GitRepository and Kustomization as they are read: the fields this front end understands.

import type { Condition } from '@evenkeel/controller';
import type { Json, JsonObject, KubeObject } from '@evenkeel/resource';

export interface GitReference {
  readonly branch?: string;
  readonly tag?: string;
  readonly semver?: string;
  readonly name?: string;
  readonly commit?: string;
}

export interface GitRepositorySpec {
  readonly url: string;
  readonly interval: string;
  readonly timeout?: string;
  readonly ref?: GitReference;
  readonly suspend?: boolean;
  readonly ignore?: string;
  readonly [field: string]: unknown;
}

/** Where a source's content is, for whoever fetches it. Mirrors fluxcd/pkg:apis/meta/artifact_types.go (1.30). */
export interface Artifact {
  readonly path: string;
  readonly url: string;
  readonly revision: string;
  readonly digest: string;
  readonly lastUpdateTime: string;
  readonly size?: number;
  readonly metadata?: Readonly<Record<string, string>>;
}

export interface GitRepositoryStatus {
  readonly conditions?: readonly Condition[];
  readonly observedGeneration?: number;
  readonly lastHandledReconcileAt?: string;
  readonly observedIgnore?: string;
  readonly artifact?: Artifact;
}

export interface KustomizationSpec {
  readonly interval: string;
  readonly retryInterval?: string;
  readonly timeout?: string;
  readonly prune: boolean;
  readonly path?: string;
  readonly sourceRef: { readonly kind: string; readonly name: string; readonly namespace?: string };
  readonly targetNamespace?: string;
  readonly suspend?: boolean;
  readonly wait?: boolean;
  readonly force?: boolean;
  readonly deletionPolicy?: string;
  readonly healthChecks?: readonly {
    readonly apiVersion?: string;
    readonly kind: string;
    readonly name: string;
    readonly namespace?: string;
  }[];
  readonly dependsOn?: readonly { readonly name: string; readonly namespace?: string; readonly readyExpr?: string }[];
  readonly patches?: readonly JsonObject[];
  readonly images?: readonly JsonObject[];
  readonly components?: readonly string[];
  readonly namePrefix?: string;
  readonly nameSuffix?: string;
  readonly commonMetadata?: {
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly buildMetadata?: readonly string[];
  readonly [field: string]: unknown;
}

export interface KustomizationStatus {
  readonly conditions?: readonly Condition[];
  readonly observedGeneration?: number;
  readonly lastHandledReconcileAt?: string;
  readonly lastAppliedRevision?: string;
  readonly lastAttemptedRevision?: string;
  readonly inventory?: { readonly entries: readonly { readonly id: string; readonly v: string }[] };
}

/** A custom resource with its spec and status typed. */
export interface Resource<Spec, Status> {
  readonly object: KubeObject;
  readonly namespace: string;
  readonly name: string;
  readonly spec: Spec;
  readonly status: Status;
}

export type GitRepository = Resource<GitRepositorySpec, GitRepositoryStatus>;
export type Kustomization = Resource<KustomizationSpec, KustomizationStatus>;

/** Views an object as one of the types above; the API server has validated it. */
export function readResource<Spec, Status>(object: KubeObject): Resource<Spec, Status> {
  const view = object as unknown as { spec: Spec; status?: Status };
  return {
    object,
    namespace: object.metadata.namespace ?? '',
    name: object.metadata.name ?? '',
    spec: view.spec,
    status: view.status ?? ({} as Status),
  };
}

/** The token of `reconcile.fluxcd.io/requestedAt`, where it has not been handled yet. */
export function pendingRequest(object: KubeObject, handled: string | undefined): string | undefined {
  const token = object.metadata.annotations?.['reconcile.fluxcd.io/requestedAt'];
  return token !== undefined && token !== handled ? token : undefined;
}

/** A status as plain JSON. */
export function asStatus(status: object): JsonObject {
  return JSON.parse(JSON.stringify(status)) as Record<string, Json>;
}

/** "<branch>@sha1:<commit>" to its commit. Mirrors fluxcd/pkg:git/git.go (0.4x) revisions. */
export function commitOf(revision: string): string {
  return revision.slice(revision.lastIndexOf(':') + 1);
}
