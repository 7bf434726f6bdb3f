// What the network says when it fails, in the words that Go's clients use, because these are what people search for.

import { RemoteError, type RemoteErrorCode } from './remote-error.ts';

const untrusted = 'tls: failed to verify certificate: x509: certificate signed by unknown authority';

const reasons: Readonly<Record<string, readonly [RemoteErrorCode, string]>> = {
  ECONNREFUSED: ['unreachable', 'connection refused'],
  ENOTFOUND: ['unreachable', 'no such host'],
  EAI_AGAIN: ['unreachable', 'no such host'],
  EHOSTUNREACH: ['unreachable', 'no route to host'],
  ENETUNREACH: ['unreachable', 'network is unreachable'],
  ETIMEDOUT: ['unreachable', 'i/o timeout'],
  UND_ERR_CONNECT_TIMEOUT: ['unreachable', 'i/o timeout'],
  UND_ERR_HEADERS_TIMEOUT: ['unreachable', 'timed out waiting for the answer'],
  UND_ERR_BODY_TIMEOUT: ['truncated', 'timed out while reading the answer'],
  UND_ERR_SOCKET: ['truncated', 'unexpected EOF'],
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: ['truncated', 'unexpected EOF'],
  ECONNRESET: ['truncated', 'connection reset by peer'],
  EPROTO: ['tls', 'tls: the other side does not speak TLS as expected'],
  ERR_SSL_WRONG_VERSION_NUMBER: ['tls', 'http: server gave HTTP response to HTTPS client'],
  ERR_SSL_PACKET_LENGTH_TOO_LONG: ['tls', 'http: server gave HTTP response to HTTPS client'],
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: ['tls', 'remote error: tls: certificate required'],
  ERR_SSL_TLSV1_ALERT_UNKNOWN_CA: ['tls', 'remote error: tls: unknown certificate authority'],
  ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE: ['tls', 'remote error: tls: bad certificate'],
  'ERR_SSL_SSL/TLS_ALERT_BAD_CERTIFICATE': ['tls', 'remote error: tls: bad certificate'],
  CERT_HAS_EXPIRED: ['tls', 'tls: failed to verify certificate: x509: certificate has expired or is not yet valid'],
  CERT_NOT_YET_VALID: ['tls', 'tls: failed to verify certificate: x509: certificate has expired or is not yet valid'],
  DEPTH_ZERO_SELF_SIGNED_CERT: ['tls', untrusted],
  SELF_SIGNED_CERT_IN_CHAIN: ['tls', untrusted],
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: ['tls', untrusted],
  UNABLE_TO_GET_ISSUER_CERT: ['tls', untrusted],
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: ['tls', untrusted],
};

/** Why an exchange failed. */
export function reasonOf(error: unknown): { readonly code: RemoteErrorCode; readonly text: string } {
  if (error instanceof RemoteError) return { code: error.code, text: error.message };
  const code = codeOf(error);
  const message = error instanceof Error ? error.message : String(error);
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return { code: 'tls', text: `tls: failed to verify certificate: x509: ${otherNames(error) ?? message}` };
  }
  const known = reasons[code];
  if (known !== undefined) return { code: known[0], text: known[1] };
  if (/^Proxy response \((\d+)\)/.test(message)) return { code: 'unreachable', text: proxyRefusal(message) };
  return { code: code.startsWith('ERR_SSL') ? 'tls' : 'unreachable', text: message === '' ? code : message };
}

/** Which names a certificate has, in place of the one that was called. */
function otherNames(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('host' in error) || !('cert' in error)) return undefined;
  const { host, cert } = error;
  const stated =
    typeof cert === 'object' && cert !== null && 'subjectaltname' in cert ? cert.subjectaltname : undefined;
  if (typeof stated !== 'string' || stated === '') return undefined;
  const names = stated.split(', ').map((name) => name.replace(/^(?:DNS|IP Address):/, ''));
  return `certificate is valid for ${names.join(', ')}, not ${String(host)}`;
}

function proxyRefusal(message: string): string {
  const status = /\((\d+)\)/.exec(message)?.[1] ?? '';
  return status === '407' ? 'proxyconnect tcp: Proxy Authentication Required' : `proxyconnect tcp: status ${status}`;
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0]);
  return 'code' in error && typeof error.code === 'string' ? error.code : '';
}
