// One HTTPS call to a webhook, and its failures in the words of the API server's HTTP client (client-go rest, Go's
// net/http and crypto/tls), which is what people search for.

import type { IncomingMessage } from 'node:http';
import type { RequestOptions } from 'node:https';
import type { PeerCertificate } from 'node:tls';
import { type Json, parseJson } from '@evenkeel/resource';

/** Where a webhook or an aggregated API is, and what it must present. */
export interface CallTarget {
  /** As messages name it: "https://hook.team.svc:443/mutate". */
  readonly url: string;
  /** Where the connection goes to. */
  readonly host: string;
  readonly port: number;
  /** The name that its certificate must carry. */
  readonly serverName: string;
  /** PEM; the machine's authorities where there is none. */
  readonly authority: string | undefined;
  /** Takes any certificate (APIServices may ask for that). */
  readonly insecure?: boolean;
}

/** What came back, or why nothing did. */
export type CallResult = { readonly ok: true; readonly body: Json } | { readonly ok: false; readonly why: string };

/** Posts a JSON body. Never rejects. */
export async function callWebhook(target: CallTarget, body: string, timeoutSeconds: number): Promise<CallResult> {
  const url = `${target.url}?timeout=${timeoutSeconds}s`;
  const signal = AbortSignal.timeout(timeoutSeconds * 1000);
  try {
    const { pathname, search } = new URL(url);
    const answer = await exchange(
      target,
      {
        method: 'POST',
        path: pathname + search,
        signal,
        headers: {
          accept: 'application/json, */*',
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
          'user-agent': 'kube-apiserver-admission',
        },
      },
      body,
    );
    return readAnswer(answer);
  } catch (error) {
    const why = signal.aborted ? 'context deadline exceeded' : connectionFailure(error, target);
    return { ok: false, why: `Post "${url}": ${why}` };
  }
}

/** An answer that was read to its end. */
export interface Exchanged {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

/** One request over TLS, answered in whole. Rejects with what Node says of the connection. */
export async function exchange(target: CallTarget, options: RequestOptions, body: string | Buffer): Promise<Exchanged> {
  const response = await openExchange(target, options, body);
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return { status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) };
}

/** One request over TLS; resolves when the answer begins. Rejects with what Node says of the connection. */
export async function openExchange(
  target: CallTarget,
  options: RequestOptions,
  body: string | Buffer = '',
): Promise<IncomingMessage> {
  // Most clusters call nobody; they are spared the loading.
  const { request } = await import('node:https');
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        host: target.host,
        port: target.port,
        servername: /^[\d.]+$|:/.test(target.serverName) ? '' : target.serverName,
        ...(target.authority === undefined ? {} : { ca: target.authority }),
        ...(target.insecure === true
          ? { rejectUnauthorized: false }
          : { checkServerIdentity: (_host, certificate) => nameProblem(target.serverName, certificate) }),
        agent: false,
        ...options,
      },
      resolve,
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

// Go looks at alternative names only, and says which ones there are.
function nameProblem(name: string, certificate: PeerCertificate): Error | undefined {
  const names = (certificate.subjectaltname ?? '').split(', ').filter((each) => each !== '');
  const dns = names.filter((each) => each.startsWith('DNS:')).map((each) => each.slice(4));
  const addresses = names.filter((each) => each.startsWith('IP Address:')).map((each) => each.slice(11));
  const isAddress = /^[\d.]+$|:/.test(name);
  if (isAddress) {
    if (addresses.includes(name)) return undefined;
    return new CertificateProblem(
      addresses.length === 0
        ? `cannot validate certificate for ${name} because it doesn't contain any IP SANs`
        : `certificate is valid for ${addresses.join(', ')}, not ${name}`,
    );
  }
  if (dns.some((each) => hostMatches(each.toLowerCase(), name.toLowerCase()))) return undefined;
  if (names.length === 0)
    return new CertificateProblem('certificate relies on legacy Common Name field, use SANs instead');
  return new CertificateProblem(
    dns.length === 0
      ? `certificate is not valid for any names, but wanted to match ${name}`
      : `certificate is valid for ${dns.join(', ')}, not ${name}`,
  );
}

function hostMatches(pattern: string, host: string): boolean {
  if (!pattern.startsWith('*.')) return pattern === host;
  return host.slice(host.indexOf('.')) === pattern.slice(1);
}

class CertificateProblem extends Error {
  override readonly name = 'CertificateProblem';
}

const unknownAuthority = new Set([
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_GET_ISSUER_CERT',
  'CERT_SIGNATURE_FAILURE',
]);

/** Why a connection failed, as Go says it. */
export function connectionFailure(error: unknown, target: CallTarget): string {
  const { code = '', message = String(error) } = error as { readonly code?: string; readonly message?: string };
  const at = `${target.host}:${target.port}`;
  if (error instanceof CertificateProblem) return `tls: failed to verify certificate: x509: ${message}`;
  if (unknownAuthority.has(code))
    return 'tls: failed to verify certificate: x509: certificate signed by unknown authority';
  switch (code) {
    case 'ECONNREFUSED':
      return `dial tcp ${at}: connect: connection refused`;
    case 'ENOTFOUND':
      return `dial tcp: lookup ${target.host}: no such host`;
    case 'CERT_HAS_EXPIRED':
    case 'CERT_NOT_YET_VALID':
      return 'tls: failed to verify certificate: x509: certificate has expired or is not yet valid';
    case 'ECONNRESET':
      return 'EOF';
    case 'EPROTO':
    case 'ERR_SSL_WRONG_VERSION_NUMBER':
    case 'ERR_SSL_PACKET_LENGTH_TOO_LONG':
      return 'http: server gave HTTP response to HTTPS client';
    default:
      return message;
  }
}

function readAnswer({ status, headers, body }: Exchanged): CallResult {
  const text = body.toString('utf8');
  if (status < 200 || status > 206) return { ok: false, why: statusFailure(status, headers, text) };
  if (text === '') {
    const type = headers['content-type'] ?? '';
    return { ok: false, why: `0-length response with status code: ${status} and content type: ${type}` };
  }
  try {
    return { ok: true, body: parseJson(text) };
  } catch {
    // The server's decoder goes on to take it for YAML, where any line is a string.
    return { ok: true, body: text };
  }
}

// apimachinery:pkg/api/errors NewGenericServerResponse.
const statusTexts: Readonly<Record<number, string>> = {
  400: 'the server rejected our request for an unknown reason',
  401: 'the server has asked for the client to provide credentials',
  404: 'the server could not find the requested resource',
  405: 'the server does not allow this method on the requested resource',
  409: 'the server reported a conflict',
  422: 'the server rejected our request due to an error in our request',
  429: 'the server has received too many requests and has asked us to try again later',
  503: 'the server is currently unable to handle the request',
  504: 'the server was unable to return a response in the time allotted, but may still be processing the request',
};

function statusFailure(status: number, headers: Exchanged['headers'], body: string): string {
  const isText = (headers['content-type'] ?? '').startsWith('text/');
  const message = isText && body.trim() !== '' ? body.trim() : 'unknown';
  const known = statusTexts[status];
  if (known !== undefined) return known;
  if (status === 403 || status === 415) return message;
  if (status >= 500)
    return `an error on the server (${JSON.stringify(message)}) has prevented the request from succeeding`;
  return `the server responded with the status code ${status} but did not return more information`;
}
