// How a cluster is reached, from the `config` of its Secret to what a client needs.
// Mirrors argoproj/argo-cd:pkg/apis/application/v1alpha1/types.go Cluster.RawRestConfig (3.6).

import type { ClusterConfig, ExecConfig, UserConfig } from '@evenkeel/kube';
import type { Json, JsonObject } from '@evenkeel/resource';
import { fields, flag, list, map, text } from '../crd/schema.ts';
import { type PemKind, isPem } from '../pem.ts';

/** The `config` of a cluster Secret. */
export interface ClusterAccess {
  readonly username?: string;
  readonly password?: string;
  readonly bearerToken?: string;
  readonly tlsClientConfig?: {
    readonly insecure?: boolean;
    readonly serverName?: string;
    /** PEM, in base64. */
    readonly caData?: string;
    readonly certData?: string;
    readonly keyData?: string;
  };
  readonly awsAuthConfig?: { readonly clusterName?: string; readonly roleARN?: string; readonly profile?: string };
  readonly execProviderConfig?: {
    readonly command?: string;
    readonly args?: readonly string[];
    readonly env?: Readonly<Record<string, string>>;
    readonly apiVersion?: string;
    readonly installHint?: string;
    readonly provideClusterInfo?: boolean;
    readonly config?: Json;
  };
  readonly proxyUrl?: string;
  readonly disableCompression?: boolean;
}

/** The same as a schema: one value of another type must not be found out by whoever first uses it. */
export const accessSchema: JsonObject = fields({
  username: text,
  password: text,
  bearerToken: text,
  tlsClientConfig: fields({ insecure: flag, serverName: text, caData: text, certData: text, keyData: text }),
  awsAuthConfig: fields({ clusterName: text, roleARN: text, profile: text }),
  execProviderConfig: fields({
    command: text,
    args: list(text),
    env: map(text),
    apiVersion: text,
    installHint: text,
    provideClusterInfo: flag,
  }),
  proxyUrl: text,
  disableCompression: flag,
});

/** What a client is made of, or why there can be none. */
export type ResolvedAccess =
  | { readonly kind: 'config'; readonly config: ClusterConfig }
  | { readonly kind: 'problem'; readonly sentence: string };

/** Resolves the access of a cluster. Sentences name fields, never their values. */
export function resolveAccess(cluster: {
  readonly server: string;
  readonly name: string;
  readonly access: ClusterAccess;
}): ResolvedAccess {
  const { server, name, access } = cluster;
  const tls = access.tlsClientConfig ?? {};
  const [certificate, key] = [pem(tls.certData), pem(tls.keyData)];
  if ((certificate === undefined) !== (key === undefined)) {
    const missing = key === undefined ? 'keyData' : 'certData';
    return problem(`tlsClientConfig.${missing} is missing: a client certificate needs both certData and keyData`);
  }
  const authority = pem(tls.caData);
  if (tls.insecure === true && authority !== undefined) {
    return problem('specifying a root certificates file with the insecure flag is not allowed');
  }
  const unreadable =
    notPem('certData', certificate, 'CERTIFICATE') ??
    notPem('keyData', key, 'PRIVATE KEY') ??
    notPem('caData', authority, 'CERTIFICATE');
  if (unreadable !== undefined) return problem(unreadable);
  const { proxyUrl } = access;
  if (proxyUrl !== undefined && proxyUrl !== '' && !/^(https?|socks5):/.test(proxyUrl)) {
    const scheme = /^([^:]*):/.exec(proxyUrl)?.[1] ?? '';
    return problem(
      `unable to create K8s REST config, can\`t parse proxy url: failed to parse proxy url, unsupported scheme "${scheme}", must be http, https, or socks5`,
    );
  }
  const login = loginOf(access);
  if (typeof login === 'string') return problem(login);
  const user: UserConfig = {
    ...login,
    ...(certificate === undefined || key === undefined ? {} : { clientCertificate: certificate, clientKey: key }),
  };
  return {
    kind: 'config',
    config: {
      server,
      ...(authority === undefined ? {} : { certificateAuthority: authority }),
      ...(tls.insecure === true ? { insecureSkipTlsVerify: true } : {}),
      ...(tls.serverName === undefined || tls.serverName === '' ? {} : { tlsServerName: tls.serverName }),
      ...(proxyUrl === undefined || proxyUrl === '' ? {} : { proxyUrl }),
      ...(access.disableCompression === true ? { disableCompression: true } : {}),
      user,
      namespace: 'default',
      context: name === '' ? server : name,
    },
  };
}

/** One way to log in: that of AWS before a command, a command before what stands there. */
function loginOf(access: ClusterAccess): UserConfig | string {
  if (access.awsAuthConfig) return { exec: awsCommand(access.awsAuthConfig) };
  if (access.execProviderConfig) return commandOf(access.execProviderConfig);
  const { bearerToken, username, password } = access;
  if (bearerToken !== undefined && bearerToken !== '') return { token: bearerToken };
  if (username === undefined || username === '') return {};
  return { username, ...(password === undefined ? {} : { password }) };
}

function commandOf(from: NonNullable<ClusterAccess['execProviderConfig']>): UserConfig | string {
  const { apiVersion, command = '' } = from;
  if (command === '') return 'execProviderConfig.command is missing';
  if (apiVersion !== 'client.authentication.k8s.io/v1' && apiVersion !== 'client.authentication.k8s.io/v1beta1') {
    return `execProviderConfig: exec plugin: invalid apiVersion "${apiVersion ?? ''}"`;
  }
  return {
    exec: {
      apiVersion,
      command,
      args: from.args ?? [],
      env: from.env ?? {},
      ...(from.installHint === undefined ? {} : { installHint: from.installHint }),
      provideClusterInfo: from.provideClusterInfo === true,
      interactiveMode: 'Never',
      ...(from.config === undefined ? {} : { clusterExtension: from.config }),
    },
  };
}

/** Argo CD's own program gets the token, as it does for Argo CD. */
function awsCommand({
  clusterName = '',
  roleARN = '',
  profile = '',
}: NonNullable<ClusterAccess['awsAuthConfig']>): ExecConfig {
  return {
    apiVersion: 'client.authentication.k8s.io/v1beta1',
    command: 'argocd-k8s-auth',
    args: [
      'aws',
      '--cluster-name',
      clusterName,
      ...(roleARN === '' ? [] : ['--role-arn', roleARN]),
      ...(profile === '' ? [] : ['--profile', profile]),
    ],
    env: {},
    installHint:
      'awsAuthConfig is served by the program argocd-k8s-auth, as in Argo CD; or use execProviderConfig with "aws eks get-token"',
    provideClusterInfo: false,
    interactiveMode: 'Never',
  };
}

function pem(data: string | undefined): string | undefined {
  return data === undefined || data === '' ? undefined : Buffer.from(data, 'base64').toString('utf8');
}

function notPem(field: string, text: string | undefined, what: PemKind): string | undefined {
  if (text === undefined || isPem(text, what)) return undefined;
  return `tlsClientConfig.${field} holds no PEM block of a ${what.toLowerCase()}; it has to be the PEM text in base64`;
}

function problem(sentence: string): ResolvedAccess {
  return { kind: 'problem', sentence };
}
