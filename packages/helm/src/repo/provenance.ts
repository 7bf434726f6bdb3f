// Provenance of packaged charts: a clear-signed file that names the archive's hash. Mirrors helm:pkg/provenance/sign.go
// (v4.3.0). OpenPGP itself is injected: what is signed, with what, is decided here.

import { sha256 } from '@noble/hashes/sha2.js';
import { type Json, parseYaml } from '@evenkeel/resource';

/** Checks a detached OpenPGP signature over `signed` and says who made it. Throws an Error when it does not hold. */
export type SignatureVerifier = (
  signed: Uint8Array,
  armoredSignature: string,
) => Promise<{ readonly signedBy: string }>;

/** A chart whose provenance holds. */
export interface Verification {
  readonly signedBy: string;
  readonly fileName: string;
  /** "sha256:…" */
  readonly fileHash: string;
}

/** Why a provenance does not hold; the message is Helm's. */
export class ProvenanceError extends Error {
  override readonly name = 'ProvenanceError';
}

/**
 * Verifies `archive` (the bytes of `fileName`) against its .prov file. Without a verifier it is refused, for a hash
 * nobody vouches for proves nothing. Throws ProvenanceError.
 */
export async function verifyProvenance(
  input: { readonly archive: Uint8Array; readonly provenance: string; readonly fileName: string },
  verify: SignatureVerifier | undefined,
): Promise<Verification> {
  if (verify === undefined) {
    throw new ProvenanceError('provenance cannot be verified: no OpenPGP verifier is available here');
  }
  const { signed, text, signature } = readClearSigned(input.provenance);
  let signedBy: string;
  try {
    ({ signedBy } = await verify(new TextEncoder().encode(signed), signature));
  } catch (error) {
    throw new ProvenanceError(error instanceof Error ? error.message : 'openpgp: invalid signature');
  }
  const wanted = hashOf(text, input.fileName);
  const found = `sha256:${sha256Hex(input.archive)}`;
  if (wanted === undefined) {
    throw new ProvenanceError(`provenance does not contain a SHA for a file named "${input.fileName}"`);
  }
  if (wanted !== found) {
    throw new ProvenanceError(`sha256 sum does not match for ${input.fileName}: "${wanted}" != "${found}"`);
  }
  return { signedBy, fileName: input.fileName, fileHash: found };
}

/** SHA-256 in hex. */
export function sha256Hex(bytes: Uint8Array): string {
  return Array.from(sha256(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** The parts of a clear-signed message (RFC 9580, 7): the text, the bytes that were signed, the armored signature. */
export function readClearSigned(message: string): {
  readonly text: string;
  readonly signed: string;
  readonly signature: string;
} {
  const lines = message.replaceAll('\r\n', '\n').split('\n');
  const start = lines.indexOf('-----BEGIN PGP SIGNED MESSAGE-----');
  const blank = lines.indexOf('', start);
  const middle = lines.indexOf('-----BEGIN PGP SIGNATURE-----', blank);
  const end = lines.indexOf('-----END PGP SIGNATURE-----', middle);
  if (start < 0 || blank < 0 || middle < 0 || end < 0) throw new ProvenanceError('signature block not found');
  const body = lines.slice(blank + 1, middle).map((line) => (line.startsWith('- ') ? line.slice(2) : line));
  // White space at line ends is not signed, and lines end in CRLF to the signature.
  const signed = body.map((line) => line.replace(/[ \t\r]+$/, '')).join('\r\n');
  return { text: `${body.join('\n')}\n`, signed, signature: `${lines.slice(middle, end + 1).join('\n')}\n` };
}

/** The hash that the message states for a file: it stands in the second of its YAML documents. */
function hashOf(text: string, fileName: string): string | undefined {
  const parts = text.split('\n...\n');
  const [, sums] = parts;
  if (sums === undefined) throw new ProvenanceError('message block must have at least two parts');
  const json = parseYaml(sums, { dialect: 'sigs' });
  const files = member(json, 'files');
  const hash = member(files, fileName);
  return typeof hash === 'string' ? hash : undefined;
}

function member(json: Json | undefined, key: string): Json | undefined {
  if (typeof json !== 'object' || json === null || Array.isArray(json) || !Object.hasOwn(json, key)) return undefined;
  return Object.entries(json).find(([name]) => name === key)?.[1];
}
