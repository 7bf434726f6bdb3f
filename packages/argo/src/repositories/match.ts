// Which entry counts for a URL: the repository of the project, else of all projects, its credentials filled in from the
// template with the longest fitting address. Pure. Mirrors argoproj/argo-cd:util/db/repository.go and util/git (3.6).

import type { EntryCredentials, RepositoryEntry } from './entry.ts';

/** What holds for one URL. */
export interface MatchedEntry extends EntryCredentials {
  readonly url: string;
  readonly insecure: boolean;
  readonly insecureIgnoreHostKey: boolean;
  readonly enableLfs: boolean;
  readonly depth: number;
  /** Where the settings come from, for sentences; both undefined where nothing is known of the URL. */
  readonly repository: RepositoryEntry | undefined;
  readonly template: RepositoryEntry | undefined;
}

/** Entries of one purpose: reading, or writing. */
export interface EntrySet {
  readonly repositories: readonly RepositoryEntry[];
  readonly templates: readonly RepositoryEntry[];
}

/** Finds what holds for a URL in a project. */
export function matchEntry(url: string, project: string, { repositories, templates }: EntrySet): MatchedEntry {
  const repository = findRepository(url, project, repositories);
  const template = repository && hasCredentials(repository) ? undefined : findTemplate(url, templates);
  return {
    ...filledIn(repository ?? blank, template),
    url,
    insecure: repository?.insecure ?? false,
    insecureIgnoreHostKey: repository?.insecureIgnoreHostKey ?? false,
    enableLfs: repository?.enableLfs ?? false,
    depth: repository?.depth ?? 0,
    repository,
    template,
  };
}

/** The repository of exactly this URL in the project, else the one of all projects. */
export function findRepository(
  url: string,
  project: string,
  repositories: readonly RepositoryEntry[],
): RepositoryEntry | undefined {
  const same = repositories.filter((entry) => sameUrl(entry.url, url));
  return same.find((entry) => entry.project === project) ?? same.find((entry) => entry.project === '');
}

/**
 * The template with the longest address that the URL begins with. Unlike the original, a template without a path fits its
 * host only: "https://git.corp" is no prefix of "https://git.corp.example.org", which would be handed the password.
 */
export function findTemplate(url: string, templates: readonly RepositoryEntry[]): RepositoryEntry | undefined {
  const wanted = normalizeUrl(url);
  let found: RepositoryEntry | undefined;
  let length = 0;
  for (const template of templates) {
    const prefix = normalizeUrl(template.url);
    if (prefix.length > length && wanted.startsWith(prefix) && endsAtHost(prefix, wanted)) {
      found = template;
      length = prefix.length;
    }
  }
  return found;
}

/** Whether two URLs name the same repository for the original: case and `.git` do not count, transport and user do. */
export function sameUrl(left: string, right: string): boolean {
  const [one, other] = [normalizeUrl(left) || left, normalizeUrl(right) || right];
  return one !== '' && one === other;
}

/** The spelling that URLs are compared in; '' for what is no URL. */
export function normalizeUrl(url: string): string {
  let text = url.trim().toLowerCase();
  // `git@host:path` becomes `git@host/path`.
  if (/^(?:ssh:\/\/)?[^/:]*?@[^@]+$/.test(text) && !text.startsWith('ssh://')) text = text.replace(':', '/');
  text = text.replace(/\.git$/, '').replace(/^ssh:\/\//, '');
  return /[\u0000-\u0020\u007f]/.test(text) ? '' : text; // eslint-disable-line no-control-regex -- control characters are refused.
}

function endsAtHost(prefix: string, url: string): boolean {
  const hasPath = prefix.replace(/^[a-z][a-z0-9+.-]*:\/\//, '').includes('/');
  return hasPath || /^(?:$|[/:])/.test(url.slice(prefix.length));
}

/** Whether an entry says who asks. Service account keys do not count, as in the original. */
export function hasCredentials(entry: RepositoryEntry): boolean {
  return (
    [entry.username, entry.password, entry.bearerToken, entry.sshPrivateKey, entry.tlsClientCertData].some(isSet) ||
    [entry.githubAppPrivateKey, entry.azureServicePrincipalClientSecret].some(isSet) ||
    entry.useAzureWorkloadIdentity
  );
}

function isSet(text: string): boolean {
  return text !== '';
}

/** A template's texts where there are none; its switches in any case. */
function filledIn(own: EntryCredentials, template: EntryCredentials | undefined): EntryCredentials {
  if (!template) return own;
  const text = (field: TextField): string => own[field] || template[field];
  return {
    username: text('username'),
    password: text('password'),
    bearerToken: text('bearerToken'),
    sshPrivateKey: text('sshPrivateKey'),
    tlsClientCertData: text('tlsClientCertData'),
    tlsClientCertKey: text('tlsClientCertKey'),
    githubAppID: text('githubAppID'),
    githubAppInstallationID: text('githubAppInstallationID'),
    githubAppPrivateKey: text('githubAppPrivateKey'),
    githubAppEnterpriseBaseUrl: text('githubAppEnterpriseBaseUrl'),
    gcpServiceAccountKey: text('gcpServiceAccountKey'),
    azureServicePrincipalClientId: text('azureServicePrincipalClientId'),
    azureServicePrincipalClientSecret: text('azureServicePrincipalClientSecret'),
    azureServicePrincipalTenantId: text('azureServicePrincipalTenantId'),
    azureActiveDirectoryEndpoint: text('azureActiveDirectoryEndpoint'),
    proxy: text('proxy'),
    noProxy: text('noProxy'),
    type: text('type'),
    useAzureWorkloadIdentity: template.useAzureWorkloadIdentity,
    forceHttpBasicAuth: template.forceHttpBasicAuth,
    insecureOCIForceHttp: template.insecureOCIForceHttp,
    enableOCI: template.enableOCI,
  };
}

type TextField = {
  [Field in keyof EntryCredentials]: EntryCredentials[Field] extends string ? Field : never;
}[keyof EntryCredentials];

const blank: EntryCredentials = {
  username: '',
  password: '',
  bearerToken: '',
  sshPrivateKey: '',
  tlsClientCertData: '',
  tlsClientCertKey: '',
  githubAppID: '',
  githubAppInstallationID: '',
  githubAppPrivateKey: '',
  githubAppEnterpriseBaseUrl: '',
  gcpServiceAccountKey: '',
  azureServicePrincipalClientId: '',
  azureServicePrincipalClientSecret: '',
  azureServicePrincipalTenantId: '',
  azureActiveDirectoryEndpoint: '',
  proxy: '',
  noProxy: '',
  type: '',
  useAzureWorkloadIdentity: false,
  forceHttpBasicAuth: false,
  insecureOCIForceHttp: false,
  enableOCI: false,
};
