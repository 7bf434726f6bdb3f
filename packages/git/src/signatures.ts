// Who signed a commit or a tag, by git and gpg, against one set of public keys: nothing of the user's own keyring counts,
// no key server is asked. Mirrors argoproj/argo-cd:util/git/client.go `LsSignatures` (3.6), seals included.

import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Git, safeArgument } from './command.ts';
import { GitError } from './errors.ts';
import type { GitRepository } from './repository.ts';

/** What a signature is worth, in the original's words. */
export type SignatureState =
  | 'signed'
  | 'bad signature'
  | 'signed with untrusted key'
  | 'expired signature'
  | 'signed with expired key'
  | 'signed with revoked key'
  | 'signed with key not in keyring'
  | 'unsigned';

/** The signature of one commit or annotated tag. */
export interface RevisionSignature {
  /** A commit's full name, or the name of a tag. */
  readonly revision: string;
  readonly state: SignatureState;
  /** Sixteen hexadecimal digits of the key that signed; '' where nothing is signed. */
  readonly keyId: string;
  /** The key that it is a part of, where the keyring has it; else `keyId`. */
  readonly primaryKeyId: string;
  /** "Ada <ada@example.com>" */
  readonly author: string;
  readonly date: string;
}

/** Public keys that may have signed. */
export interface Keyring extends AsyncDisposable {
  readonly home: string;
  /** Of all primary keys in it, sixteen digits each. */
  readonly keyIds: readonly string[];
}

/**
 * Makes a keyring of armored public keys, in a private directory that goes away with it.
 * @throws GitError where gpg is missing or reads none of a key.
 */
export async function openKeyring(git: Git, keys: Iterable<string>): Promise<Keyring> {
  const home = await mkdtemp(join(git.privateDirectory, 'gpg-'));
  const remove = (): Promise<void> => rm(home, { recursive: true, force: true, maxRetries: 3 });
  try {
    // Who may sign is decided by the caller; every key that was handed in counts as known.
    await writeFile(join(home, 'gpg.conf'), 'batch\nno-tty\nno-autostart\ntrust-model always\nno-auto-key-retrieve\n');
    let index = 0;
    for (const key of keys) {
      index += 1;
      const file = join(home, `key-${index}`);
      await writeFile(file, key, { mode: 0o600 });
      await gpg(git, home, ['--import', file]);
      await rm(file);
    }
    const listed = index === 0 ? '' : await gpg(git, home, ['--list-keys', '--with-colons', '--fixed-list-mode']);
    const keyIds = listed.split('\n').flatMap((line) => /^pub:[^:]*:\d+:\d+:([0-9A-F]{16}):/.exec(line)?.[1] ?? []);
    return { home, keyIds, [Symbol.asyncDispose]: remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

export interface VerifyRequest {
  readonly git: Git;
  readonly repository: GitRepository;
  readonly keyring: Keyring;
  /** Every commit the revision is made of, back to the last seal that a known key signed; else the revision alone. */
  readonly history?: boolean;
  /** The tag that named the commit, without refs/tags/; it counts instead of the commit where it is annotated. */
  readonly tag?: string;
  readonly signal?: AbortSignal;
}

/** The signatures of a commit (a full SHA), newest first. Whether they suffice is for the caller to say. */
export async function verifyCommit(sha: string, request: VerifyRequest): Promise<readonly RevisionSignature[]> {
  const tag = request.tag === undefined ? undefined : await verifyTag(request.tag, sha, request);
  if (tag && request.history !== true) return [tag];
  const commits = await listSignatures(await historyOf(sha, request), request);
  return tag ? [tag, ...commits] : commits;
}

const states: Readonly<Record<string, SignatureState>> = {
  G: 'signed',
  B: 'bad signature',
  U: 'signed with untrusted key',
  X: 'expired signature',
  Y: 'signed with expired key',
  R: 'signed with revoked key',
  E: 'signed with key not in keyring',
  N: 'unsigned',
};

async function listSignatures(range: readonly string[], request: VerifyRequest): Promise<readonly RevisionSignature[]> {
  const format = '--pretty=format:%H%x00%G?%x00%GK%x00%GP%x00%aD%x00%an <%ae>';
  const text = await run(['rev-list', format, '--no-commit-header', ...range], request);
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line): RevisionSignature => {
      const [revision = '', letter = '', keyId = '', primary = '', date = '', author = ''] = line.split('\0');
      const state = states[letter] ?? 'bad signature';
      return { revision, state, keyId, primaryKeyId: primary.slice(-16) || keyId, author, date };
    });
}

/** A signed commit with this trailer vouches for everything before it. */
const SEAL = 'Argocd-gpg-seal:';

async function historyOf(sha: string, request: VerifyRequest): Promise<readonly string[]> {
  const commit = safeArgument(sha, 'a commit');
  if (request.history !== true) return ['-1', commit, '--'];
  const isShallow = (await run(['rev-parse', '--is-shallow-repository'], request)).trim() === 'true';
  if (isShallow) {
    throw new GitError(
      'failed',
      'the history cannot be verified, for only a part of it is fetched; remove "depth" from the repository',
    );
  }
  const search = ['--pretty=format:%G?,%H', '--no-commit-header', `--grep=${SEAL}`, '--regexp-ignore-case', commit];
  const seals = (await run(['rev-list', ...search], request))
    .split('\n')
    .filter((line) => line.startsWith('G,'))
    .map((line) => line.slice(2));
  if (seals.length === 0) return [commit, '--'];
  return seals[0] === commit ? ['-1', commit, '--'] : ['--boundary', commit, '--not', ...seals];
}

/**
 * Undefined for a tag that is not there, is only a name, or names another commit: a branch of the same name wins over a tag,
 * and the tag's signature must not vouch for what somebody pushed to the branch.
 */
async function verifyTag(tag: string, sha: string, request: VerifyRequest): Promise<RevisionSignature | undefined> {
  const ref = `refs/tags/${safeArgument(tag, 'a tag')}`;
  const format = '--format=%(objecttype)%00%(*objectname)%00%(taggerdate:rfc)%00%(taggername) %(taggeremail)';
  const [line = ''] = (await run(['for-each-ref', '--count=1', format, ref], request)).split('\n');
  const [type, target, date = '', author = ''] = line.split('\0');
  if (type !== 'tag' || target !== sha) return undefined;
  const { git, repository } = request;
  const { stderr } = await git.run(['verify-tag', '--raw', ref], {
    ...runOptions(request),
    okStatus: [1],
    subject: repository.directory,
  });
  const told = /^\[GNUPG:\] (GOODSIG|BADSIG|EXPSIG|EXPKEYSIG|REVKEYSIG|ERRSIG) ([0-9A-F]+)/m.exec(stderr);
  const primary = /^\[GNUPG:\] VALIDSIG .* ([0-9A-F]{40})$/m.exec(stderr)?.[1] ?? '';
  const keyId = told?.[2] ?? '';
  const state = told ? (tagStates[told[1] ?? ''] ?? 'bad signature') : 'unsigned';
  return { revision: tag, state, keyId, primaryKeyId: primary.slice(-16) || keyId, author, date };
}

const tagStates: Readonly<Record<string, SignatureState>> = {
  GOODSIG: 'signed',
  BADSIG: 'bad signature',
  EXPSIG: 'expired signature',
  EXPKEYSIG: 'signed with expired key',
  REVKEYSIG: 'signed with revoked key',
  ERRSIG: 'signed with key not in keyring',
};

async function run(args: readonly string[], request: VerifyRequest): Promise<string> {
  return (await request.git.run(args, runOptions(request))).stdout.toString('utf8');
}

function runOptions({ repository, keyring, signal }: VerifyRequest): Parameters<Git['run']>[1] {
  return {
    gitDirectory: repository.directory,
    environment: { GNUPGHOME: keyring.home },
    config: [['gpg.program', 'gpg']],
    timeoutMs: 120_000,
    ...(signal ? { signal } : {}),
  };
}

function gpg(git: Git, home: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(
      'gpg',
      ['--homedir', home, ...args],
      { env: { ...git.environment, GNUPGHOME: home } },
      (error, stdout, stderr) => {
        if (!error) resolve(stdout);
        else if (error.code === 'ENOENT')
          reject(new GitError('failed', 'signatures cannot be verified: the program "gpg" is not installed'));
        else
          reject(
            new GitError('invalid-argument', 'a public key cannot be read; it must be an armored OpenPGP key', stderr),
          );
      },
    );
  });
}
