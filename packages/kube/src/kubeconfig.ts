// kubeconfig files, read and merged as kubectl reads and merges them (kubernetes:client-go/tools/clientcmd, v1.35), and
// the service account of a Pod. The result says how to reach one cluster as one user.

import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, dirname, isAbsolute, join, resolve } from 'node:path';
import { YamlError, parseYaml } from '@evenkeel/resource';
import type { ClusterConfig, ExecConfig, UserConfig } from './cluster-config.ts';
import type { Environment } from './exec-credential.ts';
import { type Kubeconfig, type RawUser, emptyKubeconfig, mergeKubeconfigs, readKubeconfig } from './kubeconfig-file.ts';
import { KubeconfigError } from './kubeconfig-error.ts';

/** Where a kubeconfig comes from and what of it is wanted. */
export interface LoadKubeconfigOptions {
  /** The file's text; relative paths in it are resolved against `directory`, the working directory by default. */
  readonly text?: string;
  readonly directory?: string;
  /** Files in order of precedence. Missing ones are passed over unless it is the only one. */
  readonly files?: readonly string[];
  /** Default: the current-context. */
  readonly context?: string;
  /** Variables of the process. KUBECONFIG is heard where neither `text` nor `files` is given. */
  readonly environment?: Environment;
}

/**
 * Reads a kubeconfig and resolves one context of it. Without `text` and `files`: the files of KUBECONFIG, else
 * ~/.kube/config. Rejects with KubeconfigError.
 */
export async function loadKubeconfig(options: LoadKubeconfigOptions = {}): Promise<ClusterConfig> {
  const merged = await readAll(options);
  const name = options.context ?? merged.currentContext;
  if (name === undefined) throw new KubeconfigError('NO_CONTEXT', 'current-context is not set');
  const context = merged.contexts.get(name);
  if (!context) throw new KubeconfigError('NO_CONTEXT', `context "${name}" does not exist`);
  const cluster = merged.clusters.get(context.value.cluster ?? '');
  if (!cluster) throw new KubeconfigError('INVALID', `cluster "${context.value.cluster ?? ''}" does not exist`);
  const userName = context.value.user ?? '';
  const user = merged.users.get(userName);
  if (!user && userName !== '') throw new KubeconfigError('INVALID', `auth info "${userName}" does not exist`);
  const { server, ...more } = cluster.value;
  if (server === undefined || server === '') {
    throw new KubeconfigError('INVALID', `no server found for cluster "${context.value.cluster ?? ''}"`);
  }
  const authority = await pem(more['certificate-authority-data'], more['certificate-authority'], cluster.directory);
  const insecure = more['insecure-skip-tls-verify'] === true;
  if (insecure && authority !== undefined) {
    throw new KubeconfigError('INVALID', 'specifying a root certificates file with the insecure flag is not allowed');
  }
  return {
    server,
    ...(authority === undefined ? {} : { certificateAuthority: authority }),
    ...(insecure ? { insecureSkipTlsVerify: true } : {}),
    ...(more['tls-server-name'] === undefined ? {} : { tlsServerName: more['tls-server-name'] }),
    ...(more['proxy-url'] === undefined || more['proxy-url'] === '' ? {} : { proxyUrl: more['proxy-url'] }),
    ...(more['disable-compression'] === true ? { disableCompression: true } : {}),
    user: user
      ? await resolveUser(userName, user.value, {
          directory: user.directory,
          extension: execExtension(more.extensions),
        })
      : {},
    namespace:
      context.value.namespace === undefined || context.value.namespace === '' ? 'default' : context.value.namespace,
    context: name,
  };
}

/** Names of all contexts, and the current one, for listings and completion. */
export async function listContexts(
  options: LoadKubeconfigOptions = {},
): Promise<{ readonly contexts: readonly string[]; readonly current?: string }> {
  const merged = await readAll(options);
  const current = merged.currentContext;
  return { contexts: [...merged.contexts.keys()].sort(), ...(current === undefined ? {} : { current }) };
}

const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

/** The service account of the Pod this process runs in, or undefined where it runs in none. */
export async function loadInClusterConfig(
  environment: Environment,
  directory: string = SERVICE_ACCOUNT,
): Promise<ClusterConfig | undefined> {
  const [host, port] = [environment['KUBERNETES_SERVICE_HOST'], environment['KUBERNETES_SERVICE_PORT']];
  if (host === undefined || port === undefined || host === '' || port === '') return undefined;
  const tokenFile = join(directory, 'token');
  const [token, certificateAuthority, namespace] = await Promise.all(
    ['token', 'ca.crt', 'namespace'].map((name) => readFile(join(directory, name), 'utf8').catch(() => undefined)),
  );
  if (token === undefined) return undefined;
  return {
    server: `https://${host.includes(':') ? `[${host}]` : host}:${port}`,
    ...(certificateAuthority === undefined ? {} : { certificateAuthority }),
    user: { tokenFile, token: token.trim() },
    namespace: namespace?.trim() ?? 'default',
    context: 'in-cluster',
  };
}

/** What kubectl would use: a kubeconfig where there is one, else the Pod's service account. Rejects with KubeconfigError. */
export async function loadClusterConfig(options: LoadKubeconfigOptions = {}): Promise<ClusterConfig> {
  try {
    return await loadKubeconfig(options);
  } catch (error) {
    const absent = error instanceof KubeconfigError && (error.code === 'NOT_FOUND' || error.code === 'NO_CONTEXT');
    if (!absent || options.context !== undefined || options.files || options.text !== undefined) throw error;
    const inCluster = await loadInClusterConfig(options.environment ?? {});
    if (inCluster) return inCluster;
    throw error;
  }
}

async function readAll(options: LoadKubeconfigOptions): Promise<Kubeconfig> {
  if (options.text !== undefined) return readText(options.text, 'kubeconfig', options.directory ?? '.');
  const listed = options.environment?.['KUBECONFIG']?.split(delimiter).filter((path) => path !== '') ?? [];
  const fallback = join(options.environment?.['HOME'] ?? homedir(), '.kube', 'config');
  const files = options.files ?? (listed.length > 0 ? listed : [fallback]);
  let merged: Kubeconfig | undefined;
  for (const file of files) {
    const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw new KubeconfigError('NOT_FOUND', `error loading config file "${file}": ${error.message}`);
    });
    if (text === undefined) continue;
    const read = readText(text, file, dirname(resolve(file)));
    merged = merged ? mergeKubeconfigs(merged, read) : read;
  }
  if (merged) return merged;
  throw new KubeconfigError(
    'NOT_FOUND',
    `no kubeconfig found: ${files.join(', ')} ${files.length === 1 ? 'does' : 'do'} not exist`,
  );
}

function readText(text: string, file: string, directory: string): Kubeconfig {
  if (text.trim() === '') return emptyKubeconfig();
  try {
    return readKubeconfig(parseYaml(text, { dialect: 'sigs' }), resolve(directory));
  } catch (error) {
    if (error instanceof YamlError)
      throw new KubeconfigError('SYNTAX', `error loading config file "${file}": ${error.message}`);
    throw error;
  }
}

interface UserSurroundings {
  readonly directory: string;
  readonly extension: unknown;
}

async function resolveUser(name: string, raw: RawUser, around: UserSurroundings): Promise<UserConfig> {
  const { directory } = around;
  const provider = raw['auth-provider'];
  if (provider) {
    throw new KubeconfigError(
      'UNSUPPORTED',
      `user "${name}": auth-provider "${provider.name ?? ''}" is not supported; use a credential plugin (exec) instead`,
    );
  }
  const clientCertificate = await pem(raw['client-certificate-data'], raw['client-certificate'], directory);
  const clientKey = await pem(raw['client-key-data'], raw['client-key'], directory);
  if ((clientCertificate === undefined) !== (clientKey === undefined)) {
    const missing = clientKey === undefined ? 'client-key' : 'client-certificate';
    throw new KubeconfigError(
      'INVALID',
      `user "${name}": ${missing}-data or ${missing} must be specified to use the client certificate`,
    );
  }
  const impersonate = {
    ...(raw.as === undefined ? {} : { user: raw.as }),
    ...(raw['as-uid'] === undefined ? {} : { uid: raw['as-uid'] }),
    ...(raw['as-groups'] === undefined ? {} : { groups: raw['as-groups'] }),
    ...(raw['as-user-extra'] === undefined ? {} : { extra: raw['as-user-extra'] }),
  };
  return {
    ...(raw.token === undefined || raw.token === '' ? {} : { token: raw.token }),
    ...(raw.tokenFile === undefined || raw.tokenFile === '' ? {} : { tokenFile: against(directory, raw.tokenFile) }),
    ...(raw.username === undefined || raw.username === '' ? {} : { username: raw.username }),
    ...(raw.password === undefined ? {} : { password: raw.password }),
    ...(clientCertificate === undefined ? {} : { clientCertificate }),
    ...(clientKey === undefined ? {} : { clientKey }),
    ...(raw.exec ? { exec: resolveExec(name, raw.exec, around) } : {}),
    ...(Object.keys(impersonate).length === 0 ? {} : { impersonate }),
  };
}

function resolveExec(
  name: string,
  raw: NonNullable<RawUser['exec']>,
  { directory, extension }: UserSurroundings,
): ExecConfig {
  const { apiVersion, command = '', interactiveMode } = raw;
  if (apiVersion !== 'client.authentication.k8s.io/v1' && apiVersion !== 'client.authentication.k8s.io/v1beta1') {
    throw new KubeconfigError('UNSUPPORTED', `user "${name}": exec plugin: invalid apiVersion "${apiVersion ?? ''}"`);
  }
  if (command === '')
    throw new KubeconfigError('INVALID', `command must be specified for ${name} to use exec authentication plugin`);
  const mode = interactiveMode ?? (apiVersion.endsWith('/v1') ? undefined : 'IfAvailable');
  if (mode !== 'Never' && mode !== 'IfAvailable' && mode !== 'Always') {
    throw new KubeconfigError(
      'INVALID',
      `interactiveMode must be specified for ${name} to use exec authentication plugin`,
    );
  }
  return {
    apiVersion,
    command: command.includes('/') ? against(directory, command) : command,
    args: raw.args ?? [],
    env: Object.fromEntries((raw.env ?? []).map((variable) => [variable.name, variable.value])),
    ...(raw.installHint === undefined ? {} : { installHint: raw.installHint }),
    provideClusterInfo: raw.provideClusterInfo === true,
    interactiveMode: mode,
    ...(extension === undefined ? {} : { clusterExtension: extension }),
  };
}

/** What a cluster says to credential plugins, under the name reserved for it. */
function execExtension(
  extensions: readonly { readonly name?: string; readonly extension?: unknown }[] | undefined,
): unknown {
  return extensions?.find((one) => one.name === 'client.authentication.k8s.io/exec')?.extension;
}

/** Inline data wins over a file. */
async function pem(data: string | undefined, file: string | undefined, directory: string): Promise<string | undefined> {
  if (data !== undefined && data !== '') return Buffer.from(data, 'base64').toString('utf8');
  if (file === undefined || file === '') return undefined;
  const path = against(directory, file);
  return readFile(path, 'utf8').catch((error: unknown) => {
    throw new KubeconfigError(
      'NOT_FOUND',
      `unable to read ${path}: ${error instanceof Error ? error.message : String(error)}`,
    );
  });
}

function against(directory: string, path: string): string {
  return isAbsolute(path) ? path : join(directory, path);
}
