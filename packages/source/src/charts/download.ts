// One file of a classic repository. Mirrors helm:pkg/getter/httpgetter.go (v4.3.0).

import { isSameOrigin } from '@evenkeel/helm';
import {
  type HttpAnswer,
  type HttpClient,
  type RemoteAccess,
  RemoteError,
  authorizationOf,
  codeOfStatus,
  withoutSecrets,
} from '@evenkeel/oci';

/** What is fetched, and for whom. */
export interface Download {
  readonly url: string;
  /** The URL whose origin may see the credentials. */
  readonly owner: string;
  readonly access?: RemoteAccess;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** The answer, 200 or 304. Credentials go along to the owner's origin only, unless they are passed to every host. */
export async function askFor(http: HttpClient, download: Download): Promise<HttpAnswer> {
  const { url, owner, access = {}, signal } = download;
  const authorization =
    access.passCredentials === true || isSameOrigin(owner, url) ? authorizationOf(access.credentials) : undefined;
  const answer = await http.send(url, {
    access,
    headers: { ...download.headers, ...(authorization === undefined ? {} : { authorization }) },
    ...(signal === undefined ? {} : { signal }),
  });
  if (answer.status !== 200 && answer.status !== 304) {
    const { status, statusText } = answer;
    const message = `failed to fetch ${withoutSecrets(url)} : ${status} ${statusText}`.trimEnd();
    throw new RemoteError(codeOfStatus(status), message);
  }
  return answer;
}

/** The content behind a URL. Rejects with RemoteError, worded as Helm words it. */
export async function download(http: HttpClient, wanted: Download): Promise<Uint8Array> {
  return (await askFor(http, wanted)).body;
}

/** The URL of a repository's index; the query of the repository (tokens of some hosts) goes along. */
export function indexUrl(repositoryUrl: string): string {
  const url = new URL(repositoryUrl);
  url.pathname = `${url.pathname.replace(/\/$/, '')}/index.yaml`;
  return url.href;
}

/** The URL of an archive's provenance file. */
export function provenanceUrl(archiveUrl: string): string {
  const url = new URL(archiveUrl);
  url.pathname += '.prov';
  return url.href;
}
