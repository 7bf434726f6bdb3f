// What generators may ask of the outside. Tests answer from data; the controller from watch caches, repositories and forges.

import type { ForgeAccess, ForgeProvider, PullRequestProvider } from '@evenkeel/git';
import type { Json, JsonObject, KubeObject } from '@evenkeel/resource';
import type { Snapshot } from '@evenkeel/source';

/** A key of a Secret or ConfigMap. */
export interface KeyRef {
  readonly name: string;
  readonly key: string;
}

/** What a plugin is asked. */
export interface PluginQuestion {
  readonly baseUrl: string;
  readonly token: string;
  readonly timeoutMs: number;
  readonly body: JsonObject;
}

/** What the operator allows forges to be. */
export interface ForgePolicy {
  readonly enabled: boolean;
  /** API addresses that may be asked; empty allows every one. */
  readonly allowed: readonly string[];
  /** Tokens only from Secrets that say they are for this. */
  readonly strictTokens: boolean;
}

export interface GeneratorWorld {
  /** Where Argo CD's own Secrets and ConfigMaps are. */
  readonly controlNamespace: string;
  /** Secrets that carry clusters. */
  clusterSecrets(): readonly KubeObject[];
  /** Undefined where there is none. */
  secret(namespace: string, name: string): Promise<KubeObject | undefined>;
  configMap(namespace: string, name: string): Promise<KubeObject | undefined>;
  /** Objects of a kind by its plural or kind name, in the control namespace. */
  decisions(query: {
    readonly group: string;
    readonly version: string;
    readonly resource: string;
    readonly name: string;
    readonly labelSelector: string;
  }): Promise<readonly KubeObject[]>;
  /** The tree of a repository, or of an artifact of a registry, at a revision, run through a pure function. */
  readTree<T>(
    source: {
      readonly kind: 'git' | 'oci';
      readonly url: string;
      readonly revision: string;
      readonly project: string;
      readonly fresh: boolean;
    },
    work: (tree: Snapshot) => T,
  ): Promise<T>;
  /** Whether directories whose names begin with a dot count. */
  readonly hiddenDirectories?: boolean;
  /** Whether file patterns follow the newer rules, where `*` stops at '/'. */
  readonly newFileGlobbing: boolean;
  askPlugin(question: PluginQuestion): Promise<Json>;
  readonly forges: ForgePolicy;
  readonly access: ForgeAccess;
  /** Variables in which a platform tells this process who it is. */
  readonly environment?: Readonly<Record<string, string | undefined>> | undefined;
  /** Stand-ins for tests; the real clients where undefined. */
  readonly repositories?: (kind: string, spec: JsonObject) => ForgeProvider | undefined;
  readonly pullRequests?: (kind: string, spec: JsonObject) => PullRequestProvider | undefined;
  readonly signal: AbortSignal;
}

/** The data of a Secret, decoded. `stringData` counts, as in files nobody has applied yet. */
export function secretData(secret: KubeObject): ReadonlyMap<string, string> {
  const result = new Map<string, string>();
  const fields = secret as unknown as {
    readonly data?: Readonly<Record<string, string>>;
    readonly stringData?: Readonly<Record<string, string>>;
  };
  for (const [key, value] of Object.entries(fields.data ?? {}))
    result.set(key, Buffer.from(value, 'base64').toString('utf8'));
  for (const [key, value] of Object.entries(fields.stringData ?? {})) result.set(key, value);
  return result;
}
