// How repositories are reached: what a front end knows of credentials, asked by URL at the moment something is fetched, so
// that a change holds at once and no secret travels with a delivery.

import type { GitAuth } from '@evenkeel/git';
import type { RemoteRequest } from './charts/contract.ts';

/** How one Git repository is reached and read. */
export interface GitAccess {
  readonly auth?: GitAuth;
  /** Git LFS pointers are replaced by what they point at; otherwise reading one is refused. */
  readonly lfs?: boolean;
  /** Submodules are read as directories, each with the access of its own URL; otherwise they are empty. */
  readonly submodules?: boolean;
  /** How many commits back are fetched; all when not given. */
  readonly depth?: number;
}

/** How one chart repository or registry is reached. */
export type ChartAccess = Pick<RemoteRequest, 'access' | 'plainHttp' | 'dockerConfig'>;

/**
 * The credentials that one asker may use, by URL. What is not known is reached anonymously. Both questions throw SourceError
 * `access` where an entry fits the URL and cannot be used, so that nobody wonders why a password is not sent.
 */
export interface RepositoryAccess {
  git(url: string): GitAccess;
  /**
   * The same for a repository that another one names as its submodule, where that is less: whoever writes the one must not
   * choose whose credentials are used for the other. `withheld` says in a few words why.
   */
  submodule?(url: string): { readonly how: GitAccess; readonly withheld?: string };
  /** May fetch a token first. */
  remote(url: string): Promise<ChartAccess>;
  /** The same for a place that a chart names as its dependency, where that is less, as for submodules. */
  dependency?(url: string): Promise<ChartAccess>;
  /** The URL of the chart repository that charts call `@name`. */
  named?(name: string): string | undefined;
  /** Tells that answers may have become others. Returns the way to stop. */
  onChange(listener: () => void): () => void;
}
