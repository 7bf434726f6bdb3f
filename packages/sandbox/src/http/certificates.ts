// X.509 certificates, written as DER by hand: the little that a private cluster needs (ECDSA P-256, SHA-256), without a
// library that would take longer to load than the whole cluster takes to start.

import { type KeyObject, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';

/** A key and its certificate, in PEM. */
export interface KeyPair {
  readonly key: string;
  readonly certificate: string;
}

/** Who a certificate is for and what it may be used for. */
export interface CertificateRequest {
  readonly commonName: string;
  readonly organization?: string;
  readonly serial: number;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly use: 'authority' | 'server' | 'client';
  readonly dnsNames?: readonly string[];
  /** IPv4 addresses. */
  readonly addresses?: readonly string[];
}

/** A private key that signs, and the name it signs under. */
export interface Signer {
  readonly key: KeyObject;
  readonly commonName: string;
}

/** Makes a key and a certificate for it; signed by itself where no signer is given. */
export function issueCertificate(request: CertificateRequest, signer?: Signer): KeyPair & { readonly signer: Signer } {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const by = signer ?? { key: privateKey, commonName: request.commonName };
  const publicKey = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
  const body = sequence(
    explicit(0, integer(2)),
    integer(request.serial),
    ecdsaWithSha256,
    name(by.commonName, undefined),
    sequence(time(request.notBefore), time(request.notAfter)),
    name(request.commonName, request.organization),
    publicKey,
    explicit(3, sequence(...extensions(request))),
  );
  const signature = sign('sha256', body, by.key);
  const certificate = sequence(body, ecdsaWithSha256, tlv(0x03, Buffer.concat([Buffer.from([0]), signature])));
  return {
    key: String(privateKey.export({ type: 'pkcs8', format: 'pem' })),
    certificate: pem('CERTIFICATE', certificate),
    signer: { key: privateKey, commonName: request.commonName },
  };
}

/** What somebody else's key is certified for. */
export interface Certification {
  /** The name, in DER. */
  readonly subject: Buffer;
  /** SubjectPublicKeyInfo, in DER. */
  readonly publicKey: Buffer;
  /** The subjectAltName extension, in DER. */
  readonly alternativeNames: Buffer | undefined;
  /** As Kubernetes names them: "client auth", "digital signature". */
  readonly usages: readonly string[];
  readonly serial: number;
  readonly notBefore: Date;
  readonly notAfter: Date;
}

/** A certificate in PEM for a key that stays with its owner. */
export function certifyKey(certification: Certification, by: Signer): string {
  const { subject, publicKey, alternativeNames, usages, serial, notBefore, notAfter } = certification;
  const bits = usages.reduce((sum, usage) => sum | (keyUsageBits[usage] ?? 0), 0);
  const purposes = usages.flatMap((usage) => purposeIds[usage] ?? []);
  const body = sequence(
    explicit(0, integer(2)),
    integer(serial),
    ecdsaWithSha256,
    name(by.commonName, undefined),
    sequence(time(notBefore), time(notAfter)),
    subject,
    publicKey,
    explicit(
      3,
      sequence(
        ...(bits === 0 ? [] : [extension('2.5.29.15', true, tlv(0x03, Buffer.from([0x00, bits])))]),
        ...(purposes.length === 0 ? [] : [extension('2.5.29.37', false, sequence(...purposes.map(objectId)))]),
        extension('2.5.29.19', true, sequence()),
        ...(alternativeNames === undefined ? [] : [alternativeNames]),
      ),
    ),
  );
  const signature = sign('sha256', body, by.key);
  return pem('CERTIFICATE', sequence(body, ecdsaWithSha256, tlv(0x03, Buffer.concat([Buffer.from([0]), signature]))));
}

const keyUsageBits: Readonly<Record<string, number>> = {
  signing: 0x80,
  'digital signature': 0x80,
  'content commitment': 0x40,
  'key encipherment': 0x20,
  'data encipherment': 0x10,
  'key agreement': 0x08,
  'cert sign': 0x04,
  'crl sign': 0x02,
};

const purposeIds: Readonly<Record<string, string>> = {
  'server auth': '1.3.6.1.5.5.7.3.1',
  'client auth': '1.3.6.1.5.5.7.3.2',
  'code signing': '1.3.6.1.5.5.7.3.3',
  'email protection': '1.3.6.1.5.5.7.3.4',
  timestamping: '1.3.6.1.5.5.7.3.8',
  'ocsp signing': '1.3.6.1.5.5.7.3.9',
  any: '2.5.29.37.0',
};

function extensions(request: CertificateRequest): readonly Buffer[] {
  if (request.use === 'authority') {
    return [
      extension('2.5.29.19', true, sequence(tlv(0x01, Buffer.from([0xff])))),
      // digitalSignature, keyCertSign, cRLSign.
      extension('2.5.29.15', true, tlv(0x03, Buffer.from([0x01, 0x86]))),
    ];
  }
  const purpose = request.use === 'server' ? '1.3.6.1.5.5.7.3.1' : '1.3.6.1.5.5.7.3.2';
  const names = [
    ...(request.dnsNames ?? []).map((each) => tlv(0x82, Buffer.from(each))),
    ...(request.addresses ?? []).map((each) => tlv(0x87, Buffer.from(each.split('.').map(Number)))),
  ];
  return [
    extension('2.5.29.37', false, sequence(objectId(purpose))),
    ...(names.length === 0 ? [] : [extension('2.5.29.17', false, sequence(...names))]),
  ];
}

function extension(id: string, critical: boolean, value: Buffer): Buffer {
  return sequence(objectId(id), ...(critical ? [tlv(0x01, Buffer.from([0xff]))] : []), tlv(0x04, value));
}

function name(commonName: string, organization: string | undefined): Buffer {
  const part = (id: string, value: string): Buffer => tlv(0x31, sequence(objectId(id), tlv(0x0c, Buffer.from(value))));
  return sequence(...(organization === undefined ? [] : [part('2.5.4.10', organization)]), part('2.5.4.3', commonName));
}

function tlv(tag: number, content: Buffer): Buffer {
  const { length } = content;
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), content]);
  const bytes = length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...bytes]), content]);
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return tlv(0x30, Buffer.concat(parts));
}

function explicit(tag: number, content: Buffer): Buffer {
  return tlv(0xa0 | tag, content);
}

function integer(value: number): Buffer {
  return tlv(
    0x02,
    Buffer.from(value < 0x80 ? [value] : [0, value >> 24, (value >> 16) & 0xff, (value >> 8) & 0xff, value & 0xff]),
  );
}

function objectId(id: string): Buffer {
  const [first = 0, second = 0, ...rest] = id.split('.').map(Number);
  const bytes = [first * 40 + second];
  for (const value of rest) {
    const parts = [value & 0x7f];
    for (let left = value >> 7; left > 0; left >>= 7) parts.unshift((left & 0x7f) | 0x80);
    bytes.push(...parts);
  }
  return tlv(0x06, Buffer.from(bytes));
}

// UTCTime until 2049, GeneralizedTime after.
function time(date: Date): Buffer {
  const text = date.toISOString().replaceAll(/[-:T]|\.\d+/g, '');
  return date.getUTCFullYear() < 2050 ? tlv(0x17, Buffer.from(text.slice(2))) : tlv(0x18, Buffer.from(text));
}

const ecdsaWithSha256 = sequence(objectId('1.2.840.10045.4.3.2'));

function pem(label: string, der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}
