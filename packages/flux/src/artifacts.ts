// What a source publishes of a commit. Evenkeel reads Git itself and needs no archive; one is built and served only where
// programs that fetch artifacts are said to be there.

import type { ArtifactStorage, SourceStore } from '@evenkeel/source';
import { type Clock, kubeTime } from '@evenkeel/std';
import type { Artifact, GitRepository } from './resources.ts';
import { sourceFilter } from './source-ignore.ts';

/** Where archives are kept, and what others reach them by. */
export interface ArtifactPublisher {
  readonly storage: ArtifactStorage;
  /** What paths are appended to, without a slash at its end. */
  readonly url: string;
}

const nowhere = 'http://artifacts-are-not-served.invalid';
const kind = 'gitrepository';

/** "gitrepository/<namespace>/<name>": where the archives of a source are. */
export function artifactDirectory({ namespace, name }: Pick<GitRepository, 'namespace' | 'name'>): string {
  return `${kind}/${namespace}/${name}`;
}

export interface PublishInput {
  readonly repository: GitRepository;
  readonly revision: string;
  readonly sha: string;
  readonly store: SourceStore;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** What is said of a commit while nothing is served: costs nothing, and every fetch of it fails by name. */
export function unservedArtifact({ repository, revision, sha, clock }: PublishInput): Artifact {
  const path = archivePath(repository, sha);
  const standing = repository.status.artifact;
  const lastUpdateTime = standing?.revision === revision ? standing.lastUpdateTime : kubeTime(clock.now());
  return { path, url: `${nowhere}/${path}`, revision, digest: `git-commit:${sha}`, lastUpdateTime };
}

/** The artifact that stands and need not be built, with the URL of the server as it is now. */
export async function standingArtifact(
  { repository, revision, sha }: PublishInput,
  publisher: ArtifactPublisher,
): Promise<Artifact | undefined> {
  const { status, spec } = repository;
  const path = archivePath(repository, sha);
  const standing = status.artifact;
  if (standing?.revision !== revision || standing.path !== path) return undefined;
  if (status.observedIgnore !== spec.ignore) return undefined;
  if (!(await publisher.storage.verify(path, standing.digest))) return undefined;
  return { ...standing, url: `${publisher.url}/${path}` };
}

function archivePath(repository: GitRepository, sha: string): string {
  return `${artifactDirectory(repository)}/${sha}.tar.gz`;
}

/** Builds the archive of a commit and removes those it replaces. */
export async function buildArtifact(input: PublishInput, publisher: ArtifactPublisher): Promise<Artifact> {
  const { repository, revision, sha, store, clock, signal } = input;
  const { url, ignore } = repository.spec;
  const path = archivePath(repository, sha);
  const snapshot = await store.tree(url, sha, { signal, filter: sourceFilter(ignore) });
  const opened = await store.open(url, { signal });
  const { digest, size } = await publisher.storage.store(path, { snapshot, repository: opened, signal });
  await publisher.storage.collect(path);
  return {
    path,
    url: `${publisher.url}/${path}`,
    revision,
    digest,
    size,
    lastUpdateTime: kubeTime(clock.now()),
  };
}
