// What every forge can be asked, whoever makes it: repositories of an organisation, their branches, open pull requests.

import type { ForgeAccess } from './http.ts';

/** A repository at a branch. Before branches are asked for, `sha` may be ''. */
export interface ForgeRepository {
  readonly organization: string;
  readonly repository: string;
  readonly url: string;
  readonly branch: string;
  readonly sha: string;
  readonly labels: readonly string[];
  readonly id: string | number;
  /** What the forge calls the repository in its own addresses, where that is not its name. */
  readonly slug?: string;
}

export interface PullRequest {
  readonly number: number;
  readonly title: string;
  readonly branch: string;
  readonly targetBranch: string;
  readonly headSha: string;
  readonly labels: readonly string[];
  readonly author: string;
}

/** Repositories of one organisation, group, project or workspace. Everything rejects with ForgeError. */
export interface ForgeProvider {
  /** `protocol` is '', 'ssh' or 'https'; '' is ssh. */
  repositories(protocol: string): Promise<readonly ForgeRepository[]>;
  /** The default branch, or all of them where that was asked for; none for an empty repository. */
  branches(repository: ForgeRepository): Promise<readonly ForgeRepository[]>;
  hasPath(repository: ForgeRepository, path: string): Promise<boolean>;
}

export interface PullRequestProvider {
  pullRequests(): Promise<readonly PullRequest[]>;
}

/** How to log in, and whom to trust. */
export interface ForgeAuth {
  readonly token?: string;
  readonly basic?: { readonly username: string; readonly password: string };
  readonly app?: {
    readonly id: string;
    readonly installationId: string;
    /** PEM. */
    readonly privateKey: string;
    readonly baseUrl: string;
  };
  /** PEM certificates trusted besides the system's. */
  readonly ca?: string;
  readonly insecure?: boolean;
  /** PEM certificate and key that this client shows. */
  readonly clientCertificate?: string;
  readonly clientKey?: string;
  /** Instead of the one for all forges. */
  readonly proxy?: string;
  /** Hosts and domains that are reached without the proxy, with commas between them. */
  readonly noProxy?: string;
}

/** One forge: fields by the names that ApplicationSets give them (owner, repo, api, allBranches, labels, …). */
export interface ForgeOptions {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly auth: ForgeAuth;
  readonly access: ForgeAccess;
  /** Variables in which a platform tells this process who it is (AWS). */
  readonly environment?: Readonly<Record<string, string | undefined>> | undefined;
}

/** A text field, or ''. */
export function field({ fields }: Pick<ForgeOptions, 'fields'>, name: string): string {
  const value = fields[name];
  return typeof value === 'string' ? value : '';
}

/** A switch, off unless set. */
export function isOn({ fields }: Pick<ForgeOptions, 'fields'>, name: string): boolean {
  return fields[name] === true;
}

/** A list of texts. */
export function texts({ fields }: Pick<ForgeOptions, 'fields'>, name: string): readonly string[] {
  const value = fields[name];
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
}
