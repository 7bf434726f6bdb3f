// Everything the API reads from, in one place; the routes and views are functions of it.

import type {
  ApplicationAnswer,
  ApplicationChange,
  ClusterChange,
  ClusterRequest,
  Info,
  ProjectAnswer,
  ProjectDetail,
  Repository,
  RepositoryCertificate,
  RepositoryTemplate,
} from '@evenkeel/api';
import type { Gate, RbacSwitches } from '@evenkeel/argo';
import type { CommitReport, Deliveries } from '@evenkeel/delivery';
import type { Cluster } from '@evenkeel/delivery';
import type { History } from '@evenkeel/history';
import type { JsonObject, KubeObject } from '@evenkeel/resource';
import type { Clock } from '@evenkeel/std';
import type { Face, FaceItem } from './faces/face.ts';

/** ApplicationSets, where this server has them. */
export interface SetBackend {
  list(): readonly KubeObject[];
  get(namespace: string, name: string): KubeObject | undefined;
  /** What a set would generate; rejects with the sentence of its condition. */
  generate(object: KubeObject): Promise<readonly KubeObject[]>;
  write(object: KubeObject): Promise<KubeObject>;
  remove(namespace: string, name: string): Promise<void>;
}

/** Repositories and what is trusted about them, where this server has them. Rejects with ActionRefused. */
export interface RepositoryBackend {
  list(query: { readonly url?: string; readonly project?: string; readonly fresh: boolean }): Promise<Repository[]>;
  templates(): RepositoryTemplate[];
  /** Answers what was done: created, updated, unchanged. */
  add(wish: {
    readonly kind: 'repository' | 'repo-creds';
    readonly fields: Readonly<Record<string, string>>;
    readonly upsert: boolean;
    readonly check: boolean;
  }): Promise<string>;
  remove(wanted: {
    readonly kind: 'repository' | 'repo-creds';
    readonly url: string;
    readonly project: string;
  }): Promise<void>;
  certificates(filter: Readonly<Record<string, string>>): RepositoryCertificate[];
  addCertificates(wish: {
    readonly certType: 'ssh' | 'https';
    readonly serverName: string;
    readonly text: string;
    readonly upsert: boolean;
  }): Promise<RepositoryCertificate[]>;
  removeCertificates(filter: Readonly<Record<string, string>>): Promise<RepositoryCertificate[]>;
}

/** A request from a forge, and the answer to it. */
export type Webhook = (request: {
  readonly method: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly query: URLSearchParams;
  readonly body: Uint8Array;
}) => Promise<{ readonly status: number; readonly message: string }>;

/** AppProjects, where this server has them. Writes reject with one sentence where they are refused. */
export interface ProjectBackend {
  list(): readonly KubeObject[];
  detail(name: string): (Omit<ProjectDetail, 'project'> & { readonly object: KubeObject }) | undefined;
  create(
    object: KubeObject,
    upsert: boolean,
  ): Promise<{ readonly action: ProjectAnswer['action']; readonly project: KubeObject }>;
  update(object: KubeObject): Promise<KubeObject>;
  remove(name: string): Promise<void>;
}

/** Clusters, where this server knows of several. Writes reject with one sentence where they are refused. */
export interface ClusterBackend {
  list(): Promise<readonly JsonObject[]>;
  create(cluster: ClusterRequest['cluster'], upsert: boolean): Promise<void>;
  change(server: string, change: ClusterChange): Promise<void>;
  remove(server: string): Promise<void>;
  /** Another token for the service account by which a cluster is reached. */
  rotateAuth(server: string): Promise<void>;
}

/** Who bears a token and what they may, where this server verifies tokens. */
export interface AccessBackend {
  readonly gate: Gate;
  /** The settings of argocd-cm that decide which permission something asks for. */
  switches(): RbacSwitches;
}

/** Changes of Applications, where this server takes them. Rejects with ActionRefused. */
export interface ApplicationBackend {
  /** `permits` is asked about the project that the Application is in afterwards, and throws where the change may not be made. */
  change(
    at: { readonly namespace: string; readonly name: string },
    change: ApplicationChange,
    permits: (project: string) => void,
  ): Promise<KubeObject>;
  /** `mayChange` is asked before one that exists is changed, with the projects it is in before and afterwards. */
  create(
    object: KubeObject,
    options: { readonly upsert: boolean; readonly mayChange: (before: string, after: string) => void },
  ): Promise<{ readonly action: ApplicationAnswer['action']; readonly application: KubeObject }>;
}

export interface Backend {
  readonly applications?: ApplicationBackend;
  readonly access?: AccessBackend;
  readonly projects?: ProjectBackend;
  readonly clusters?: ClusterBackend;
  /** Calls the listener for every cluster in use, now and later; the one of this process alone where not given. */
  readonly followClusters?: (listener: (cluster: Cluster) => () => void) => () => void;
  readonly sets?: SetBackend;
  readonly repositories?: RepositoryBackend;
  readonly webhook?: Webhook;
  readonly faces: readonly Face[];
  readonly deliveries: Deliveries;
  readonly cluster: (name: string) => Cluster | undefined;
  readonly history: History;
  readonly clock: Clock;
  readonly info: () => Promise<Info>;
  /** The commit of a repository, for people; undefined where it cannot be read. */
  readonly commit: (url: string, sha: string) => Promise<CommitReport | undefined>;
  /** Calls the listener whenever a delivery has a new report. */
  readonly onReport: (listener: (key: string) => void) => () => void;
}

/** Finds an application and the face it belongs to. */
export function findItem(
  backend: Backend,
  frontEnd: string,
  at: { readonly namespace: string; readonly name: string },
): { readonly face: Face; readonly item: FaceItem } | undefined {
  const face = backend.faces.find((candidate) => candidate.frontEnd === frontEnd);
  const item = face?.get(at.namespace, at.name);
  return face && item ? { face, item } : undefined;
}
