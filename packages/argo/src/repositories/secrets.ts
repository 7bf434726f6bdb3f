// Repositories and templates written as Argo CD writes them, under the names it gives them, so that it finds them as its own.
// Mirrors argoproj/argo-cd:util/db/repository_secrets.go and db.go (3.6).

import { type KubeClient, type ResourceType, isKubeError } from '@evenkeel/kube';
import type { KubeObject } from '@evenkeel/resource';
import { present } from '@evenkeel/std';
import { secretData } from '../applicationset/generators/world.ts';
import { type EntryKind, type RepositoryEntry, readEntry, secretTypeLabel } from './entry.ts';
import { sameUrl } from './match.ts';

const managedBy = 'managed-by';
const argocd = 'argocd.argoproj.io';

const prefixes: Readonly<Record<EntryKind, string>> = {
  repository: 'repo',
  'repo-creds': 'creds',
  'repository-write': 'repo-write',
  'repo-write-creds': 'creds-write',
};

/** A refusal in the original's words. */
export class EntryError extends Error {
  override readonly name = 'EntryError';
  readonly code: 'conflict' | 'invalid' | 'not-found';
  constructor(code: EntryError['code'], message: string) {
    super(message);
    this.code = code;
  }
}

/** What somebody wants there to be. */
export interface EntryWish {
  readonly kind: EntryKind;
  /** The Secret's data; empty values are left out. */
  readonly fields: Readonly<Record<string, string>>;
  readonly upsert: boolean;
}

export interface EntryPlace {
  readonly client: KubeClient;
  readonly namespace: string;
  readonly entries: readonly RepositoryEntry[];
}

/** Reads a wish as the Secret it will be. @throws EntryError where a field does not read. */
export function entryOf(
  { kind, fields }: EntryWish,
  namespace: string,
): { readonly secret: KubeObject; readonly entry: RepositoryEntry } {
  const { url = '', project = '' } = fields;
  const data = Object.fromEntries(
    Object.entries(fields).flatMap(([key, value]) =>
      value === '' ? [] : [[key, Buffer.from(value).toString('base64')]],
    ),
  );
  const secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: secretName(kind, url, project),
      namespace,
      labels: { [secretTypeLabel]: kind },
      annotations: { [managedBy]: argocd },
    },
    type: 'Opaque',
    data,
  } as unknown as KubeObject;
  const entry = present(readEntry(secret), 'an entry, which the label makes it');
  const [problem] = entry.problems;
  if (problem !== undefined) throw new EntryError('invalid', problem);
  return { secret, entry };
}

/** Writes an entry. Rejects with EntryError where another one is there and `upsert` was not asked for. */
export async function writeEntry(wish: EntryWish, place: EntryPlace): Promise<'created' | 'updated' | 'unchanged'> {
  const { secret, entry } = entryOf(wish, place.namespace);
  const type = await secretType(place.client);
  const known = place.entries.find(
    (one) => one.kind === entry.kind && one.project === entry.project && sameUrl(one.url, entry.url),
  );
  const at = { namespace: place.namespace, name: known?.secret.name ?? secret.metadata.name ?? '' };
  const before = await place.client.get(type, at);
  if (!before) {
    await place.client.create(type, secret);
    return 'created';
  }
  const [old, wanted] = [secretData(before), secretData(secret)];
  const different = [...new Set([...old.keys(), ...wanted.keys()])].filter((key) => old.get(key) !== wanted.get(key));
  if (different.length === 0) return 'unchanged';
  if (!wish.upsert) {
    const what = entry.kind.startsWith('repository') ? 'repository' : 'repository credentials';
    throw new EntryError(
      'conflict',
      `existing ${what} spec is different; use upsert flag to force update; difference in keys "${different.join(',')}"`,
    );
  }
  await place.client.update(type, { ...before, data: secret['data'] ?? {} });
  return 'updated';
}

/** Removes an entry: the Secret where Argo CD or we made it, else only what makes it an entry. Rejects with EntryError. */
export async function removeEntry(
  wanted: { readonly kind: EntryKind; readonly url: string; readonly project: string },
  place: EntryPlace,
): Promise<void> {
  const fits = place.entries.filter((one) => one.kind === wanted.kind && sameUrl(one.url, wanted.url));
  const found =
    fits.find(({ project }) => project === wanted.project) ??
    (wanted.project === '' && fits.length === 1 ? fits[0] : undefined);
  if (!found)
    throw new EntryError(
      'not-found',
      `${wanted.kind === 'repository' ? 'repo' : 'repository credentials'} '${wanted.url}' not found`,
    );
  const type = await secretType(place.client);
  const at = found.secret;
  const secret = await place.client.get(type, at);
  if (secret?.metadata.annotations?.[managedBy] === argocd) {
    await place.client.delete(type, at);
    return;
  }
  try {
    await place.client.patch(type, at, 'merge', { metadata: { labels: { [secretTypeLabel]: null } } });
  } catch (error) {
    if (!isKubeError(error, 404)) throw error;
  }
}

/** The name that the original gives: a prefix and a 32-bit FNV-1a digest of URL and project. */
export function secretName(kind: EntryKind, url: string, project: string): string {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(url + project)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return `${prefixes[kind]}-${hash}`;
}

async function secretType(client: KubeClient): Promise<ResourceType> {
  return present(await client.discovery.resolve({ group: '', version: 'v1', kind: 'Secret' }), 'the kind Secret');
}
