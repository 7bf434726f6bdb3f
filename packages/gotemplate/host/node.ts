// The host of template executions on Node: the clock, strong randomness, keys and certificates as sprig makes them
// (sprig v3.3.0 crypto.go over Go 1.26's crypto/x509). It lies beside the pure package, not in it; nothing in src imports it.

import type * as Crypto from 'node:crypto';
import type { KeyObject, X509Certificate } from 'node:crypto';
import {
  type CertificatePair,
  type CertificateRequest,
  GoError,
  type Host,
  type PrivateKeyKind,
} from '@evenkeel/gotemplate';
import { bits, boolean, children, integer, octets, oid, sequence, time, tlv } from './der.ts';

/** Loaded at the first use: most charts ask for neither keys nor randomness, and loading it takes longer than they do. */
function crypto(): typeof Crypto {
  return process.getBuiltinModule('node:crypto');
}

/** Options of the host. DNS is closed unless a resolver is given, as Helm keeps it. */
export interface NodeHostOptions {
  /** IANA zone; 'UTC' unless told otherwise, so that output does not depend on the machine. */
  readonly localZone?: string;
  readonly lookupHost?: (name: string) => string;
}

/** A Host on Node's own cryptography. */
export function nodeHost(options: NodeHostOptions = {}): Host {
  return {
    nowNanos: () => BigInt(Date.now()) * 1_000_000n,
    localZone: options.localZone ?? 'UTC',
    randomBytes: (count) => new Uint8Array(crypto().randomBytes(count)),
    generatePrivateKey,
    createCertificate,
    checkCertificate,
    lookupHost: options.lookupHost ?? (() => ''),
  };
}

function generatePrivateKey(kind: PrivateKeyKind): string {
  switch (kind) {
    case 'rsa':
      return pemOf(crypto().generateKeyPairSync('rsa', { modulusLength: 4096 }).privateKey);
    case 'ecdsa':
      return pemOf(crypto().generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey);
    case 'ed25519':
      return pemOf(crypto().generateKeyPairSync('ed25519').privateKey);
    case 'dsa':
      return dsaPem(crypto().generateKeyPairSync('dsa', { modulusLength: 2048, divisorLength: 256 }).privateKey);
  }
}

function pem(type: string, der: Uint8Array): string {
  const lines = Buffer.from(der)
    .toString('base64')
    .replaceAll(/.{64}(?!$)/g, '$&\n');
  return `-----BEGIN ${type}-----\n${lines}\n-----END ${type}-----\n`;
}

/** PKCS#1 for RSA, SEC 1 for EC, PKCS#8 for the rest. */
function pemOf(key: KeyObject): string {
  if (key.asymmetricKeyType === 'rsa') return pem('RSA PRIVATE KEY', key.export({ type: 'pkcs1', format: 'der' }));
  if (key.asymmetricKeyType === 'ec') return pem('EC PRIVATE KEY', key.export({ type: 'sec1', format: 'der' }));
  return pem('PRIVATE KEY', key.export({ type: 'pkcs8', format: 'der' }));
}

/** sprig writes version, P, Q, G, Y, X, as OpenSSL once did. */
function dsaPem(key: KeyObject): string {
  const [, algorithm, secret] = children(
    children(key.export({ type: 'pkcs8', format: 'der' }))[0]?.content ?? Buffer.alloc(0),
  );
  const parameters = children(children(algorithm?.content ?? Buffer.alloc(0))[1]?.content ?? Buffer.alloc(0));
  const info = children(
    children(crypto().createPublicKey(key).export({ type: 'spki', format: 'der' }))[0]?.content ?? Buffer.alloc(0),
  );
  const publicValue = (info[1]?.content ?? Buffer.alloc(1)).subarray(1);
  const numbers = parameters.map((parameter) => parameter.whole);
  return pem(
    'DSA PRIVATE KEY',
    sequence(integer(Uint8Array.of(0)), ...numbers, publicValue, secret?.content ?? Buffer.alloc(0)),
  );
}

function parsedKey(text: string, context: string): KeyObject {
  const block = /-----BEGIN ([A-Z0-9 ]+)-----/.exec(text);
  if (block === null) throw new GoError(`${context}no PEM data in input`);
  const type = block[1] ?? '';
  if (!type.endsWith('PRIVATE KEY')) throw new GoError(`${context}no private key data in PEM block of type ${type}`);
  const kind = type.slice(0, -'PRIVATE KEY'.length).trim();
  if (!['', 'RSA', 'EC', 'DSA'].includes(kind)) throw new GoError(`${context}invalid private key type ${kind}`);
  try {
    return crypto().createPrivateKey(text);
  } catch (error) {
    const what = kind === '' ? 'decoding PEM as PKCS#8' : `parsing ${kind} private key from PEM`;
    throw new GoError(`${context}${what}: ${error instanceof Error ? error.message : 'malformed key'}`);
  }
}

function parsedCertificate(text: string): X509Certificate {
  if (!/-----BEGIN [A-Z0-9 ]+-----/.test(text)) throw new GoError('unable to decode certificate');
  try {
    return new (crypto().X509Certificate)(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'malformed certificate';
    throw new GoError(`error parsing certificate: decodedCert.Bytes: ${reason}`);
  }
}

function checkCertificate(pair: CertificatePair): void {
  parsedCertificate(pair.cert);
  parsedKey(pair.key, 'error parsing private key: ');
}

interface Issuer {
  readonly name: Buffer;
  readonly key: KeyObject;
  readonly keyId: Buffer | undefined;
}

function createCertificate(request: CertificateRequest): CertificatePair {
  const key =
    request.keyPem === undefined
      ? crypto().generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
      : parsedKey(request.keyPem, 'parsing private key: ');
  const publicKey = crypto().createPublicKey(key).export({ type: 'spki', format: 'der' });
  const subject = nameOf(request.commonName);
  const issuer: Issuer =
    request.signer === undefined ? { name: subject, key, keyId: undefined } : issuerOf(request.signer);
  const signature = signatureOf(issuer.key);
  const now = Math.floor(Date.now() / 1000);
  const body = sequence(
    tlv(0xa0, integer(Uint8Array.of(2))),
    integer(crypto().randomBytes(16)),
    signature.algorithm,
    issuer.name,
    sequence(time(now), time(now + request.daysValid * 86_400)),
    subject,
    publicKey,
    tlv(0xa3, sequence(...extensions(request, publicKey, issuer))),
  );
  const signed = sequence(body, signature.algorithm, bits(crypto().sign(signature.hash, body, issuer.key)));
  return { cert: pem('CERTIFICATE', signed), key: pemOf(key) };
}

function issuerOf(signer: CertificatePair): Issuer {
  const certificate = parsedCertificate(signer.cert);
  const fields = children(
    children(children(certificate.raw)[0]?.content ?? Buffer.alloc(0))[0]?.content ?? Buffer.alloc(0),
  );
  const subject = fields[fields[0]?.tag === 0xa0 ? 5 : 4];
  const wrapped = fields.find((field) => field.tag === 0xa3);
  const list = wrapped === undefined ? [] : children(children(wrapped.content)[0]?.content ?? Buffer.alloc(0));
  const keyIdentifier = list
    .map((entry) => children(entry.content))
    .find((entry) => entry[0]?.whole.equals(oid('2.5.29.14')));
  const value = keyIdentifier?.at(-1);
  return {
    name: subject?.whole ?? sequence(),
    key: parsedKey(signer.key, 'error parsing private key: '),
    keyId: value === undefined ? undefined : children(value.content)[0]?.content,
  };
}

const ecdsaByCurve: Readonly<Record<string, readonly [string, string]>> = {
  prime256v1: ['1.2.840.10045.4.3.2', 'sha256'],
  secp384r1: ['1.2.840.10045.4.3.3', 'sha384'],
  secp521r1: ['1.2.840.10045.4.3.4', 'sha512'],
};

function signatureOf(key: KeyObject): { readonly algorithm: Buffer; readonly hash: string | null } {
  const kind = key.asymmetricKeyType;
  if (kind === 'rsa') return { algorithm: sequence(oid('1.2.840.113549.1.1.11'), tlv(0x05)), hash: 'sha256' };
  if (kind === 'ed25519') return { algorithm: sequence(oid('1.3.101.112')), hash: null };
  const curve = kind === 'ec' ? ecdsaByCurve[key.asymmetricKeyDetails?.namedCurve ?? ''] : undefined;
  if (curve === undefined) {
    throw new GoError('error creating certificate: x509: only RSA, ECDSA and Ed25519 keys supported');
  }
  return { algorithm: sequence(oid(curve[0])), hash: curve[1] };
}

function nameOf(commonName: string): Buffer {
  if (commonName === '') return sequence();
  // Go writes PrintableString where it can.
  const printable = /^[A-Za-z0-9 '()+,\-./:=?]*$/.test(commonName);
  const text = tlv(printable ? 0x13 : 0x0c, Buffer.from(commonName));
  return sequence(tlv(0x31, sequence(oid('2.5.4.3'), text)));
}

function extension(id: string, value: Buffer, critical = false): Buffer {
  return sequence(oid(id), ...(critical ? [boolean(true)] : []), octets(value));
}

function extensions(request: CertificateRequest, publicKey: Buffer, issuer: Issuer): readonly Buffer[] {
  // digitalSignature, keyEncipherment and, for an authority, keyCertSign.
  const usage = request.isCa ? bits(Uint8Array.of(0xa4), 2) : bits(Uint8Array.of(0xa0), 5);
  const list = [
    extension('2.5.29.15', usage, true),
    extension('2.5.29.37', sequence(oid('1.3.6.1.5.5.7.3.1'), oid('1.3.6.1.5.5.7.3.2'))),
    extension('2.5.29.19', request.isCa ? sequence(boolean(true)) : sequence(), true),
  ];
  if (request.isCa) list.push(extension('2.5.29.14', octets(keyIdOf(publicKey))));
  if (issuer.keyId !== undefined) list.push(extension('2.5.29.35', sequence(tlv(0x80, issuer.keyId))));
  const names = [
    ...request.dnsNames.map((name) => tlv(0x82, Buffer.from(name))),
    ...request.ips.map((ip) => tlv(0x87, addressBytes(ip))),
  ];
  if (names.length > 0) list.push(extension('2.5.29.17', sequence(...names), request.commonName === ''));
  return list;
}

/** The first 20 bytes of the SHA-256 of the key's bits (RFC 7093, as Go since 1.25). */
function keyIdOf(publicKey: Buffer): Buffer {
  const info = children(children(publicKey)[0]?.content ?? Buffer.alloc(0));
  const key = (info[1]?.content ?? Buffer.alloc(1)).subarray(1);
  return crypto().createHash('sha256').update(key).digest().subarray(0, 20);
}

/** The address has been checked by the caller. */
function addressBytes(ip: string): Buffer {
  if (!ip.includes(':')) return Buffer.from(ip.split('.').map(Number));
  let text = ip;
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(ip);
  if (dotted !== null) {
    const [, head = '', a, b, c, d] = dotted;
    const pair = (high: string | undefined, low: string | undefined): string =>
      (Number(high) * 256 + Number(low)).toString(16);
    // An IPv4 address in IPv6 clothes is written as IPv4, as net.IP.To4 sees it.
    if (/^(0*:)*:?ffff:$/i.test(head)) return Buffer.from([a, b, c, d].map(Number));
    text = `${head}${pair(a, b)}:${pair(c, d)}`;
  }
  const [left = '', right] = text.split('::');
  const groups = (part: string): string[] => (part === '' ? [] : part.split(':'));
  const [head, tail] = [groups(left), groups(right ?? '')];
  const all = [...head, ...Array.from({ length: 8 - head.length - tail.length }, () => '0'), ...tail];
  return Buffer.from(all.map((group) => group.padStart(4, '0')).join(''), 'hex');
}
