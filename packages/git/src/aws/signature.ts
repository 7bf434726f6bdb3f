// Signature Version 4, by which AWS knows who asks. Documented at
// docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html; the answers of its test suite are tests.

import { createHash, createHmac } from 'node:crypto';

/** Who asks. */
export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Of credentials that expire. */
  readonly sessionToken?: string | undefined;
}

/** What is signed. The headers are those that are sent, but for `host`, which the URL tells. */
export interface AwsRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Where a signature counts, and when it was made. */
export interface AwsScope {
  readonly region: string;
  readonly service: string;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
}

/** The headers with those of the signature. */
export function signAwsRequest(
  request: AwsRequest,
  credentials: AwsCredentials,
  { region, service, nowMs }: AwsScope,
): Readonly<Record<string, string>> {
  const time = `${new Date(nowMs).toISOString().replaceAll(/[-:]|\.\d+/g, '')}`;
  const day = time.slice(0, 8);
  const { sessionToken } = credentials;
  const sent = {
    ...request.headers,
    'x-amz-date': time,
    ...(sessionToken === undefined ? {} : { 'x-amz-security-token': sessionToken }),
  };
  const url = new URL(request.url);
  const headers = Object.entries({ ...sent, host: url.host })
    .map(([name, value]) => [name.toLowerCase(), value.trim().replaceAll(/ +/g, ' ')] as const)
    .toSorted(byName);
  const names = headers.map(([name]) => name).join(';');
  const canonical = [
    request.method,
    canonicalPath(url.pathname),
    canonicalQuery(url.searchParams),
    ...headers.map(([name, value]) => `${name}:${value}`),
    '',
    names,
    digest(request.body),
  ].join('\n');
  const scope = `${day}/${region}/${service}/aws4_request`;
  const signed = ['AWS4-HMAC-SHA256', time, scope, digest(canonical)].join('\n');
  const key = [day, region, service, 'aws4_request'].reduce<Buffer>(
    (made, part) => mac(made, part),
    Buffer.from(`AWS4${credentials.secretAccessKey}`),
  );
  const signature = mac(key, signed).toString('hex');
  return {
    ...sent,
    authorization: `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`,
  };
}

function canonicalPath(path: string): string {
  return path.split('/').map(encoded).join('/');
}

function canonicalQuery(query: URLSearchParams): string {
  return [...query]
    .map(([name, value]) => [encoded(name), encoded(value)] as const)
    .toSorted((left, right) => byName(left, right) || (left[1] < right[1] ? -1 : 1))
    .map((pair) => pair.join('='))
    .join('&');
}

/** All but letters, digits and -._~ */
function encoded(text: string): string {
  return encodeURIComponent(text).replaceAll(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

function byName([left]: readonly [string, string], [right]: readonly [string, string]): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function mac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
