// SSH host keys and TLS authorities as people list, add and remove them, over the data of Argo CD's ConfigMaps. Pure but for
// digests. Mirrors argoproj/argo-cd:util/db/certificate.go and util/cert (3.6).

import { X509Certificate, createHash } from 'node:crypto';
import { matchesPath } from '@evenkeel/lang';
import { knownHostsKey } from './trust.ts';

/** One key or certificate, as the API shows it. */
export interface RepositoryCertificate {
  readonly serverName: string;
  readonly certType: 'ssh' | 'https';
  /** "ssh-ed25519", "rsa" */
  readonly certSubType: string;
  /** A fingerprint, or a subject. */
  readonly certInfo: string;
}

/** What a change leaves. */
export interface CertificateChange {
  readonly data: Readonly<Record<string, string>>;
  readonly changed: readonly RepositoryCertificate[];
}

/** A refusal in the original's words. */
export class CertificateError extends Error {
  override readonly name = 'CertificateError';
}

type Data = Readonly<Record<string, string>>;

/** Which are meant: a glob over names, and types; '' for all. */
export interface CertificateFilter {
  readonly hostNamePattern?: string;
  readonly certType?: string;
  readonly certSubType?: string;
}

/** All that fit, SSH first. */
export function listCertificates(
  { ssh, tls }: { readonly ssh: Data; readonly tls: Data },
  filter: CertificateFilter,
): readonly RepositoryCertificate[] {
  const { certType = '' } = filter;
  const keys = certType === '' || certType === 'ssh' ? readKnownHosts(ssh).filter((key) => fits(key, filter)) : [];
  const authorities = certType === '' || certType === 'https' ? Object.entries(tls) : [];
  return [
    ...keys.map(shownKey),
    ...authorities
      .filter(([host]) => matchesHost(host, filter.hostNamePattern))
      .flatMap(([host, text]) => pemBlocks(text).map((pem) => shownCertificate(host, pem))),
  ];
}

/** Adds known_hosts lines. @throws CertificateError for text that is none, and for another key of a known host. */
export function addKnownHosts(data: Data, text: string, upsert: boolean): CertificateChange {
  const lines = text.split(/\r?\n/).filter((line) => !/^\s*(?:$|#)/.test(line));
  if (lines.length === 0) throw new CertificateError('No valid SSH known hosts data found.');
  const held = readKnownHosts(data).map((key) => ({ ...key }));
  const changed: RepositoryCertificate[] = [];
  for (const line of lines) {
    const [hosts = '', subType = '', key = ''] = line.trim().split(/\s+/);
    if (!isKey(subType, key))
      throw new CertificateError(`"${line.trim().slice(0, 60)}" is no line of a known_hosts file`);
    for (const host of hosts.split(',')) {
      checkHost(host.replace(/^\[(.*)\]:\d+$/, '$1'));
      const known = held.find((one) => one.host === host && one.subType === subType);
      if (known?.key === key) continue;
      if (known && !upsert) {
        throw new CertificateError(
          `key for '${host}' (subtype: '${subType}') already exists, and upsert was not specified`,
        );
      }
      if (known) known.key = key;
      else held.push({ host, subType, key });
      changed.push(shownKey({ host, subType, key }));
    }
  }
  return { data: { ...data, [knownHostsKey]: writeKnownHosts(data, held) }, changed };
}

/** Sets the authorities of a host. @throws CertificateError */
export function addAuthorities(
  data: Data,
  { host, text, upsert }: { readonly host: string; readonly text: string; readonly upsert: boolean },
): CertificateChange {
  checkHost(host);
  const unique = [...new Map(pemBlocks(text).map((pem) => [readCertificate(pem).fingerprint256, pem])).values()];
  if (unique.length === 0) throw new CertificateError('No valid certificates have been detected in the stream.');
  const joined = unique.join('\n');
  if (data[host] === joined) return { data, changed: [] };
  if (data[host] !== undefined && !upsert) {
    throw new CertificateError(`TLS certificate for server '${host}' already exists, and upsert was not specified`);
  }
  return { data: { ...data, [host]: joined }, changed: unique.map((pem) => shownCertificate(host, pem)) };
}

/** Removes host keys that fit. */
export function removeKnownHosts(data: Data, filter: CertificateFilter): CertificateChange {
  const held = readKnownHosts(data);
  const gone = held.filter((key) => fits(key, filter));
  if (gone.length === 0) return { data, changed: [] };
  const rest = held.filter((key) => !gone.includes(key));
  return { data: { ...data, [knownHostsKey]: writeKnownHosts(data, rest) }, changed: gone.map(shownKey) };
}

/** Removes authorities of hosts that fit. */
export function removeAuthorities(data: Data, filter: CertificateFilter): CertificateChange {
  const gone = Object.keys(data).filter((host) => matchesHost(host, filter.hostNamePattern));
  return {
    data: Object.fromEntries(Object.entries(data).filter(([host]) => !gone.includes(host))),
    changed: gone.flatMap((host) => pemBlocks(data[host] ?? '').map((pem) => shownCertificate(host, pem))),
  };
}

interface HostKey {
  readonly host: string;
  readonly subType: string;
  key: string;
}

function readKnownHosts(data: Data): readonly HostKey[] {
  return (data[knownHostsKey] ?? '').split(/\r?\n/).flatMap((line) => {
    const [hosts = '', subType = '', key = ''] = line.trim().split(/\s+/);
    if (isForeign(line) || key === '') return [];
    return hosts.split(',').map((host) => ({ host, subType, key }));
  });
}

/** Comments, and marks such as `@cert-authority`, which are neither listed nor changed. */
function isForeign(line: string): boolean {
  return /^\s*(?:$|[#@])/.test(line);
}

function writeKnownHosts(data: Data, keys: readonly HostKey[]): string {
  const kept = (data[knownHostsKey] ?? '').split(/\r?\n/).filter((line) => line !== '' && isForeign(line));
  return [...kept, ...keys.map(({ host, subType, key }) => `${host} ${subType} ${key}`)]
    .map((line) => `${line}\n`)
    .join('');
}

/** The base64 of a public key begins with its own type, after its length. */
function isKey(subType: string, key: string): boolean {
  const bytes = Buffer.from(key, 'base64');
  if (subType === '' || bytes.length < 8 || bytes.toString('base64').replace(/=+$/, '') !== key.replace(/=+$/, ''))
    return false;
  return bytes.toString('latin1', 4, 4 + bytes.readUInt32BE(0)) === subType;
}

function fits({ host, subType }: HostKey, { hostNamePattern, certSubType = '' }: CertificateFilter): boolean {
  const name = host.replace(/^\[(.*)\]:\d+$/, '$1');
  const named = matchesHost(host, hostNamePattern) || matchesHost(name, hostNamePattern);
  return named && (certSubType === '' || certSubType === '*' || certSubType === subType);
}

function matchesHost(host: string, pattern = ''): boolean {
  return pattern === '' || pattern === host || matchesPath(pattern, host);
}

function shownKey({ host, subType, key }: HostKey): RepositoryCertificate {
  const digest = createHash('sha256').update(Buffer.from(key, 'base64')).digest('base64').replace(/=+$/, '');
  return { serverName: host, certType: 'ssh', certSubType: subType, certInfo: `SHA256:${digest}` };
}

function shownCertificate(serverName: string, pem: string): RepositoryCertificate {
  try {
    const { publicKey, subject } = readCertificate(pem);
    const names: Readonly<Record<string, string>> = { ec: 'ecdsa' };
    const type = publicKey.asymmetricKeyType ?? '';
    const certInfo = subject.split('\n').toReversed().join(',');
    return { serverName, certType: 'https', certSubType: names[type] ?? type, certInfo };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { serverName, certType: 'https', certSubType: 'invalid', certInfo: why };
  }
}

function readCertificate(pem: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch (error) {
    throw new CertificateError('a certificate cannot be read; it must be X.509 in PEM format', { cause: error });
  }
}

function pemBlocks(text: string): readonly string[] {
  return text.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? [];
}

function checkHost(host: string): void {
  const isName = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/i.test(host) && host.length <= 253;
  const isAddress = /^[0-9a-f:]+$/i.test(host) && host.includes(':');
  if (!isName && !isAddress) throw new CertificateError(`invalid hostname in request: ${host}`);
}
