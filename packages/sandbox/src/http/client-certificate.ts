// Who a client certificate names. The cluster checks it itself: given an authority, OpenSSL first parses the hundred and
// more that Node brings, which took a tenth of the whole start.

import { X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import { scalarText } from '../store/draft.ts';
import type { Identity } from '../access/identity.ts';
import { ApiError } from '../api/status.ts';

const clientUse = '1.3.6.1.5.5.7.3.2';
/** What is known of a socket. A property of it, for HTTP/2 hands out another object in its place that has the same ones. */
const known: unique symbol = Symbol('client certificate');

interface Known {
  readonly authority: () => X509Certificate;
  identity?: Identity;
}

type KnownSocket = TLSSocket & { [known]?: Known };

/** What a server does with each new socket, so that certificates of the authority (PEM) are known on it. */
export function trustingAuthority(pem: string): (socket: TLSSocket) => void {
  let parsed: X509Certificate | undefined;
  const authority = (): X509Certificate => (parsed ??= new X509Certificate(pem));
  return (socket: KnownSocket) => {
    socket[known] = { authority };
  };
}

/**
 * The identity that the socket's client certificate names: CN is the user, each O a group; undefined without a certificate.
 * Throws 401 for one of another authority, out of its time, or not meant for clients, as kube-apiserver's x509 authenticator does
 * (kubernetes:staging/src/k8s.io/apiserver/pkg/authentication/request/x509/x509.go, 1.35). Only direct issue is known here.
 */
export function certificateIdentity(socket: KnownSocket): Identity | undefined {
  const trust = socket[known];
  if (trust?.identity !== undefined) return trust.identity;
  const certificate = socket.getPeerX509Certificate?.();
  if (certificate === undefined) return undefined;
  if (trust === undefined || !isGood(certificate, trust.authority()))
    throw new ApiError(401, 'Unauthorized', 'Unauthorized');
  const { subject } = socket.getPeerCertificate();
  const organisations: unknown = subject.O;
  const groups = Array.isArray(organisations)
    ? (organisations as string[])
    : organisations === undefined
      ? []
      : [scalarText(organisations)];
  trust.identity = { user: String(subject.CN ?? ''), groups: [...groups, 'system:authenticated'] };
  return trust.identity;
}

function isGood(certificate: X509Certificate, authority: X509Certificate): boolean {
  const now = new Date();
  return (
    certificate.checkIssued(authority) &&
    certificate.verify(authority.publicKey) &&
    now >= certificate.validFromDate &&
    now <= certificate.validToDate &&
    (certificate.keyUsage as readonly string[] | undefined)?.includes(clientUse) === true
  );
}
