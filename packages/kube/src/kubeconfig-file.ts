// The kubeconfig format (kubernetes:client-go/tools/clientcmd/api/v1/types.go, v1.35) and how several files become one.

import type { Json } from '@evenkeel/resource';
import { KubeconfigError } from './kubeconfig-error.ts';
import { isJsonObject } from './status.ts';

interface RawCluster {
  readonly server?: string;
  readonly 'tls-server-name'?: string;
  readonly 'insecure-skip-tls-verify'?: boolean;
  readonly 'certificate-authority'?: string;
  readonly 'certificate-authority-data'?: string;
  readonly 'proxy-url'?: string;
  readonly 'disable-compression'?: boolean;
  readonly extensions?: readonly { readonly name?: string; readonly extension?: unknown }[];
}

export interface RawUser {
  readonly 'client-certificate'?: string;
  readonly 'client-certificate-data'?: string;
  readonly 'client-key'?: string;
  readonly 'client-key-data'?: string;
  readonly token?: string;
  readonly tokenFile?: string;
  readonly username?: string;
  readonly password?: string;
  readonly as?: string;
  readonly 'as-uid'?: string;
  readonly 'as-groups'?: readonly string[];
  readonly 'as-user-extra'?: Readonly<Record<string, readonly string[]>>;
  readonly 'auth-provider'?: { readonly name?: string };
  readonly exec?: {
    readonly apiVersion?: string;
    readonly command?: string;
    readonly args?: readonly string[] | null;
    readonly env?: readonly { readonly name: string; readonly value: string }[] | null;
    readonly installHint?: string;
    readonly provideClusterInfo?: boolean;
    readonly interactiveMode?: string;
  };
}

interface RawContext {
  readonly cluster?: string;
  readonly user?: string;
  readonly namespace?: string;
}

/** An entry and the directory of the file it stands in, against which its relative paths are meant. */
interface Located<T> {
  readonly value: T;
  readonly directory: string;
}

export interface Kubeconfig {
  readonly clusters: ReadonlyMap<string, Located<RawCluster>>;
  readonly users: ReadonlyMap<string, Located<RawUser>>;
  readonly contexts: ReadonlyMap<string, Located<RawContext>>;
  readonly currentContext?: string;
}

/** What an empty file says. */
export function emptyKubeconfig(): Kubeconfig {
  return { clusters: new Map(), users: new Map(), contexts: new Map() };
}

/** Reads one parsed file. Throws KubeconfigError where it is no kubeconfig. */
export function readKubeconfig(value: Json | undefined, directory: string): Kubeconfig {
  if (!isJsonObject(value)) throw new KubeconfigError('SYNTAX', 'a kubeconfig must be a mapping');
  const { kind } = value;
  if (kind !== undefined && kind !== 'Config') {
    throw new KubeconfigError('SYNTAX', `no kind ${JSON.stringify(kind)} is registered for a kubeconfig`);
  }
  const current = value['current-context'];
  return {
    clusters: entries<RawCluster>(value['clusters'], 'cluster', directory),
    users: entries<RawUser>(value['users'], 'user', directory),
    contexts: entries<RawContext>(value['contexts'], 'context', directory),
    ...(typeof current === 'string' && current !== '' ? { currentContext: current } : {}),
  };
}

/** `first` wins, name by name: entries of the same name are not mixed. */
export function mergeKubeconfigs(first: Kubeconfig, second: Kubeconfig): Kubeconfig {
  const current = first.currentContext ?? second.currentContext;
  return {
    clusters: new Map([...second.clusters, ...first.clusters]),
    users: new Map([...second.users, ...first.users]),
    contexts: new Map([...second.contexts, ...first.contexts]),
    ...(current === undefined ? {} : { currentContext: current }),
  };
}

/** `[{ name, cluster: {…} }]` by name. */
function entries<T>(list: Json | undefined, member: string, directory: string): ReadonlyMap<string, Located<T>> {
  const byName = new Map<string, Located<T>>();
  for (const entry of Array.isArray(list) ? (list as readonly Json[]) : []) {
    if (!isJsonObject(entry)) continue;
    const { name } = entry;
    const value = isJsonObject(entry[member]) ? entry[member] : {};
    if (typeof name !== 'string') continue;
    if (byName.has(name)) throw new KubeconfigError('SYNTAX', `duplicate name "${name}" in list of ${member}s`);
    const filled = Object.entries(value).filter(([, one]) => one !== null);
    byName.set(name, { value: Object.fromEntries(filled) as T, directory });
  }
  return byName;
}
