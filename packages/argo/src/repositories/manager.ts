// Repositories, templates and certificates as people manage them: shown without secrets, checked before they are written.

import type { Git } from '@evenkeel/git';
import { type KubeClient, isKubeError } from '@evenkeel/kube';
import type { KubeObject } from '@evenkeel/resource';
import { type ProbeRequest, type RepositoryAccess, probeRepository } from '@evenkeel/source';
import { type Clock, present } from '@evenkeel/std';
import {
  type CertificateChange,
  type CertificateFilter,
  type RepositoryCertificate,
  addAuthorities,
  addKnownHosts,
  listCertificates,
  removeAuthorities,
  removeKnownHosts,
} from './certificates.ts';
import type { RepositoryDirectory } from './directory.ts';
import type { RepositoryEntry } from './entry.ts';
import { hasCredentials, sameUrl } from './match.ts';
import { EntryError, type EntryWish, entryOf, removeEntry, writeEntry } from './secrets.ts';
import { knownHostsKey, trustConfigMaps } from './trust.ts';

const CHECK_TIMEOUT_MS = 30_000;
/** A check that is not older than this is shown again. */
const CHECK_AGE_MS = 3 * 60_000;

/** A repository without what is secret about it. */
export interface RepositoryView {
  readonly url: string;
  readonly type: string;
  readonly name: string;
  readonly project: string;
  readonly username: string;
  readonly insecure: boolean;
  readonly enableOCI: boolean;
  readonly enableLfs: boolean;
  readonly proxy: string;
  readonly noProxy: string;
  readonly credentials: 'none' | 'own' | 'inherited';
  readonly connection: { readonly status: 'Successful' | 'Failed'; readonly message: string; readonly atMs: number };
}

/** A template without what is secret about it. */
export interface TemplateView {
  readonly url: string;
  readonly type: string;
  readonly username: string;
  readonly hasSshKey: boolean;
  readonly hasClientCertificate: boolean;
}

/** Rejects with EntryError and CertificateError. */
export interface RepositoryManager {
  repositories(query?: {
    readonly url?: string;
    readonly project?: string;
    readonly fresh?: boolean;
  }): Promise<readonly RepositoryView[]>;
  templates(): readonly TemplateView[];
  /** Checks a repository first, unless it is a template or that is not wanted. */
  add(wish: EntryWish, options?: { readonly check?: boolean }): Promise<'created' | 'updated' | 'unchanged'>;
  remove(wanted: { readonly kind: EntryWish['kind']; readonly url: string; readonly project: string }): Promise<void>;
  certificates(filter: CertificateFilter): readonly RepositoryCertificate[];
  addHostKeys(text: string, upsert: boolean): Promise<readonly RepositoryCertificate[]>;
  addAuthorities(wish: {
    readonly host: string;
    readonly text: string;
    readonly upsert: boolean;
  }): Promise<readonly RepositoryCertificate[]>;
  removeCertificates(filter: CertificateFilter): Promise<readonly RepositoryCertificate[]>;
}

export interface RepositoryManagerOptions {
  readonly client: KubeClient;
  readonly namespace: string;
  readonly directory: RepositoryDirectory;
  readonly git: Git;
  readonly clock: Clock;
}

/** Makes the manager of an installation. */
export function createRepositoryManager(options: RepositoryManagerOptions): RepositoryManager {
  const { client, namespace, directory } = options;
  const check = createChecks(options);
  const place = (): Parameters<typeof writeEntry>[1] => ({ client, namespace, entries: directory.entries() });
  const maps = createTrustMaps(options);
  return {
    async repositories({ url, project, fresh = false } = {}) {
      const entries = directory
        .entries()
        .filter((one) => one.kind === 'repository' && (url === undefined || sameUrl(one.url, url)))
        .filter((one) => project === undefined || project === '' || one.project === project);
      return Promise.all(entries.map((entry) => viewOf(entry, { directory, check, fresh })));
    },
    templates: () =>
      directory
        .entries()
        .filter(({ kind }) => kind === 'repo-creds')
        .map(templateView),
    async add(wish, { check: wanted = true } = {}) {
      if (wanted && wish.kind === 'repository') {
        const { entry } = entryOf(wish, namespace);
        const why = await probe(entry, directory.accessWith(entry), options);
        if (why !== undefined) throw new EntryError('invalid', why);
      }
      return writeEntry(wish, place());
    },
    remove: (wanted) => removeEntry(wanted, place()),
    certificates: (filter) =>
      listCertificates(
        {
          ssh: { [knownHostsKey]: directory.trust().knownHosts },
          tls: Object.fromEntries(directory.trust().authorities),
        },
        filter,
      ),
    addHostKeys: (text, upsert) => maps.change('knownHosts', (data) => addKnownHosts(data, text, upsert)),
    addAuthorities: (wish) => maps.change('tls', (data) => addAuthorities(data, wish)),
    async removeCertificates(filter) {
      const { certType = '' } = filter;
      const ssh =
        certType === '' || certType === 'ssh'
          ? await maps.change('knownHosts', (data) => removeKnownHosts(data, filter))
          : [];
      const tls =
        certType === '' || certType === 'https'
          ? await maps.change('tls', (data) => removeAuthorities(data, filter))
          : [];
      return [...ssh, ...tls];
    },
  };
}

interface Checks {
  of(entry: RepositoryEntry, fresh: boolean): Promise<RepositoryView['connection']>;
}

/** Remembers checks until they are old, or credentials changed. */
function createChecks(options: RepositoryManagerOptions): Checks {
  const { directory, clock } = options;
  const known = new Map<string, Promise<RepositoryView['connection']>>();
  directory.onChange(() => known.clear());
  return {
    async of(entry, fresh) {
      const key = JSON.stringify([entry.url, entry.project]);
      const before = fresh ? undefined : await known.get(key);
      if (before && clock.now() - before.atMs < CHECK_AGE_MS) return before;
      const asked = probe(entry, directory.access(entry.project), options).then((why) => ({
        status: why === undefined ? ('Successful' as const) : ('Failed' as const),
        message: why ?? '',
        atMs: clock.now(),
      }));
      known.set(key, asked);
      return asked;
    },
  };
}

async function probe(
  entry: RepositoryEntry,
  access: RepositoryAccess,
  { git }: RepositoryManagerOptions,
): Promise<string | undefined> {
  const request = { git, access, url: entry.url, kind: kindOf(entry) };
  const signal = AbortSignal.timeout(CHECK_TIMEOUT_MS);
  try {
    return await probeRepository({ ...request, signal });
  } catch (error) {
    if (signal.aborted) return `${entry.url} does not answer within ${CHECK_TIMEOUT_MS / 1000} s`;
    throw error;
  }
}

function kindOf({ type, enableOCI, url }: RepositoryEntry): ProbeRequest['kind'] {
  if (type === 'oci' || url.startsWith('oci://') || (type === 'helm' && enableOCI)) return 'registry';
  return type === 'helm' ? 'charts' : 'git';
}

async function viewOf(
  entry: RepositoryEntry,
  {
    directory,
    check,
    fresh,
  }: { readonly directory: RepositoryDirectory; readonly check: Checks; readonly fresh: boolean },
): Promise<RepositoryView> {
  const matched = directory.match(entry.url, entry.project);
  const inherited = !hasCredentials(entry) && matched.template !== undefined;
  return {
    url: entry.url,
    type: matched.type || 'git',
    name: entry.name,
    project: entry.project,
    username: matched.username,
    insecure: entry.insecure || entry.insecureIgnoreHostKey || entry.insecureOCIForceHttp,
    enableOCI: matched.enableOCI,
    enableLfs: entry.enableLfs,
    // A proxy's address may hold its password.
    proxy: matched.proxy.replace(/\/\/[^/@]*@/, '//***@'),
    noProxy: matched.noProxy,
    credentials: inherited ? 'inherited' : hasCredentials(entry) ? 'own' : 'none',
    connection: await check.of(entry, fresh),
  };
}

function templateView(entry: RepositoryEntry): TemplateView {
  const { url, type, username, sshPrivateKey, tlsClientCertData } = entry;
  return {
    url,
    type: type || 'git',
    username,
    hasSshKey: sshPrivateKey !== '',
    hasClientCertificate: tlsClientCertData !== '',
  };
}

interface TrustMaps {
  change(
    which: 'knownHosts' | 'tls',
    edit: (data: Readonly<Record<string, string>>) => CertificateChange,
  ): Promise<readonly RepositoryCertificate[]>;
}

/** Reads, edits and writes a ConfigMap; once more where somebody else wrote meanwhile. */
function createTrustMaps({ client, namespace, directory }: RepositoryManagerOptions): TrustMaps {
  const edited = async (...[which, edit]: Parameters<TrustMaps['change']>): Promise<CertificateChange> => {
    const type = present(await client.discovery.resolve({ group: '', version: 'v1', kind: 'ConfigMap' }), 'ConfigMap');
    const name = trustConfigMaps[which];
    const object = await client.get(type, { namespace, name });
    // What counts while the ConfigMap is not there still counts when it is.
    const initial = which === 'knownHosts' ? { [knownHostsKey]: directory.trust().knownHosts } : {};
    const result = edit(object ? ((object['data'] ?? {}) as Readonly<Record<string, string>>) : initial);
    if (result.changed.length === 0) return result;
    const labels = { 'app.kubernetes.io/name': name, 'app.kubernetes.io/part-of': 'argocd' };
    const made = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace, name, labels }, data: result.data };
    if (object) await client.update(type, { ...object, data: result.data } as unknown as KubeObject);
    else await client.create(type, made as unknown as KubeObject);
    return result;
  };
  return {
    async change(which, edit) {
      try {
        return (await edited(which, edit)).changed;
      } catch (error) {
        if (!isKubeError(error, 409)) throw error;
        return (await edited(which, edit)).changed;
      }
    },
  };
}
