// All repositories of a store, each as one set of credentials sees it. A place whose credentials are no longer anybody's goes,
// with what it kept on disk.

import { type GitAuth, type GitRepository, parseRepositoryUrl, repositoryIdentity, repositoryKey } from '@evenkeel/git';
import type { GitAccess, RepositoryAccess } from './access.ts';
import { type Place, type PlaceOptions, createLocalPlace, createRemotePlace } from './place.ts';

/** Where a URL really leads: a repository on this machine that tells of its changes itself, or another remote. */
export type MappingTarget = { readonly repository: GitRepository } | { readonly url: string };

/** Who asks. */
export interface PlaceQuestion {
  readonly auth?: GitAuth;
  readonly access?: RepositoryAccess | undefined;
}

/** Places by URL and credentials. */
export interface Places extends AsyncDisposable {
  /** The place of a URL, made when it is first asked for. @throws SourceError where its credentials cannot be used. */
  find(url: string, question: PlaceQuestion): { readonly place: Place; readonly how: GitAccess };
  all(): Iterable<Place>;
  /** Says that a place was left for one with other credentials. It ends when nobody has used it for a while. */
  retire(place: Place): void;
}

/** Work that began with the old credentials has ended by then. */
const RETIRE_MS = 10 * 60_000;

/** Makes the places; `mappings` is read at every question. */
export function createPlaces(options: PlaceOptions, mappings: ReadonlyMap<string, MappingTarget>): Places {
  return new KnownPlaces(options, mappings);
}

interface Known {
  readonly place: Place;
  usedAtMs: number;
}

class KnownPlaces implements Places {
  readonly #options: PlaceOptions;
  readonly #mappings: ReadonlyMap<string, MappingTarget>;
  readonly #known = new Map<string, Known>();
  readonly #retiring = new Map<Place, () => void>();
  readonly #leaving = new Set<Promise<void>>();

  constructor(options: PlaceOptions, mappings: ReadonlyMap<string, MappingTarget>) {
    this.#options = options;
    this.#mappings = mappings;
  }

  find(url: string, question: PlaceQuestion): { readonly place: Place; readonly how: GitAccess } {
    const identity = repositoryIdentity(url);
    const target = this.#mappings.get(identity);
    if (target && 'repository' in target) {
      const place = this.#place(`local ${identity}`, () => createLocalPlace(target.repository, this.#options));
      place.identities.add(identity);
      return { place, how: withoutCredentials(url, question) };
    }
    const how = accessTo(url, question);
    const reach = { ...(how.auth ? { auth: how.auth } : {}), ...(how.depth === undefined ? {} : { depth: how.depth }) };
    const remote = target?.url ?? url;
    // What one set of credentials may read must not be answered to another.
    const key = `${repositoryKey(remote)}\n${userInfo(remote)}\n${JSON.stringify(reach)}`;
    const place = this.#place(key, () => createRemotePlace({ store: this.#options, url: remote, key, how: reach }));
    place.identities.add(identity);
    return { place, how };
  }

  *all(): Generator<Place> {
    for (const { place } of this.#known.values()) yield place;
  }

  retire(place: Place): void {
    if (this.#retiring.has(place)) return;
    const { clock } = this.#options;
    const look = (): void => {
      this.#retiring.delete(place);
      const [key, known] = [...this.#known].find(([, one]) => one.place === place) ?? [];
      if (key === undefined || !known || place.watched.intervalMs !== undefined) return;
      if (clock.now() - known.usedAtMs < RETIRE_MS) return this.retire(place);
      this.#known.delete(key);
      const leaving = place
        .discard()
        .catch(() => undefined)
        .finally(() => this.#leaving.delete(leaving));
      this.#leaving.add(leaving);
    };
    this.#retiring.set(place, clock.after(RETIRE_MS, look));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const cancel of this.#retiring.values()) cancel();
    await Promise.all([...this.all()].map((place) => place[Symbol.asyncDispose]()));
    await Promise.all(this.#leaving);
    this.#known.clear();
  }

  #place(key: string, make: () => Place): Place {
    const known = this.#known.get(key) ?? { place: make(), usedAtMs: 0 };
    known.usedAtMs = this.#options.clock.now();
    this.#known.set(key, known);
    return known.place;
  }
}

/** What holds for a URL now. */
function accessTo(url: string, { access, auth }: PlaceQuestion): GitAccess {
  if (access) return access.git(url);
  return auth ? { auth } : {};
}

/** A repository on this machine needs none; an entry for the real one that cannot be used does not matter here. */
function withoutCredentials(url: string, question: PlaceQuestion): GitAccess {
  try {
    return accessTo(url, question);
  } catch {
    return {};
  }
}

function userInfo(url: string): string {
  const { user, password } = parseRepositoryUrl(url);
  return `${user}:${password}`;
}
