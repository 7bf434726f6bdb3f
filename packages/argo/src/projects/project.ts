// An AppProject as it is read: every field this front end enforces.
// Mirrors argoproj/argo-cd:pkg/apis/application/v1alpha1/types.go AppProjectSpec (3.6).

import type { Json, JsonObject, KubeObject } from '@evenkeel/resource';
import { conform } from '../crd/conform.ts';
import { projectSpecSchema } from '../crd/project.ts';
import { fields, flag, list, text } from '../crd/schema.ts';
import { unreadableRestrictions } from './unreadable.ts';

export interface ProjectDestination {
  readonly server?: string;
  readonly name?: string;
  readonly namespace?: string;
}

/** An entry of a list of kinds; only lists of cluster-scoped kinds look at `name`. */
export interface RestrictedKind {
  readonly group: string;
  readonly kind: string;
  readonly name?: string;
}

export interface ProjectRole {
  readonly name: string;
  readonly description?: string;
  readonly policies?: readonly string[];
  readonly groups?: readonly string[];
  readonly jwtTokens?: readonly JwtToken[];
}

export interface JwtToken {
  readonly iat: number;
  readonly exp?: number;
  readonly id?: string;
}

export interface SyncWindow {
  readonly kind?: string;
  readonly schedule?: string;
  readonly duration?: string;
  readonly timeZone?: string;
  readonly applications?: readonly string[];
  readonly namespaces?: readonly string[];
  readonly clusters?: readonly string[];
  readonly manualSync?: boolean;
  readonly andOperator?: boolean;
  readonly syncOverrun?: boolean;
  readonly description?: string;
}

export interface DestinationServiceAccount {
  readonly server?: string;
  readonly namespace?: string;
  readonly defaultServiceAccount: string;
}

export interface OrphanedKey {
  readonly group?: string;
  readonly kind?: string;
  readonly name?: string;
}

/** `spec.sourceIntegrity.git.policies[]`. */
export interface IntegrityPolicy {
  readonly repos?: readonly { readonly url?: string }[];
  readonly gpg?: { readonly mode?: string; readonly keys?: readonly string[] };
}

export interface ProjectSpec {
  readonly description?: string;
  readonly sourceRepos?: readonly string[];
  readonly sourceNamespaces?: readonly string[];
  readonly destinations?: readonly ProjectDestination[];
  readonly roles?: readonly ProjectRole[];
  readonly clusterResourceWhitelist?: readonly RestrictedKind[];
  readonly clusterResourceBlacklist?: readonly RestrictedKind[];
  /** Absent permits everything, empty nothing. */
  readonly namespaceResourceWhitelist?: readonly RestrictedKind[];
  readonly namespaceResourceBlacklist?: readonly RestrictedKind[];
  readonly orphanedResources?: { readonly warn?: boolean; readonly ignore?: readonly OrphanedKey[] };
  readonly syncWindows?: readonly SyncWindow[];
  readonly signatureKeys?: readonly { readonly keyID: string }[];
  readonly sourceIntegrity?: { readonly git?: { readonly policies?: readonly IntegrityPolicy[] } };
  readonly permitOnlyProjectScopedClusters?: boolean;
  readonly destinationServiceAccounts?: readonly DestinationServiceAccount[];
}

export interface Project {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly spec: ProjectSpec;
  /** What has another type than its definition gives it, and is left out of `spec`: such a project permits nothing. */
  readonly problems?: readonly string[] | undefined;
}

/** Reads a project. A restriction that cannot be read must not count as none: whoever permits by it looks at `problems` first. */
export function readProject(object: KubeObject): Project {
  const read = conform(object['spec'] as Json | undefined, projectReadSchema, 'spec');
  const spec = (read.value ?? {}) as ProjectSpec;
  const problems = [...read.problems, ...unreadableRestrictions(spec)];
  return {
    name: object.metadata.name ?? '',
    labels: object.metadata.labels ?? {},
    spec,
    ...(problems.length > 0 ? { problems } : {}),
  };
}

const projectReadSchema: JsonObject = {
  ...projectSpecSchema,
  properties: { ...(projectSpecSchema['properties'] as JsonObject), ...unstructured() },
};

/** What the definition takes in as any object, and is read field by field. */
function unstructured(): JsonObject {
  return {
    syncWindows: list(
      fields({
        kind: text,
        schedule: text,
        duration: text,
        timeZone: text,
        applications: list(text),
        namespaces: list(text),
        clusters: list(text),
        manualSync: flag,
        andOperator: flag,
        syncOverrun: flag,
        description: text,
      }),
    ),
    sourceIntegrity: fields({
      git: fields({
        policies: list(
          fields({
            repos: list(fields({ url: text })),
            gpg: fields({ mode: text, keys: list(text) }),
          }),
        ),
      }),
    }),
  };
}

/** A project object, ready to be created. */
export function newProject(name: string, spec: ProjectSpec): KubeObject {
  const object = { apiVersion: 'argoproj.io/v1alpha1', kind: 'AppProject', metadata: { name }, spec };
  return object as unknown as KubeObject;
}

/** The project every Application without one belongs to, as Argo CD creates it. */
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
