// Whether the commits that a project lets in are signed by whom they have to be.
// Mirrors argoproj/argo-cd:util/sourceintegrity/source_integrity.go and AppProject.EffectiveSourceIntegrity (3.6).

import { type Git, type Keyring, type RevisionSignature, openKeyring, verifyCommit } from '@evenkeel/git';
import { matchesGlob } from '@evenkeel/lang';
import type { RepositoryAccess, SourceStore } from '@evenkeel/source';
import type { IntegrityPolicy, Project } from './project.ts';

/** One commit that is to be let in. */
export interface VerifiedSource {
  readonly url: string;
  readonly sha: string;
  /** What was asked for: a tag counts instead of the commit where it is annotated. */
  readonly revision: string;
  readonly access?: RepositoryAccess | undefined;
}

/** Verifies commits against the keys of the installation. */
export interface Verifier extends AsyncDisposable {
  /** What is wrong with a commit, one sentence each; empty for one that is good. */
  verify(policy: IntegrityPolicy, source: VerifiedSource, signal: AbortSignal): Promise<readonly string[]>;
}

/** The policies of a project; those of the older `signatureKeys` count where there are no newer ones. */
export function integrityPolicies({ spec }: Project): readonly IntegrityPolicy[] {
  const keys = (spec.signatureKeys ?? []).map(({ keyID }) => keyID);
  const own = spec.sourceIntegrity?.git;
  if (own || keys.length === 0) return own?.policies ?? [];
  return [{ repos: [{ url: '*' }], gpg: { mode: 'head', keys } }];
}

/** The policy for a repository; a sentence where several claim it, which lets nothing in; undefined where none does. */
export function policyFor(policies: readonly IntegrityPolicy[], url: string): IntegrityPolicy | string | undefined {
  const fitting = policies.filter((policy) => concerns(policy, url));
  if (fitting.length > 1)
    return `multiple (${fitting.length}) git source integrity policies found for repo URL: ${url}`;
  const [policy] = fitting;
  return policy?.gpg === undefined || policy.gpg.mode === 'none' ? undefined : policy;
}

function concerns({ repos = [] }: IntegrityPolicy, url: string): boolean {
  const denied = repos.some((repo) => repo.url?.startsWith('!') === true && matchesGlob(repo.url.slice(1), url));
  return !denied && repos.some((repo) => repo.url?.startsWith('!') === false && matchesGlob(repo.url, url));
}

/** At most so many problems are told, and each key but once. */
const PROBLEMS_MAX = 10;

/** What is wrong with signatures, in upstream's words. */
export function signatureProblems(
  signatures: readonly RevisionSignature[],
  allowed: readonly string[],
): readonly string[] {
  const keys = new Set(allowed.map(shortKey));
  const told = new Set<string>();
  const problems: string[] = [];
  for (const { revision, author, state, keyId, primaryKeyId } of signatures) {
    const good = state === 'signed' && (keys.has(keyId) || keys.has(primaryKeyId));
    // A key is told once; tags and what nobody signed each for themselves.
    if (good || (keyId !== '' && isSha(revision) && told.has(keyId))) continue;
    told.add(keyId);
    const what = state === 'signed' ? 'signed with unallowed key' : state;
    problems.push(`GIT/GPG: Failed verifying revision ${revision} by '${author}': ${what} (key_id=${keyId})`);
    if (problems.length === PROBLEMS_MAX) break;
  }
  return problems;
}

/** The last sixteen digits of a fingerprint. */
function shortKey(key: string): string {
  return key.slice(-16).toUpperCase();
}

function isSha(text: string): boolean {
  return /^[0-9a-f]{40}$/.test(text);
}

export interface VerifierOptions {
  readonly git: Git;
  readonly store: SourceStore;
  /** The public keys of argocd-gpg-keys-cm. */
  readonly keys: () => ReadonlyMap<string, string>;
}

/** Makes a verifier. A commit is asked about once for as long as policy and keys are the same. */
export function createVerifier(options: VerifierOptions): Verifier {
  return new GpgVerifier(options);
}

class GpgVerifier implements Verifier {
  readonly #options: VerifierOptions;
  #ring: { readonly of: string; readonly opened: Promise<Keyring> } | undefined;
  readonly #answers = new Map<string, Promise<readonly string[]>>();

  constructor(options: VerifierOptions) {
    this.#options = options;
  }

  async verify({ gpg }: IntegrityPolicy, source: VerifiedSource, signal: AbortSignal): Promise<readonly string[]> {
    const { mode = '', keys = [] } = gpg ?? {};
    if (mode !== 'head' && mode !== 'strict') {
      return [`unknown GPG mode ${JSON.stringify(mode)} configured for GIT source integrity`];
    }
    const ring = await this.#keyring();
    const key = JSON.stringify([source.url, source.sha, source.revision, mode, keys]);
    const known = this.#answers.get(key) ?? this.#ask(ring, source, { mode, keys, signal });
    this.#answers.set(key, known);
    try {
      return await known;
    } catch (error) {
      this.#answers.delete(key);
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await (await this.#ring?.opened.catch(() => undefined))?.[Symbol.asyncDispose]();
  }

  async #ask(
    keyring: Keyring,
    { url, sha, revision, access }: VerifiedSource,
    asked: { readonly mode: string; readonly keys: readonly string[]; readonly signal: AbortSignal },
  ): Promise<readonly string[]> {
    const { git, store } = this.#options;
    const { signal } = asked;
    const repository = await store.open(url, { access, signal });
    const tag = revision === 'HEAD' || isSha(revision) ? {} : { tag: revision };
    const history = asked.mode === 'strict';
    const signatures = await verifyCommit(sha, { git, repository, keyring, history, signal, ...tag });
    if (signatures.length === 0) return [`git LsSignatures found no signatures for ${sha}`];
    return signatureProblems(signatures, asked.keys);
  }

  /** The keyring of the keys as they stand now; another one when they change. */
  async #keyring(): Promise<Keyring> {
    const keys = this.#options.keys();
    const of = JSON.stringify([...keys]);
    if (this.#ring?.of !== of) {
      const before = this.#ring;
      this.#answers.clear();
      this.#ring = { of, opened: openKeyring(this.#options.git, keys.values()) };
      await (await before?.opened.catch(() => undefined))?.[Symbol.asyncDispose]();
    }
    return this.#ring.opened;
  }
}
