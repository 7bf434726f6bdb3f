// One repository or credential template as Argo CD keeps it: a labelled Secret, every field read or refused by name.
// Mirrors argoproj/argo-cd:util/db/repository_secrets.go (3.6).

import type { KubeObject } from '@evenkeel/resource';
import { secretData } from '../applicationset/generators/world.ts';

/** The label that makes a Secret one of these. */
export const secretTypeLabel = 'argocd.argoproj.io/secret-type';

export const entryKinds = ['repository', 'repo-creds', 'repository-write', 'repo-write-creds'] as const;

export type EntryKind = (typeof entryKinds)[number];

/** What identifies somebody to a remote. A template fills these in where a repository has none of them. */
export interface EntryCredentials {
  readonly username: string;
  readonly password: string;
  readonly bearerToken: string;
  readonly sshPrivateKey: string;
  readonly tlsClientCertData: string;
  readonly tlsClientCertKey: string;
  readonly githubAppID: string;
  readonly githubAppInstallationID: string;
  readonly githubAppPrivateKey: string;
  readonly githubAppEnterpriseBaseUrl: string;
  readonly gcpServiceAccountKey: string;
  readonly useAzureWorkloadIdentity: boolean;
  readonly azureServicePrincipalClientId: string;
  readonly azureServicePrincipalClientSecret: string;
  readonly azureServicePrincipalTenantId: string;
  readonly azureActiveDirectoryEndpoint: string;
  readonly forceHttpBasicAuth: boolean;
  readonly insecureOCIForceHttp: boolean;
  readonly enableOCI: boolean;
  readonly proxy: string;
  readonly noProxy: string;
  readonly type: string;
}

/** Everything a Secret says. */
export interface RepositoryEntry extends EntryCredentials {
  readonly kind: EntryKind;
  readonly secret: { readonly namespace: string; readonly name: string };
  readonly url: string;
  readonly name: string;
  /** '' for a repository of all projects. */
  readonly project: string;
  readonly insecure: boolean;
  readonly insecureIgnoreHostKey: boolean;
  readonly enableLfs: boolean;
  /** 0 for all commits. */
  readonly depth: number;
  readonly webhookManifestCacheWarmDisabled: boolean;
  /** Why the entry cannot be used: fields that do not read, one sentence each. */
  readonly problems: readonly string[];
}

/** The kind of entry a Secret is; undefined for other Secrets. */
export function entryKindOf({ metadata }: KubeObject): EntryKind | undefined {
  return entryKinds.find((kind) => kind === metadata.labels?.[secretTypeLabel]);
}

/** Reads a Secret; undefined where it is none of these. Never throws. */
export function readEntry(secret: KubeObject): RepositoryEntry | undefined {
  const kind = entryKindOf(secret);
  if (kind === undefined) return undefined;
  const { namespace = '', name = '' } = secret.metadata;
  const fields = new Fields(secretData(secret));
  const { problems } = fields;
  const [url, type] = [fields.text('url'), fields.text('type')];
  if (url === '') problems.push('url is missing');
  if (!['', 'git', 'helm', 'oci'].includes(type)) problems.push(`type must be git, helm or oci, and is "${type}"`);
  const depth = fields.number('depth');
  if (depth < 0) problems.push('depth must not be negative');
  return {
    ...readCredentials(fields),
    kind,
    secret: { namespace, name },
    url,
    type,
    depth,
    name: fields.text('name'),
    project: fields.text('project'),
    insecure: fields.flag('insecure'),
    insecureIgnoreHostKey: fields.flag('insecureIgnoreHostKey'),
    enableLfs: fields.flag('enableLfs'),
    webhookManifestCacheWarmDisabled: fields.flag('webhookManifestCacheWarmDisabled'),
    problems,
  };
}

function readCredentials(fields: Fields): Omit<EntryCredentials, 'type'> {
  const text = (field: string): string => fields.text(field);
  return {
    username: text('username'),
    password: text('password'),
    bearerToken: text('bearerToken'),
    sshPrivateKey: text('sshPrivateKey'),
    tlsClientCertData: text('tlsClientCertData'),
    tlsClientCertKey: text('tlsClientCertKey'),
    githubAppID: fields.identifier('githubAppID'),
    githubAppInstallationID: fields.identifier('githubAppInstallationID'),
    githubAppPrivateKey: text('githubAppPrivateKey'),
    githubAppEnterpriseBaseUrl: text('githubAppEnterpriseBaseUrl'),
    gcpServiceAccountKey: text('gcpServiceAccountKey'),
    useAzureWorkloadIdentity: fields.flag('useAzureWorkloadIdentity'),
    // The original writes templates with another capital letter than repositories.
    azureServicePrincipalClientId: text('azureServicePrincipalClientId') || text('azureServicePrincipalClientID'),
    azureServicePrincipalClientSecret: text('azureServicePrincipalClientSecret'),
    azureServicePrincipalTenantId: text('azureServicePrincipalTenantId') || text('azureServicePrincipalTenantID'),
    azureActiveDirectoryEndpoint: text('azureActiveDirectoryEndpoint'),
    forceHttpBasicAuth: fields.flag('forceHttpBasicAuth'),
    insecureOCIForceHttp: fields.flag('insecureOCIForceHttp'),
    enableOCI: fields.flag('enableOCI'),
    proxy: text('proxy'),
    noProxy: text('noProxy'),
  };
}

/** The data of a Secret, and what was wrong in it. */
class Fields {
  readonly problems: string[] = [];
  readonly #data: ReadonlyMap<string, string>;

  constructor(data: ReadonlyMap<string, string>) {
    this.#data = data;
  }

  text(field: string): string {
    return this.#data.get(field) ?? '';
  }

  flag(field: string): boolean {
    const value = this.text(field);
    if (value === '' || goFalse.has(value)) return false;
    if (!goTrue.has(value)) this.problems.push(`${field} must be "true" or "false"`);
    return goTrue.has(value);
  }

  number(field: string): number {
    const value = this.text(field);
    if (value === '') return 0;
    if (!/^[+-]?\d{1,15}$/.test(value)) this.problems.push(`${field} must be a whole number`);
    return Number.parseInt(value, 10) || 0;
  }

  /** A number that names something; '' for none. */
  identifier(field: string): string {
    const value = this.number(field);
    return value === 0 ? '' : String(value);
  }
}

/** What Go's strconv.ParseBool reads. */
const goTrue: ReadonlySet<string> = new Set(['1', 't', 'T', 'true', 'TRUE', 'True']);
const goFalse: ReadonlySet<string> = new Set(['0', 'f', 'F', 'false', 'FALSE', 'False']);
