// Git objects as data: commits, trees and annotated tags read from their stored bytes.

/** A person and a moment, as written in a commit. `date` is RFC 3339 in UTC. */
export interface Signature {
  readonly name: string;
  readonly email: string;
  readonly date: string;
}

export interface Commit {
  readonly sha: string;
  readonly tree: string;
  readonly parents: readonly string[];
  readonly author: Signature;
  readonly committer: Signature;
  /** The whole message without a trailing line break. */
  readonly message: string;
  /** The first paragraph on one line. */
  readonly subject: string;
  readonly signed: boolean;
}

export type GitEntryKind = 'file' | 'executable' | 'symlink' | 'directory' | 'submodule';

export interface GitTreeEntry {
  readonly name: string;
  readonly kind: GitEntryKind;
  readonly oid: string;
}

/** Reads a commit object's bytes. */
export function parseCommit(sha: string, bytes: Uint8Array): Commit {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = buffer.indexOf('\n\n');
  const head = buffer.toString('utf8', 0, end < 0 ? buffer.length : end);
  const fields = new Map<string, string>();
  const parents: string[] = [];
  for (const line of head.split('\n')) {
    // Continuation lines (a signature's body) start with a space.
    if (line.startsWith(' ')) continue;
    const space = line.indexOf(' ');
    const key = line.slice(0, space);
    if (key === 'parent') parents.push(line.slice(space + 1));
    else if (!fields.has(key)) fields.set(key, line.slice(space + 1));
  }
  const message = end < 0 ? '' : decodeText(buffer.subarray(end + 2), fields.get('encoding')).replace(/\n+$/, '');
  return {
    sha,
    tree: fields.get('tree') ?? '',
    parents,
    author: parseSignature(fields.get('author') ?? ''),
    committer: parseSignature(fields.get('committer') ?? ''),
    message,
    subject: (message.split(/\n\s*\n/, 1)[0] ?? '').replaceAll('\n', ' ').trim(),
    signed: fields.has('gpgsig') || fields.has('gpgsig-sha256'),
  };
}

/** Reads a tree object's bytes; `oidBytes` is 20, or 32 in a SHA-256 repository. */
export function parseTree(bytes: Uint8Array, oidBytes: number): readonly GitTreeEntry[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const entries: GitTreeEntry[] = [];
  let at = 0;
  while (at < buffer.length) {
    const space = buffer.indexOf(0x20, at);
    const zero = buffer.indexOf(0, space);
    if (space < 0 || zero < 0) break;
    const mode = buffer.toString('latin1', at, space);
    const name = buffer.toString('utf8', space + 1, zero);
    const oid = buffer.toString('hex', zero + 1, zero + 1 + oidBytes);
    entries.push({ name, kind: kindOfMode(mode), oid });
    at = zero + 1 + oidBytes;
  }
  return entries;
}

function kindOfMode(mode: string): GitEntryKind {
  if (mode === '40000' || mode === '040000') return 'directory';
  if (mode === '120000') return 'symlink';
  if (mode === '160000') return 'submodule';
  return mode === '100755' ? 'executable' : 'file';
}

function parseSignature(text: string): Signature {
  // Older tools let '<' into names; the last pair of brackets is the address.
  const match = /^(.*?) ?<([^<>]*)> ?(-?\d+)?[^<>]*$/.exec(text);
  const seconds = Number(match?.[3] ?? 0);
  const time = new Date(seconds * 1000);
  return {
    name: match?.[1] ?? text,
    email: match?.[2] ?? '',
    date: Number.isNaN(time.getTime()) ? '1970-01-01T00:00:00Z' : time.toISOString().replace('.000Z', 'Z'),
  };
}

function decodeText(bytes: Uint8Array, encoding: string | undefined): string {
  try {
    return new TextDecoder(encoding ?? 'utf-8').decode(bytes);
  } catch {
    return new TextDecoder('utf-8').decode(bytes);
  }
}
