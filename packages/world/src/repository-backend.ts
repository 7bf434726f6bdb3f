// Repositories as the HTTP API sees them: the manager, with its refusals in the API's codes.

import { CertificateError, EntryError, type RepositoryManager } from '@evenkeel/argo';
import { ActionRefused, type RepositoryBackend } from '@evenkeel/server';

/** Makes the backend. */
export function repositoryBackend(manager: RepositoryManager): RepositoryBackend {
  return {
    list: async (query) => [...(await manager.repositories(query))],
    templates: () => [...manager.templates()],
    add: ({ check, ...wish }) => refused(() => manager.add(wish, { check })),
    remove: (wanted) => refused(() => manager.remove(wanted)),
    certificates: (filter) => [...manager.certificates(filter)],
    addCertificates: ({ certType, serverName, text, upsert }) =>
      refused(async () =>
        certType === 'ssh'
          ? [...(await manager.addHostKeys(text, upsert))]
          : [...(await manager.addAuthorities({ host: serverName, text, upsert }))],
      ),
    removeCertificates: (filter) => refused(async () => [...(await manager.removeCertificates(filter))]),
  };
}

async function refused<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof CertificateError) throw new ActionRefused('BAD_REQUEST', error.message);
    if (!(error instanceof EntryError)) throw error;
    const codes = { conflict: 'CONFLICT', invalid: 'BAD_REQUEST', 'not-found': 'NOT_FOUND' } as const;
    throw new ActionRefused(codes[error.code], error.message);
  }
}
