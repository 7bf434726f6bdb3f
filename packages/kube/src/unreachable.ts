// Network failures in one sentence: what happened, where, and what to do about it.

import { KubeUnreachable, type UnreachableReason } from './errors.ts';

interface Diagnosis {
  readonly reason: UnreachableReason;
  readonly text: string;
}

const UNTRUSTED: Diagnosis = {
  reason: 'tls',
  text: 'its certificate is not signed by an authority known here; set certificate-authority(-data) of the cluster in the kubeconfig',
};

/** By the codes of Node's sockets, OpenSSL and undici. */
const byCode: Readonly<Record<string, Diagnosis>> = {
  ECONNREFUSED: {
    reason: 'refused',
    text: 'connection refused; is the cluster running, and is the server address in the kubeconfig right?',
  },
  ENOTFOUND: {
    reason: 'unresolved',
    text: 'the host name cannot be resolved; check the server address in the kubeconfig and your DNS or VPN',
  },
  EAI_AGAIN: { reason: 'unresolved', text: 'the host name cannot be resolved right now; check your DNS or VPN' },
  ETIMEDOUT: {
    reason: 'timeout',
    text: 'no connection within the time allowed; check firewall, VPN and the server address',
  },
  UND_ERR_CONNECT_TIMEOUT: {
    reason: 'timeout',
    text: 'no connection within the time allowed; check firewall, VPN and the server address',
  },
  UND_ERR_HEADERS_TIMEOUT: {
    reason: 'timeout',
    text: 'connected, but the server did not answer in time; it may be overloaded',
  },
  UND_ERR_BODY_TIMEOUT: { reason: 'timeout', text: 'the answer stopped in the middle; the server may be overloaded' },
  EHOSTUNREACH: { reason: 'refused', text: 'no route to the host; check network and VPN' },
  ENETUNREACH: { reason: 'refused', text: 'the network is unreachable; check network and VPN' },
  ECONNRESET: { reason: 'lost', text: 'the connection was lost; the server may be restarting' },
  EPIPE: { reason: 'lost', text: 'the connection was lost; the server may be restarting' },
  UND_ERR_SOCKET: { reason: 'lost', text: 'the connection was lost; the server may be restarting' },
  UND_ERR_ABORTED: { reason: 'lost', text: 'the connection was closed in the middle of the answer' },
  ERR_STREAM_PREMATURE_CLOSE: { reason: 'lost', text: 'the connection was closed in the middle of the answer' },
  DEPTH_ZERO_SELF_SIGNED_CERT: UNTRUSTED,
  SELF_SIGNED_CERT_IN_CHAIN: UNTRUSTED,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNTRUSTED,
  CERT_SIGNATURE_FAILURE: UNTRUSTED,
  CERT_HAS_EXPIRED: {
    reason: 'tls',
    text: 'its certificate has expired; renew it, or check the clock of this machine',
  },
  CERT_NOT_YET_VALID: { reason: 'tls', text: 'its certificate is not valid yet; check the clock of this machine' },
  ERR_TLS_CERT_ALTNAME_INVALID: {
    reason: 'tls',
    text: 'its certificate is made out for another name; set tls-server-name of the cluster, or use a name the certificate carries',
  },
  ERR_SSL_WRONG_VERSION_NUMBER: {
    reason: 'tls',
    text: 'it does not speak TLS; should the server address begin with http://?',
  },
  EPROTO: { reason: 'tls', text: 'the TLS handshake failed' },
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: {
    reason: 'tls',
    text: 'it asks for a client certificate; the user in the kubeconfig has none',
  },
};

/** The KubeUnreachable for a failure below HTTP, talking to `endpoint`. */
export function unreachable(endpoint: string, error: unknown): KubeUnreachable {
  if (error instanceof KubeUnreachable) return error;
  const diagnosis = diagnose(error);
  return new KubeUnreachable(`cannot reach the Kubernetes API at ${endpoint}: ${diagnosis.text}`, {
    reason: diagnosis.reason,
    cause: error,
  });
}

function diagnose(error: unknown): Diagnosis {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth += 1) {
    for (const one of at instanceof AggregateError ? [at, ...(at.errors as unknown[])] : [at]) {
      const known = byCode[codeOf(one)];
      if (known) return known;
    }
  }
  return { reason: 'other', text: error instanceof Error ? error.message : String(error) };
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
