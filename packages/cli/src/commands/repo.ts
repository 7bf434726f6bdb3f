// `evenkeel repo …` and `evenkeel repocreds …`: the verbs of argocd for repositories and credential templates.
// Mirrors argoproj/argo-cd:cmd/argocd/commands/repo.go and repocreds.go (3.6).

import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import {
  type Repository,
  type RepositoryTemplate,
  accepted,
  apiPaths,
  repositoryList,
  repositoryTemplateList,
} from '@evenkeel/api';
import { send } from '../api-request.ts';
import { CommandFailure, type Io, exitCodes } from '../io.ts';
import { formatData } from '../output/format.ts';
import { formatTable } from '../output/table.ts';

export interface RepoOptions {
  readonly server?: string;
  readonly output?: string;
  readonly project?: string;
  readonly refresh?: string;
}

/** Every flag of `add`; absent ones are not written. */
export interface RepoAddOptions extends RepoOptions {
  readonly upsert?: boolean;
  readonly type?: string;
  readonly name?: string;
  readonly username?: string;
  readonly password?: string;
  readonly bearerToken?: string;
  readonly sshPrivateKeyPath?: string;
  readonly tlsClientCertPath?: string;
  readonly tlsClientCertKeyPath?: string;
  readonly insecureIgnoreHostKey?: boolean;
  readonly insecureSkipServerVerification?: boolean;
  readonly enableLfs?: boolean;
  readonly enableOci?: boolean;
  readonly githubAppId?: string;
  readonly githubAppInstallationId?: string;
  readonly githubAppPrivateKeyPath?: string;
  readonly githubAppEnterpriseBaseUrl?: string;
  readonly proxy?: string;
  readonly proxyUrl?: string;
  readonly noProxy?: string;
  readonly gcpServiceAccountKeyPath?: string;
  readonly forceHttpBasicAuth?: boolean;
  readonly useAzureWorkloadIdentity?: boolean;
  readonly insecureOciForceHttp?: boolean;
  readonly depth?: string;
  readonly webhookManifestCacheWarmDisabled?: boolean;
  readonly azureServicePrincipalTenantId?: string;
  readonly azureServicePrincipalClientId?: string;
  readonly azureServicePrincipalClientSecret?: string;
  readonly azureActiveDirectoryEndpoint?: string;
}

/** Adds a repository, after the server could reach it. */
export async function repoAdd(url: string, options: RepoAddOptions, io: Io): Promise<void> {
  if (options.type === 'helm' && (options.name ?? '') === '') {
    throw new CommandFailure("Must specify --name for repos of type 'helm'", exitCodes.generic);
  }
  await write(url, options, { path: apiPaths.repositories(), io });
  io.out(`Repository '${url}' added\n`);
}

/** Adds a credential template. */
export async function credsAdd(url: string, options: RepoAddOptions, io: Io): Promise<void> {
  await write(url, options, { path: apiPaths.repositoryTemplates(), io });
  io.out(`Repository credentials for '${url}' added\n`);
}

export async function repoList(options: RepoOptions, io: Io): Promise<void> {
  const query = refreshQuery(options);
  const { items } = await send(io, options, { path: apiPaths.repositories(query), schema: repositoryList });
  printRepositories(items, options, io);
}

export async function repoGet(url: string, options: RepoOptions, io: Io): Promise<void> {
  const query = { ...refreshQuery(options), url, project: options.project ?? '' };
  const { items } = await send(io, options, { path: apiPaths.repositories(query), schema: repositoryList });
  const [found] = items;
  if (!found) throw new CommandFailure(`repo '${url}' not found`, exitCodes.generic);
  if (options.output === 'json' || options.output === 'yaml') io.out(formatData(found, options.output) ?? '');
  else printRepositories([found], options, io);
}

export async function repoRemove(urls: readonly string[], options: RepoOptions, io: Io): Promise<void> {
  for (const url of urls) {
    const path = apiPaths.repositories({ url, project: options.project ?? '' });
    await send(io, options, { path, method: 'DELETE', schema: accepted });
    io.out(`Repository '${url}' removed\n`);
  }
}

export async function credsList(options: RepoOptions, io: Io): Promise<void> {
  const { items } = await send(io, options, { path: apiPaths.repositoryTemplates(), schema: repositoryTemplateList });
  io.out(shown(items, options.output) ?? printTemplates(items));
}

export async function credsRemove(urls: readonly string[], options: RepoOptions, io: Io): Promise<void> {
  for (const url of urls) {
    await send(io, options, { path: apiPaths.repositoryTemplates({ url }), method: 'DELETE', schema: accepted });
    io.out(`Repository credentials for '${url}' removed\n`);
  }
}

async function write(
  url: string,
  options: RepoAddOptions,
  { path, io }: { readonly path: string; readonly io: Io },
): Promise<void> {
  const fields = await fieldsOf(url, options, io);
  await send(io, options, {
    path,
    method: 'POST',
    body: { fields, upsert: options.upsert === true },
    schema: accepted,
  });
}

/** The fields of the Secret, by Argo CD's names. */
async function fieldsOf(url: string, options: RepoAddOptions, io: Io): Promise<Readonly<Record<string, string>>> {
  refuseMismatches(url, options);
  const file = async (path: string | undefined): Promise<string> =>
    path === undefined ? '' : readSecretFile(resolve(io.cwd, path.replace(/^~(?=\/)/, io.homeDirectory)));
  const flag = (value: boolean | undefined): string => (value === true ? 'true' : '');
  return {
    url,
    type: options.type ?? 'git',
    name: options.name ?? '',
    project: options.project ?? '',
    username: options.username ?? '',
    password: await passwordOf(options, io),
    bearerToken: options.bearerToken ?? '',
    sshPrivateKey: await file(options.sshPrivateKeyPath),
    tlsClientCertData: await file(options.tlsClientCertPath),
    tlsClientCertKey: await file(options.tlsClientCertKeyPath),
    insecureIgnoreHostKey: flag(options.insecureIgnoreHostKey),
    insecure: flag(options.insecureSkipServerVerification),
    enableLfs: flag(options.enableLfs),
    enableOCI: flag(options.enableOci),
    githubAppID: options.githubAppId ?? '',
    githubAppInstallationID: options.githubAppInstallationId ?? '',
    githubAppPrivateKey: await file(options.githubAppPrivateKeyPath),
    githubAppEnterpriseBaseUrl: options.githubAppEnterpriseBaseUrl ?? '',
    proxy: options.proxy ?? options.proxyUrl ?? '',
    noProxy: options.noProxy ?? '',
    gcpServiceAccountKey: await file(options.gcpServiceAccountKeyPath),
    forceHttpBasicAuth: flag(options.forceHttpBasicAuth),
    useAzureWorkloadIdentity: flag(options.useAzureWorkloadIdentity),
    insecureOCIForceHttp: flag(options.insecureOciForceHttp),
    depth: options.depth === '0' ? '' : (options.depth ?? ''),
    webhookManifestCacheWarmDisabled: flag(options.webhookManifestCacheWarmDisabled),
    azureServicePrincipalTenantId: options.azureServicePrincipalTenantId ?? '',
    azureServicePrincipalClientId: options.azureServicePrincipalClientId ?? '',
    azureServicePrincipalClientSecret: options.azureServicePrincipalClientSecret ?? '',
    azureActiveDirectoryEndpoint: options.azureActiveDirectoryEndpoint ?? '',
  };
}

function refuseMismatches(url: string, options: RepoAddOptions): void {
  const refuse = (sentence: string): never => {
    throw new CommandFailure(sentence, exitCodes.generic);
  };
  const isSsh = /^(ssh:\/\/)?([^/:]*?)@[^@]+$/.test(url);
  const isHttps = url.startsWith('https://');
  if (options.sshPrivateKeyPath !== undefined && !isSsh) {
    refuse('--ssh-private-key-path is only supported for SSH repositories.');
  }
  if ((options.tlsClientCertPath === undefined) !== (options.tlsClientCertKeyPath === undefined)) {
    refuse('--tls-client-cert-path and --tls-client-cert-key-path must be specified together');
  }
  const httpsOnly = [
    ['--tls-client-cert-path', options.tlsClientCertPath],
    ['--github-app-private-key-path', options.githubAppPrivateKeyPath],
    ['--gcp-service-account-key-path', options.gcpServiceAccountKeyPath],
  ] as const;
  for (const [name, value] of httpsOnly) {
    if (value !== undefined && !isHttps) refuse(`${name} is only supported for HTTPS repositories`);
  }
  if (options.bearerToken === undefined) return;
  if (options.password !== undefined) refuse('only --bearer-token or --password is allowed, not both');
  if ((options.type ?? 'git') !== 'git') refuse('--bearer-token is only supported for Git repositories');
  if (!isHttps) refuse('--bearer-token is only supported for HTTPS repositories');
}

/** A password that is not given is read from standard input, so that it need not stand in the history of a shell. */
async function passwordOf({ username, password }: RepoAddOptions, io: Io): Promise<string> {
  if (password !== undefined) return password;
  if (username === undefined) return '';
  if (io.interactive) io.err('Password (end with Ctrl-D): ');
  return (await io.stdin()).replace(/\r?\n$/, '');
}

async function readSecretFile(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    const why = code === 'ENOENT' ? 'no such file' : code === 'EACCES' ? 'permission denied' : code;
    throw new CommandFailure(`${path} cannot be read: ${why}`, exitCodes.generic);
  }
}

function refreshQuery({ refresh }: RepoOptions): Readonly<Record<string, string>> {
  if (refresh === undefined || refresh === '') return {};
  if (refresh === 'hard') return { refresh };
  throw new CommandFailure(`unknown refresh value: ${refresh}. Supported values: hard`, exitCodes.generic);
}

function printRepositories(items: readonly Repository[], options: RepoOptions, io: Io): void {
  io.out(shown(items, options.output) ?? printTable(items));
}

/** JSON, YAML or addresses; undefined for the table. */
function shown(items: readonly { readonly url: string }[], output: string | undefined): string | undefined {
  if (output === 'url') return items.map(({ url }) => `${url}\n`).join('');
  if (output === undefined || output === '' || output === 'wide') return undefined;
  const data = formatData(items, output);
  if (data !== undefined) return data;
  throw new CommandFailure(
    `unknown output format: ${output}. Supported formats: yaml|json|url|wide`,
    exitCodes.generic,
  );
}

const credentialWords = { none: 'false', own: 'true', inherited: 'inherited' } as const;

function printTable(items: readonly Repository[]): string {
  return formatTable(
    ['TYPE', 'NAME', 'REPO', 'INSECURE', 'OCI', 'LFS', 'CREDS', 'STATUS', 'MESSAGE', 'PROJECT'],
    items.map(({ type, name, url, insecure, enableOCI, enableLfs, credentials, connection, project }) => [
      type,
      name,
      url,
      String(insecure),
      String(enableOCI),
      String(enableLfs),
      credentialWords[credentials],
      connection.status,
      connection.message,
      project,
    ]),
  );
}

function printTemplates(items: readonly RepositoryTemplate[]): string {
  return formatTable(
    ['URL PATTERN', 'USERNAME', 'SSH_CREDS', 'TLS_CREDS'],
    items.map(({ url, username, hasSshKey, hasClientCertificate }) => [
      url,
      username,
      String(hasSshKey),
      String(hasClientCertificate),
    ]),
  );
}
