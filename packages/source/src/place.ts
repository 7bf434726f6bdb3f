// Where a repository really is: on this machine, told of changes by whoever hosts it, or behind a mirror that is polled
// with one small request for everybody.

import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type Git,
  type GitMirror,
  type GitRepository,
  type RemoteHeads,
  isFullSha,
  openMirror,
  resolveRemote,
} from '@evenkeel/git';
import type { Clock } from '@evenkeel/std';
import type { GitAccess } from './access.ts';
import { type RefChange, type Watched, createWatched } from './changes.ts';
import { nameOfRevision, needsTags, resolveRange, tagsOf } from './revision-range.ts';
import { createSharing, untilAborted } from './sharing.ts';
import { type Trouble, createTrouble } from './trouble.ts';

const HEADS_AGE_MS_DEFAULT = 3 * 60_000;

export interface PlaceOptions {
  readonly git: Git;
  /** Mirrors are kept here; it may be deleted whenever the process does not run. */
  readonly directory: string;
  readonly clock: Clock;
  /** Spreads polls; a number in [0, 1). */
  readonly random?: () => number;
}

export interface ResolveRequest {
  readonly signal?: AbortSignal;
  readonly maxAgeMs?: number;
  /** Only tags that begin with it are versions; it is left out when they are read. */
  readonly tagPrefix?: string;
}

/** One repository as one set of credentials sees it. */
export interface Place extends AsyncDisposable {
  /** The identities of all URLs that lead here. */
  readonly identities: Set<string>;
  readonly watched: Watched;
  open(signal?: AbortSignal): Promise<GitRepository>;
  resolve(revision: string, request: ResolveRequest): Promise<string>;
  /** Makes sure that a commit can be read. */
  ensure(sha: string): Promise<void>;
  poke(refs: readonly RefChange[]): void;
  /** Says that something was missing which may be there later: listeners are told to look again. */
  lacking(): void;
  /** Ends the place and removes what it keeps on disk. */
  discard(): Promise<void>;
}

/** A repository on this machine. It belongs to whoever mapped it and is never polled. */
export function createLocalPlace(repository: GitRepository, options: PlaceOptions): Place {
  const { clock, random = Math.random } = options;
  const watched = createWatched({ clock, random, poll: undefined });
  const shared = createSharing<string>();
  // Nothing polls here, so that looking again is all there is to do.
  let cancel: () => void = () => undefined;
  const trouble = createTrouble(clock, (delayMs) => {
    cancel = clock.after(delayMs, () => {
      if (trouble.end()) watched.notify({ url: repository.directory, refs: [] });
    });
  });
  return {
    identities: new Set(),
    watched,
    open: () => Promise.resolve(repository),
    resolve: (revision, { signal, tagPrefix = '' }) =>
      shared(`${tagPrefix} ${revision}`, signal, async () => {
        const name = needsTags(revision, tagPrefix)
          ? nameOfRevision(revision, tagsOf(await repository.refs()), tagPrefix)
          : revision;
        return resolveRange({ asked: revision, name }, () => repository.resolve(name));
      }),
    ensure: () => Promise.resolve(),
    poke: (refs) => watched.notify({ url: repository.directory, refs }),
    lacking: () => trouble.lacking(),
    discard: async () => watched.close(),
    async [Symbol.asyncDispose]() {
      cancel();
      watched.close();
    },
  };
}

/** A repository behind a mirror, which is made when it is first needed. */
export function createRemotePlace(request: RemotePlaceRequest): Place {
  return new RemotePlace(request);
}

export interface RemotePlaceRequest {
  readonly store: PlaceOptions;
  readonly url: string;
  readonly key: string;
  readonly how: Pick<GitAccess, 'auth' | 'depth'>;
}

class RemotePlace implements Place {
  readonly identities = new Set<string>();
  readonly watched: Watched;
  readonly #directory: string;
  readonly #closing = new AbortController();
  readonly #mirror: LazyMirror;
  readonly #heads: Heads;
  readonly #trouble: Trouble;
  readonly #sharedRevision = createSharing<string>();
  readonly #sharedCommit = createSharing<void>();

  constructor({ store, url, key, how }: RemotePlaceRequest) {
    const directory = join(store.directory, createHash('sha256').update(key).digest('hex').slice(0, 40));
    this.#directory = directory;
    const { signal } = this.#closing;
    this.#mirror = openLazily(() => openMirror(store.git, { ...how, url, directory, signal }));
    this.#trouble = createTrouble(store.clock, (delayMs) => this.watched.pollWithin(delayMs));
    this.#heads = trackHeads({
      clock: store.clock,
      list: async () => {
        const listed = await (await this.#mirror.get()).lsRemote(signal);
        if (this.#trouble.end()) this.watched.notify({ url, refs: [] });
        return listed;
      },
      onChange: (refs) => this.watched.notify({ url, refs }),
    });
    // A poll that fails while nobody was told of trouble is none: what is known still counts.
    const poll = (): Promise<void> =>
      this.#trouble.isOn ? this.#trouble.during(this.#heads.poll) : this.#heads.poll();
    this.watched = createWatched({ clock: store.clock, random: store.random ?? Math.random, poll });
  }

  async open(signal?: AbortSignal): Promise<GitRepository> {
    if (!this.#mirror.isOpen) this.#trouble.check();
    return untilAborted(
      this.#trouble.during(() => this.#mirror.get()).then((mirror) => this.#noticing(mirror)),
      signal,
    );
  }

  resolve(revision: string, request: ResolveRequest): Promise<string> {
    const key = `${request.maxAgeMs ?? ''} ${request.tagPrefix ?? ''} ${revision}`;
    return this.#sharedRevision(key, request.signal, () => this.#resolve(revision, request));
  }

  ensure(sha: string): Promise<void> {
    return this.#sharedCommit(sha, undefined, () =>
      this.#trouble.during(async () => (await this.#mirror.get()).ensure(sha)),
    );
  }

  poke(): void {
    this.#heads.outdate();
    void this.watched.pollNow();
  }

  lacking(): void {
    this.#trouble.lacking();
  }

  async discard(): Promise<void> {
    await this[Symbol.asyncDispose]();
    await rm(this.#directory, { recursive: true, force: true, maxRetries: 3 });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.watched.close();
    this.#closing.abort();
    await this.#mirror.close();
  }

  async #resolve(revision: string, { maxAgeMs, tagPrefix = '' }: ResolveRequest): Promise<string> {
    const asked = revision.trim() === '' ? 'HEAD' : revision.trim();
    // Who insists on an answer of now gets one; all others share what went wrong a moment ago.
    const ageMs = maxAgeMs ?? this.watched.intervalMs ?? HEADS_AGE_MS_DEFAULT;
    if (maxAgeMs !== 0 && !(this.#mirror.isOpen && (isFullSha(asked) || this.#heads.isFresh(ageMs)))) {
      this.#trouble.check();
    }
    return this.#trouble.during(async () => {
      const opened = await this.#mirror.get();
      if (isFullSha(asked)) return opened.resolve(asked);
      const known = await this.#heads.current(ageMs);
      const name = needsTags(asked, tagPrefix) ? nameOfRevision(asked, tagsOf(known.refs), tagPrefix) : asked;
      const found = resolveRemote(known, name);
      // Shortened names and suffixes need the mirror; so does saying clearly that there is no such revision.
      if (found === undefined) return resolveRange({ asked, name }, () => opened.resolve(name));
      await this.#sharedCommit(found, undefined, () => opened.ensure(found));
      return found;
    });
  }

  /** The mirror, whose contents come from the remote as well. */
  #noticing(mirror: GitMirror): GitRepository {
    return { ...mirror, blobs: (oids) => this.#trouble.during(() => mirror.blobs(oids)) };
  }
}

interface LazyMirror {
  readonly isOpen: boolean;
  readonly get: () => Promise<GitMirror>;
  readonly close: () => Promise<void>;
}

/** Opens when it is first asked for, and again after a failure. */
function openLazily(open: () => Promise<GitMirror>): LazyMirror {
  let mirror: Promise<GitMirror> | undefined;
  let isOpen = false;
  return {
    get isOpen() {
      return isOpen;
    },
    get() {
      mirror ??= open().then(
        (opened) => {
          isOpen = true;
          return opened;
        },
        (error: unknown) => {
          mirror = undefined;
          throw error;
        },
      );
      return mirror;
    },
    async close() {
      const opened = await mirror?.catch(() => undefined);
      await opened?.[Symbol.asyncDispose]();
    },
  };
}

interface Heads {
  /** Whether what is known is not older than that. */
  isFresh(maxAgeMs: number): boolean;
  /** What is known if it is not older than `maxAgeMs`, else what the remote says now. */
  current(maxAgeMs: number): Promise<RemoteHeads>;
  /** Asks the remote, again if it was outdated meanwhile. */
  readonly poll: () => Promise<void>;
  /** Says that what is known, or being asked for, may be wrong. */
  outdate(): void;
}

function trackHeads(options: {
  readonly clock: Clock;
  readonly list: () => Promise<RemoteHeads>;
  readonly onChange: (refs: readonly RefChange[]) => void;
}): Heads {
  const shared = createSharing<RemoteHeads>();
  let known: { readonly value: RemoteHeads; readonly atMs: number; readonly age: number } | undefined;
  let age = 0;
  const refresh = (): Promise<RemoteHeads> =>
    shared('heads', undefined, async () => {
      const seen = { atMs: options.clock.now(), age };
      const value = await options.list();
      const before = known?.value;
      known = { value, ...seen };
      const refs = before ? compareHeads(before, value) : [];
      if (!before || refs.length > 0) options.onChange(refs);
      return value;
    });
  const isFresh = (maxAgeMs: number): boolean => known?.age === age && options.clock.now() - known.atMs < maxAgeMs;
  return {
    isFresh,
    current: async (maxAgeMs) => (known && isFresh(maxAgeMs) ? known.value : refresh()),
    poll: async () => {
      await refresh();
      if (known && known.age < age) await refresh();
    },
    outdate() {
      age += 1;
    },
  };
}

function compareHeads(before: RemoteHeads, after: RemoteHeads): readonly RefChange[] {
  const changes: RefChange[] = [];
  for (const ref of new Set([...before.refs.keys(), ...after.refs.keys()])) {
    const from = before.refs.get(ref) ?? '';
    const to = after.refs.get(ref) ?? '';
    if (from !== to) changes.push({ ref, before: from, after: to });
  }
  if (before.head !== after.head) changes.push({ ref: 'HEAD', before: before.head ?? '', after: after.head ?? '' });
  return changes;
}
