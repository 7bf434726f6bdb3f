// sprig's cryptography (sprig v3.3.0 crypto.go). What is deterministic is computed here; randomness, keys and certificates
// come from the host.

import { cbc } from '@noble/ciphers/aes.js';
import { hmac } from '@noble/hashes/hmac.js';
import { sha1 } from '@noble/hashes/legacy.js';
import { scrypt } from '@noble/hashes/scrypt.js';
import { sha256, sha512 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { encodeBase64, hashSync } from 'bcryptjs';
import { anys, int, str } from '../exec/codecs.ts';
import type { Call } from '../exec/call.ts';
import { type Codec, GoError, type GoFunction, fn } from '../exec/function.ts';
import type { CertificatePair, CertificateRequest } from '../exec/host.ts';
import { formatValue } from '../fmt/printer.ts';
import { base64 } from '../value/go-json.ts';
import { goBytes, goLength, goString } from '../value/go-string.ts';
import { type GoType, stringType, uint32Type } from '../value/go-type.ts';
import { GoInt, type GoSlice, GoStruct, isNilContainer } from '../value/value.ts';
import { decodeBase64 } from './encodings.ts';
import { isIpAddress } from './ip.ts';
import { characterTemplates, passwordCharacters } from './password-templates.ts';

/** What a slow function counts against the step limit: about a tenth of a second. */
const slowSteps = 200_000;

const certificateType: GoType = {
  kind: 'struct',
  text: 'sprig.certificate',
  fields: [
    { name: 'Cert', type: stringType },
    { name: 'Key', type: stringType },
  ],
};

const certificate: Codec<CertificatePair> = {
  type: certificateType,
  read: (value) => {
    const field = (name: string): string => {
      const text = value instanceof GoStruct ? value.fields.get(name) : '';
      return typeof text === 'string' ? text : '';
    };
    return { cert: field('Cert'), key: field('Key') };
  },
  write: (value) =>
    new GoStruct(
      certificateType,
      new Map([
        ['Cert', value.cert],
        ['Key', value.key],
      ]),
    ),
};

const uint32: Codec<number> = {
  type: uint32Type,
  read: (value) => (value instanceof GoInt ? Number(value.value) : 0),
  write: (value) => new GoInt(BigInt(value), uint32Type),
};

function bcrypt(password: string, call: Call): string {
  call.step(slowSteps);
  if (goLength(password) > 72) {
    return 'failed to encrypt string with bcrypt: bcrypt: password length exceeds 72 bytes';
  }
  const salt = encodeBase64([...call.host.randomBytes(16)], 16);
  return hashSync(password, `$2a$10$${salt}`);
}

function bigEndian(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}

function joinedBytes(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

const masterSeed = 'com.lyndir.masterpassword';

interface PasswordRequest {
  readonly counter: number;
  readonly kind: string;
  readonly password: string;
  readonly user: string;
  readonly site: string;
}

/** The Master Password algorithm. */
function derivePassword(request: PasswordRequest): string {
  const templates = characterTemplates.get(request.kind);
  if (templates === undefined) return `cannot find password template ${request.kind}`;
  const seedText = goBytes(masterSeed);
  const user = goBytes(request.user);
  const site = goBytes(request.site);
  const salt = joinedBytes(seedText, bigEndian(user.length), user);
  const key = scrypt(goBytes(request.password), salt, { N: 32_768, r: 8, p: 2, dkLen: 64 });
  const seed = hmac(sha256, key, joinedBytes(seedText, bigEndian(site.length), site, bigEndian(request.counter)));
  const template = templates[(seed[0] ?? 0) % templates.length] ?? '';
  return Array.from(template)
    .map((kind, index) => {
      const characters = passwordCharacters.get(kind) ?? '';
      return characters.charAt((seed[index + 1] ?? 0) % characters.length);
    })
    .join('');
}

function aesKey(password: string): Uint8Array {
  const key = new Uint8Array(32);
  key.set(goBytes(password).subarray(0, 32));
  return key;
}

function encryptAes(password: string, text: string, call: Call): string {
  if (text === '') return '';
  const iv = call.host.randomBytes(16);
  return base64(joinedBytes(iv, cbc(aesKey(password), iv).encrypt(goBytes(text))));
}

function decryptAes(password: string, text: string): string {
  if (text === '') return '';
  const bytes = decodeBase64(text);
  if (typeof bytes === 'string') throw new GoError(bytes);
  if (bytes.length < 16) {
    throw new GoError(`runtime error: slice bounds out of range [:16] with capacity ${bytes.length}`);
  }
  const body = bytes.subarray(16);
  if (body.length % 16 !== 0) throw new GoError('crypto/cipher: input not full blocks');
  if (body.length === 0) throw new GoError('runtime error: index out of range [-1]');
  const plain = cbc(aesKey(password), bytes.subarray(0, 16), { disablePadding: true }).decrypt(body);
  const end = plain.length - (plain.at(-1) ?? 0);
  if (end < 0) throw new GoError(`runtime error: slice bounds out of range [:${end}]`);
  return goString(plain.subarray(0, end));
}

function uuid(call: Call): string {
  const bytes = call.host.randomBytes(16).slice();
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return bytesToHex(bytes).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** Uniform picks by rejection. */
function randomText(count: number, alphabet: string, call: Call): string {
  if (count <= 0) return '';
  call.reserve(count);
  call.step(count);
  const limit = 256 - (256 % alphabet.length);
  let out = '';
  while (out.length < count) {
    for (const byte of call.host.randomBytes(Math.min(count - out.length + 16, 65_536))) {
      if (byte < limit && out.length < count) out += alphabet.charAt(byte % alphabet.length);
    }
  }
  return out;
}

const digits = '0123456789';
const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const printable = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index)).join('');

/** goutils' alphanumerics always hold a digit. */
function randomAlphaNumeric(count: number, call: Call): string {
  const text = randomText(count, letters + digits, call);
  if (text === '' || /\d/.test(text)) return text;
  const at = (call.host.randomBytes(1)[0] ?? 0) % text.length;
  return text.slice(0, at) + randomText(1, digits, call) + text.slice(at + 1);
}

function shuffled(text: string, call: Call): string {
  call.step(text.length);
  const chars = Array.from(text);
  for (let index = chars.length - 1; index > 0; index--) {
    const [high = 0, middle = 0, low = 0] = call.host.randomBytes(3);
    const other = ((high << 16) | (middle << 8) | low) % (index + 1);
    [chars[index], chars[other]] = [chars[other] ?? '', chars[index] ?? ''];
  }
  return chars.join('');
}

function texts(list: GoSlice, complaint: string): string[] {
  if (isNilContainer(list)) return [];
  return list.map((item) => {
    if (typeof item !== 'string') throw new GoError(`error ${complaint}: ${formatValue(item)} is not a string`);
    return item;
  });
}

interface Names {
  readonly ips: GoSlice;
  readonly dns: GoSlice;
}

function names(lists: Names): { readonly ips: readonly string[]; readonly dnsNames: readonly string[] } {
  const ips = texts(lists.ips, 'parsing ip');
  for (const ip of ips) if (!isIpAddress(ip)) throw new GoError(`error parsing ip: ${ip}`);
  return { ips, dnsNames: texts(lists.dns, 'processing alternate dns name') };
}

function privateKey(kind: string, call: Call): string {
  call.step(10 * slowSteps);
  switch (kind) {
    case '':
    case 'rsa':
      return call.host.generatePrivateKey('rsa');
    case 'dsa':
    case 'ecdsa':
    case 'ed25519':
      return call.host.generatePrivateKey(kind);
    default:
      return `Unknown type ${kind}`;
  }
}

function created(call: Call, request: CertificateRequest): CertificatePair {
  call.step(2 * slowSteps);
  return call.host.createCertificate(request);
}

function customCertificate(cert64: string, key64: string, call: Call): CertificatePair {
  const cert = decodeBase64(cert64);
  if (typeof cert === 'string') throw new GoError('unable to decode base64 certificate');
  const key = decodeBase64(key64);
  if (typeof key === 'string') throw new GoError('unable to decode base64 private key');
  const pair = { cert: goString(cert), key: goString(key) };
  call.host.checkCertificate(pair);
  return pair;
}

const digest = (hash: (bytes: Uint8Array) => Uint8Array): GoFunction =>
  fn([str], str, ([text]) => bytesToHex(hash(goBytes(text))));

export const cryptoFunctions: readonly (readonly [string, GoFunction])[] = [
  ['sha1sum', digest(sha1)],
  ['sha256sum', digest(sha256)],
  ['sha512sum', digest(sha512)],
  ['bcrypt', fn([str], str, ([password], call) => bcrypt(password, call))],
  [
    'htpasswd',
    fn([str, str], str, ([user, password], call) =>
      user.includes(':') ? `invalid username: ${user}` : `${user}:${bcrypt(password, call)}`,
    ),
  ],
  [
    'derivePassword',
    fn([uint32, str, str, str, str], str, ([counter, kind, password, user, site], call) => {
      call.step(5 * slowSteps);
      return derivePassword({ counter, kind, password, user, site });
    }),
  ],
  ['encryptAES', fn([str, str], str, ([password, text], call) => encryptAes(password, text, call))],
  ['decryptAES', fn([str, str], str, ([password, text]) => decryptAes(password, text))],
  [
    'randBytes',
    fn([int], str, ([count], call) => {
      if (count < 0) throw new GoError('runtime error: makeslice: len out of range');
      call.reserve(count);
      return base64(call.host.randomBytes(count));
    }),
  ],
  ['randAlphaNum', fn([int], str, ([count], call) => randomAlphaNumeric(count, call))],
  ['randAlpha', fn([int], str, ([count], call) => randomText(count, letters, call))],
  ['randNumeric', fn([int], str, ([count], call) => randomText(count, digits, call))],
  ['randAscii', fn([int], str, ([count], call) => randomText(count, printable, call))],
  ['shuffle', fn([str], str, ([text], call) => shuffled(text, call))],
  ['uuidv4', fn([], str, (_, call) => uuid(call))],
  ['getHostByName', fn([str], str, ([name], call) => call.host.lookupHost(name))],
  ['genPrivateKey', fn([str], str, ([kind], call) => privateKey(kind, call))],
  ['buildCustomCert', fn([str, str], certificate, ([cert, key], call) => customCertificate(cert, key, call))],
  ...certificateFunctions(),
];

function certificateFunctions(): readonly (readonly [string, GoFunction])[] {
  const none = { ips: [], dnsNames: [] };
  return [
    [
      'genCA',
      fn([str, int], certificate, ([commonName, daysValid], call) =>
        created(call, { commonName, daysValid, ...none, isCa: true }),
      ),
    ],
    [
      'genCAWithKey',
      fn([str, int, str], certificate, ([commonName, daysValid, keyPem], call) =>
        created(call, { commonName, daysValid, ...none, isCa: true, keyPem }),
      ),
    ],
    [
      'genSelfSignedCert',
      fn([str, anys, anys, int], certificate, ([commonName, ips, dns, daysValid], call) =>
        created(call, { commonName, daysValid, ...names({ ips, dns }), isCa: false }),
      ),
    ],
    [
      'genSelfSignedCertWithKey',
      fn([str, anys, anys, int, str], certificate, ([commonName, ips, dns, daysValid, keyPem], call) =>
        created(call, { commonName, daysValid, ...names({ ips, dns }), isCa: false, keyPem }),
      ),
    ],
    [
      'genSignedCert',
      fn([str, anys, anys, int, certificate], certificate, ([commonName, ips, dns, daysValid, signer], call) =>
        created(call, { commonName, daysValid, ...names({ ips, dns }), isCa: false, signer }),
      ),
    ],
    [
      'genSignedCertWithKey',
      fn(
        [str, anys, anys, int, certificate, str],
        certificate,
        ([commonName, ips, dns, daysValid, signer, keyPem], call) =>
          created(call, { commonName, daysValid, ...names({ ips, dns }), isCa: false, signer, keyPem }),
      ),
    ],
  ];
}
