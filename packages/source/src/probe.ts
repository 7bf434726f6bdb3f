// Whether a repository can be reached with the credentials that are known for it: one small question, nothing is kept.

import { type Git, GitError, probeRemote } from '@evenkeel/git';
import { parseOciReference } from '@evenkeel/helm';
import { HttpClient, RegistryClient, RemoteError, codeOfStatus, withoutSecrets } from '@evenkeel/oci';
import type { RepositoryAccess } from './access.ts';
import { askFor, indexUrl } from './charts/download.ts';
import { proxyOf } from './environment-proxy.ts';
import { SourceError } from './errors.ts';

/** What is asked about. */
export interface ProbeRequest {
  readonly git: Git;
  readonly url: string;
  /** A Git repository, a classic chart repository, or a registry. */
  readonly kind: 'git' | 'charts' | 'registry';
  readonly access: RepositoryAccess;
  readonly signal?: AbortSignal;
}

/** Undefined where it can be reached; else why not, in one sentence with the remedy. */
export async function probeRepository(request: ProbeRequest): Promise<string | undefined> {
  try {
    await ask(request);
    return undefined;
  } catch (error) {
    request.signal?.throwIfAborted();
    if (error instanceof RemoteError) return withRemedy(error);
    if (error instanceof GitError || error instanceof SourceError) return error.message;
    return error instanceof Error ? withoutSecrets(error.message) : 'it cannot be reached';
  }
}

async function ask({ git, url, kind, access, signal }: ProbeRequest): Promise<void> {
  const until = signal ? { signal } : {};
  if (kind === 'git') {
    const { auth } = access.git(url);
    await probeRemote(git, { url, ...(auth ? { auth } : {}), ...until });
    return;
  }
  await using http = new HttpClient({ proxy: proxyOf(git) });
  const { access: how = {}, plainHttp } = await access.remote(url);
  if (kind === 'charts') {
    await askFor(http, { url: indexUrl(url), owner: url, access: how, ...until });
    return;
  }
  const reference = parseOciReference(url.replace(/^oci:\/\//, ''));
  const client = new RegistryClient({ http, access: how, ...(plainHttp === true ? { plainHttp } : {}) });
  const { status } = await client.call(reference, '/v2/', until);
  if (status !== 200) throw new RemoteError(codeOfStatus(status), `${reference.registry} answered ${status}`);
}

function withRemedy({ code, message }: RemoteError): string {
  const said = withoutSecrets(message);
  if (code === 'unauthorized') return `${said}; the credentials are missing, wrong or may not read it: correct them`;
  if (code === 'tls') return `${said}; add the authority that signed its certificate`;
  return said;
}
