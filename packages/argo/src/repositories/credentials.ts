// From what matched a URL to how it is reached: for git, and for chart repositories and registries.
// Mirrors argoproj/argo-cd:pkg/apis/application/v1alpha1/repository_types.go `GetGitCreds` (3.6) in what wins over what.

import {
  type ExchangeOptions,
  type ForgeAccess,
  type GitAuth,
  type GitLogin,
  entraLogin,
  githubAppLogin,
  googleLogin,
  parseRepositoryUrl,
} from '@evenkeel/git';
import { type ChartAccess, type GitAccess, SourceError } from '@evenkeel/source';
import { azureRegistryLogin } from './azure-registry.ts';
import type { MatchedEntry } from './match.ts';
import { type Trust, authorityFor } from './trust.ts';
import { isPem } from '../pem.ts';

/** The identity that the platform gives this process (Azure Workload Identity). */
export interface WorkloadIdentity {
  readonly tenantId: string;
  readonly clientId: string;
  readonly authority: string;
  /** Reads the token that the platform keeps fresh. */
  readonly assertion: () => Promise<string>;
  /** What Azure Resource Manager is called in this cloud; '' for that of the public one. */
  readonly armResource?: string;
}

/** What credentials are made with. */
export interface CredentialWorld {
  readonly trust: Trust;
  /** For exchanges of tokens. */
  readonly access: ForgeAccess;
  /** Whether submodules are read at all. */
  readonly submodules: boolean;
  readonly workloadIdentity?: WorkloadIdentity | undefined;
  /** Gives the login that was made before for the same identity, with its token; else keeps this one. */
  readonly keepLogin: (login: GitLogin) => GitLogin;
}

/** How git reaches a URL. @throws SourceError `access` where the entry cannot be used. */
export function gitAccess(entry: MatchedEntry, world: CredentialWorld): GitAccess {
  refuseUnusable(entry);
  const isSsh = /^(?:git\+)?ssh:$/.test(parseRepositoryUrl(entry.url).protocol);
  const auth = { ...(isSsh ? sshAuth(entry, world) : httpAuth(entry, world)), ...proxyOf(entry) };
  return {
    ...(Object.keys(auth).length === 0 ? {} : { auth }),
    ...(entry.enableLfs ? { lfs: true } : {}),
    ...(world.submodules ? { submodules: true } : {}),
    ...(entry.depth > 0 ? { depth: entry.depth } : {}),
  };
}

/**
 * How a chart repository or registry is reached; with the identity of this process a token is fetched first. Rejects with
 * SourceError `access`.
 */
export async function remoteAccess(entry: MatchedEntry, world: CredentialWorld): Promise<ChartAccess> {
  const known = chartAccess(entry, world);
  if (!entry.useAzureWorkloadIdentity) return known;
  const exchange = exchangeOptions(entry, world);
  const ca = authorityFor(entry.url, world.trust);
  const login = azureRegistryLogin(identityOfProcess(entry, world), {
    url: entry.url,
    plainHttp: entry.insecureOCIForceHttp,
    exchange: { ...exchange, reach: { ...exchange.reach, ...(ca === undefined ? {} : { ca }) } },
  });
  try {
    const credentials = await world.keepLogin(login).current();
    return { ...known, access: { ...known.access, credentials } };
  } catch (error) {
    throw unusable(entry, error instanceof Error ? error.message : String(error));
  }
}

/** How a chart repository or registry is reached, with what the entry itself holds. @throws SourceError `access` */
export function chartAccess(entry: MatchedEntry, world: CredentialWorld): ChartAccess {
  refuseUnusable(entry);
  const ca = authorityFor(entry.url, world.trust);
  const tls = {
    ...(ca === undefined ? {} : { ca }),
    ...(entry.tlsClientCertData === '' ? {} : { cert: entry.tlsClientCertData, key: entry.tlsClientCertKey }),
    ...(entry.insecure ? { insecure: true } : {}),
  };
  const { username, password, bearerToken, proxy, noProxy } = entry;
  const isNamed = username !== '' || password !== '';
  const credentials = isNamed ? { username, password } : bearerToken === '' ? undefined : { bearer: bearerToken };
  const access = {
    ...(credentials ? { credentials } : {}),
    ...(Object.keys(tls).length === 0 ? {} : { tls }),
    ...(proxy === '' ? {} : { proxy: { http: proxy, https: proxy, none: noProxy } }),
  };
  return {
    ...(Object.keys(access).length === 0 ? {} : { access }),
    ...(entry.insecureOCIForceHttp ? { plainHttp: true } : {}),
  };
}

function sshAuth(entry: MatchedEntry, { trust }: CredentialWorld): GitAuth {
  const insecure = isInsecure(entry);
  if (
    entry.sshPrivateKey === '' &&
    [entry.password, entry.bearerToken, entry.githubAppPrivateKey].some((text) => text !== '')
  ) {
    throw unusable(
      entry,
      'it has no sshPrivateKey, and an SSH URL cannot use anything else; add the key or use the https URL',
    );
  }
  if (entry.sshPrivateKey !== '' && !isPem(entry.sshPrivateKey, 'PRIVATE KEY')) {
    throw unusable(entry, 'sshPrivateKey is no private key; store the whole of it, with its first and its last line');
  }
  return {
    ssh: {
      knownHosts: trust.knownHosts,
      ...(entry.sshPrivateKey === '' ? {} : { privateKey: entry.sshPrivateKey }),
      ...(insecure ? { insecureIgnoreHostKey: true } : {}),
    },
  };
}

function httpAuth(entry: MatchedEntry, world: CredentialWorld): GitAuth {
  const ca = authorityFor(entry.url, world.trust);
  const tls = {
    ...(ca === undefined ? {} : { ca }),
    ...(entry.tlsClientCertData === ''
      ? {}
      : { clientCertificate: entry.tlsClientCertData, clientKey: entry.tlsClientCertKey }),
    ...(isInsecure(entry) ? { insecureSkipVerify: true } : {}),
  };
  return { ...identityOf(entry, world), ...(Object.keys(tls).length === 0 ? {} : { tls }) };
}

function identityOf(entry: MatchedEntry, world: CredentialWorld): GitAuth {
  const { username, password, bearerToken } = entry;
  // forceHttpBasicAuth needs nothing: credentials always go with the first request.
  if (password !== '') return { basic: { username, password } };
  if (bearerToken !== '') return { bearer: bearerToken };
  const login = tokenLogin(entry, world);
  if (login) return { login: world.keepLogin(login) };
  return username === '' ? {} : { basic: { username, password: '' } };
}

function tokenLogin(entry: MatchedEntry, world: CredentialWorld): GitLogin | undefined {
  const exchange = exchangeOptions(entry, world);
  if (entry.githubAppPrivateKey !== '') {
    if (entry.githubAppID === '') throw unusable(entry, 'githubAppPrivateKey needs githubAppID');
    const app = {
      id: entry.githubAppID,
      installationId: entry.githubAppInstallationID,
      privateKey: entry.githubAppPrivateKey,
      baseUrl: entry.githubAppEnterpriseBaseUrl,
    };
    return githubAppLogin(app, entry.url, exchange);
  }
  if (entry.gcpServiceAccountKey !== '') {
    try {
      return googleLogin(entry.gcpServiceAccountKey, exchange);
    } catch (error) {
      throw unusable(entry, error instanceof Error ? error.message : String(error));
    }
  }
  if (entry.useAzureWorkloadIdentity) return workloadLogin(entry, world, exchange);
  const { azureServicePrincipalClientId: clientId, azureServicePrincipalTenantId: tenantId } = entry;
  const clientSecret = entry.azureServicePrincipalClientSecret;
  // What is half there is no wish to come as nobody.
  if (clientSecret === '' && entry.githubAppID !== '' && entry.username === '')
    throw unusable(entry, 'githubAppID needs githubAppPrivateKey');
  if (clientSecret === '') return undefined;
  if (clientId === '' || tenantId === '') {
    throw unusable(
      entry,
      'azureServicePrincipalClientSecret needs azureServicePrincipalClientId and azureServicePrincipalTenantId',
    );
  }
  return entraLogin(
    { tenantId, clientId, secret: { clientSecret }, authority: entry.azureActiveDirectoryEndpoint },
    exchange,
  );
}

function identityOfProcess(entry: MatchedEntry, { workloadIdentity }: CredentialWorld): WorkloadIdentity {
  if (workloadIdentity) return workloadIdentity;
  throw unusable(
    entry,
    'useAzureWorkloadIdentity is set, and this process has no workload identity (AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_FEDERATED_TOKEN_FILE)',
  );
}

function workloadLogin(entry: MatchedEntry, world: CredentialWorld, exchange: ExchangeOptions): GitLogin {
  const { tenantId, clientId, authority, assertion } = identityOfProcess(entry, world);
  return entraLogin({ tenantId, clientId, authority, secret: { assertion } }, exchange);
}

function exchangeOptions(entry: MatchedEntry, { access }: CredentialWorld): ExchangeOptions {
  return {
    access,
    reach: {
      ...(isInsecure(entry) ? { insecure: true } : {}),
      ...(entry.tlsClientCertData === ''
        ? {}
        : { clientCertificate: entry.tlsClientCertData, clientKey: entry.tlsClientCertKey }),
      ...proxyOf(entry),
    },
  };
}

function proxyOf({ proxy, noProxy }: MatchedEntry): Pick<GitAuth, 'proxy' | 'noProxy'> {
  return proxy === '' ? {} : { proxy, ...(noProxy === '' ? {} : { noProxy }) };
}

/** The original takes each of these for all. */
function isInsecure(entry: MatchedEntry): boolean {
  return entry.insecure || entry.insecureIgnoreHostKey || entry.insecureOCIForceHttp;
}

function refuseUnusable(entry: MatchedEntry): void {
  const [problem] = [...(entry.repository?.problems ?? []), ...(entry.template?.problems ?? [])];
  if (problem !== undefined) throw unusable(entry, problem);
  if ((entry.tlsClientCertData === '') !== (entry.tlsClientCertKey === '')) {
    throw unusable(entry, 'tlsClientCertData and tlsClientCertKey belong together, and one of them is missing');
  }
  if (entry.tlsClientCertData !== '' && !isPem(entry.tlsClientCertData, 'CERTIFICATE')) {
    throw unusable(entry, 'tlsClientCertData is no certificate in PEM');
  }
  if (entry.tlsClientCertKey !== '' && !isPem(entry.tlsClientCertKey, 'PRIVATE KEY')) {
    throw unusable(entry, 'tlsClientCertKey is no private key in PEM');
  }
  const scheme = URL.parse(entry.proxy)?.protocol ?? '';
  if (entry.proxy !== '' && !['http:', 'https:', 'socks5:', 'socks5h:'].includes(scheme)) {
    throw unusable(entry, 'proxy must be an http, https or socks5 URL');
  }
}

/** Names the Secret, never what it holds. */
function unusable({ repository, template }: MatchedEntry, problem: string): SourceError {
  const { namespace = '', name = '' } =
    (repository?.problems.length === 0 ? template : repository)?.secret ?? repository?.secret ?? {};
  return new SourceError('access', `the credentials in Secret ${namespace}/${name} cannot be used: ${problem}`);
}
