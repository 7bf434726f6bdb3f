// The cluster's certificates: a CA of its own, the server's certificate, the administrator's client certificate. Kept in
// the state file, so that a kubeconfig stays good across restarts.

import { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import type { StateFile } from '../store/sqlite-journal.ts';

/** A key and its certificate, in PEM. */
export interface KeyPair {
  readonly key: string;
  readonly certificate: string;
}

export interface Credentials {
  readonly authority: KeyPair;
  readonly server: KeyPair;
  readonly administrator: KeyPair;
}

/** Reads the certificates kept in the state file, or makes new ones. */
export async function openCredentials(state: StateFile | undefined): Promise<Credentials> {
  const kept = state?.setting('credentials');
  if (kept !== undefined) return JSON.parse(kept) as Credentials;
  const made = await makeCredentials();
  state?.keepSetting('credentials', JSON.stringify(made));
  return made;
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const yearMs = 365 * 24 * 3600 * 1000;

async function makeCredentials(): Promise<Credentials> {
  x509.cryptoProvider.set(webcrypto as unknown as Parameters<typeof x509.cryptoProvider.set>[0]);
  const notBefore = new Date(Date.now() - 3600_000);
  const notAfter = new Date(Date.now() + 10 * yearMs);
  const keys = await newKeys();
  const authority = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: '01',
    name: 'CN=evenkeel-sandbox-ca',
    notBefore,
    notAfter,
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(
        x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign | x509.KeyUsageFlags.digitalSignature,
        true,
      ),
    ],
  });
  const sign = (subject: string, serialNumber: string, extensions: x509.Extension[]): Promise<KeyPair> =>
    issue({
      subject,
      serialNumber,
      extensions,
      notBefore,
      notAfter,
      issuer: authority.subject,
      signingKey: keys.privateKey,
    });
  const server = await sign('CN=kube-apiserver', '02', [
    new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
    new x509.SubjectAlternativeNameExtension([
      { type: 'ip', value: '127.0.0.1' },
      { type: 'ip', value: '10.96.0.1' },
      { type: 'dns', value: 'localhost' },
      { type: 'dns', value: 'kubernetes' },
      { type: 'dns', value: 'kubernetes.default' },
      { type: 'dns', value: 'kubernetes.default.svc' },
      { type: 'dns', value: 'kubernetes.default.svc.cluster.local' },
    ]),
  ]);
  const administrator = await sign('O=system:masters, CN=kubernetes-admin', '03', [
    new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth]),
  ]);
  return {
    authority: { key: await pemOf(keys.privateKey), certificate: authority.toString('pem') },
    server,
    administrator,
  };
}

async function issue(request: {
  readonly subject: string;
  readonly serialNumber: string;
  readonly extensions: x509.Extension[];
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly issuer: string;
  readonly signingKey: webcrypto.CryptoKey;
}): Promise<KeyPair> {
  const keys = await newKeys();
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: request.serialNumber,
    subject: request.subject,
    issuer: request.issuer,
    notBefore: request.notBefore,
    notAfter: request.notAfter,
    signingAlgorithm: algorithm,
    publicKey: keys.publicKey,
    signingKey: request.signingKey,
    extensions: request.extensions,
  });
  return { key: await pemOf(keys.privateKey), certificate: certificate.toString('pem') };
}

function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']) as Promise<webcrypto.CryptoKeyPair>;
}

async function pemOf(key: webcrypto.CryptoKey): Promise<string> {
  const bytes = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key)).toString('base64');
  return `-----BEGIN PRIVATE KEY-----\n${bytes.replaceAll(/(.{64})/g, '$1\n').trimEnd()}\n-----END PRIVATE KEY-----\n`;
}
