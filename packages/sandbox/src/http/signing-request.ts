// PKCS#10 certificate requests: read, their signature checked, and signed. DER by hand, as in certificates.ts.

import { createPublicKey, verify } from 'node:crypto';

/** What a request asks to be certified. */
export interface SigningRequest {
  /** The subject's name, in DER. */
  readonly subject: Buffer;
  readonly commonName: string;
  readonly organizations: readonly string[];
  /** SubjectPublicKeyInfo, in DER. */
  readonly publicKey: Buffer;
  /** The subjectAltName extension, in DER; undefined where none is asked for. */
  readonly alternativeNames: Buffer | undefined;
}

/** Reads a request in PEM; a string is what is wrong with it. */
export function readSigningRequest(pem: string): SigningRequest | string {
  const match = /-----BEGIN (NEW )?CERTIFICATE REQUEST-----([\s\S]*?)-----END (NEW )?CERTIFICATE REQUEST-----/.exec(
    pem,
  );
  if (match === null) return 'PEM block type must be CERTIFICATE REQUEST';
  try {
    return readDer(Buffer.from(match[2] ?? '', 'base64'));
  } catch {
    return 'asn1: structure error: malformed certificate request';
  }
}

interface Element {
  readonly tag: number;
  readonly raw: Buffer;
  readonly content: Buffer;
}

function readDer(der: Buffer): SigningRequest | string {
  const [whole] = elements(der);
  const [info, algorithm, signature] = elements(need(whole, 0x30).content);
  const [, subject, publicKey, attributes] = elements(need(info, 0x30).content);
  const [oid] = elements(need(algorithm, 0x30).content);
  const name = need(oid, 0x06).content.toString('hex');
  const hash = hashes[name];
  if (hash === undefined) return 'x509: cannot verify signature: algorithm unimplemented';
  const key = createPublicKey({ key: need(publicKey, 0x30).raw, format: 'der', type: 'spki' });
  // A bit string begins with the number of bits that are not used.
  const bits = need(signature, 0x03).content.subarray(1);
  if (!verify(hash === 'none' ? null : hash, need(info, 0x30).raw, key, bits)) {
    const kind = key.asymmetricKeyType === 'ec' ? 'x509: ECDSA verification failure' : 'crypto/rsa: verification error';
    return kind;
  }
  const names = attributesOf(need(subject, 0x30));
  return {
    subject: need(subject, 0x30).raw,
    commonName: names.find(([type]) => type === commonNameType)?.[1] ?? '',
    organizations: names.filter(([type]) => type === organizationType).map(([, text]) => text),
    publicKey: need(publicKey, 0x30).raw,
    alternativeNames: attributes === undefined ? undefined : alternativeNames(attributes),
  };
}

const commonNameType = '550403';
const organizationType = '55040a';
const extensionRequestType = '2a864886f70d01090e';
const alternativeNameType = '551d11';

// Object identifiers, by their bytes: ECDSA and RSA with SHA-2, Ed25519.
const hashes: Readonly<Record<string, string>> = {
  '2a8648ce3d040302': 'sha256',
  '2a8648ce3d040303': 'sha384',
  '2a8648ce3d040304': 'sha512',
  '2a864886f70d01010b': 'sha256',
  '2a864886f70d01010c': 'sha384',
  '2a864886f70d01010d': 'sha512',
  '2b6570': 'none',
};

// A name is a sequence of sets of pairs.
function attributesOf(name: Element): readonly (readonly [type: string, text: string])[] {
  return elements(name.content)
    .flatMap((set) => elements(set.content))
    .map((pair) => {
      const [type, value] = elements(pair.content);
      return [need(type, 0x06).content.toString('hex'), value?.content.toString('utf8') ?? ''] as const;
    });
}

function alternativeNames(attributes: Element): Buffer | undefined {
  for (const attribute of elements(attributes.content)) {
    const [type, values] = elements(attribute.content);
    if (type?.content.toString('hex') !== extensionRequestType || values === undefined) continue;
    const [list] = elements(values.content);
    for (const extension of elements(need(list, 0x30).content)) {
      const [id] = elements(extension.content);
      if (id?.content.toString('hex') === alternativeNameType) return extension.raw;
    }
  }
  return undefined;
}

function elements(der: Buffer): readonly Element[] {
  const result: Element[] = [];
  let at = 0;
  while (at < der.length) {
    const tag = der.readUInt8(at);
    let length = der.readUInt8(at + 1);
    let start = at + 2;
    if (length >= 0x80) {
      const bytes = length & 0x7f;
      length = der.readUIntBE(start, bytes);
      start += bytes;
    }
    if (start + length > der.length) throw new RangeError('the element is longer than what holds it');
    result.push({ tag, raw: der.subarray(at, start + length), content: der.subarray(start, start + length) });
    at = start + length;
  }
  return result;
}

function need(element: Element | undefined, tag: number): Element {
  if (element === undefined || element.tag !== tag) throw new RangeError('another element was expected');
  return element;
}
