// Bitbucket Cloud: API 2.0. Documented at developer.atlassian.com/cloud/bitbucket/rest.

import { ForgeError, orMissing } from './errors.ts';
import {
  type ForgeAuth,
  type ForgeOptions,
  type ForgeProvider,
  type PullRequestProvider,
  field,
  isOn,
} from './forge.ts';
import { withBranch } from './github.ts';
import type { ForgeAnswer } from './http.ts';
import { type JsonRecord, at, identity, pathSegments, record, records, segments, text } from './json.ts';
import { everyPage, nextPage } from './pages.ts';

/** Repositories of a workspace. */
export function bitbucketRepositories(options: ForgeOptions): ForgeProvider {
  const client = createClient(options);
  const owner = field(options, 'owner');
  return {
    async repositories(protocol) {
      const wanted = protocol === '' ? 'ssh' : protocol;
      const found = await client.list(`repositories/${segments(owner)}?role=member&pagelen=100`);
      return found.map((one) => ({
        organization: owner,
        repository: text(one, 'slug'),
        url: cloneUrl(one, wanted),
        branch: text(one, 'mainbranch.name'),
        sha: '',
        labels: [],
        id: identity(one, 'uuid'),
      }));
    },
    async branches(repository) {
      const base = `repositories/${segments(owner, repository.repository)}/refs/branches`;
      if (isOn(options, 'allBranches')) {
        return (await client.list(`${base}?pagelen=100`)).map((one) => withBranch(repository, one, 'target.hash'));
      }
      const found = await orMissing(client.get(`${base}/${pathSegments(repository.branch)}`));
      return found ? [withBranch(repository, record(found.body, 'branch'), 'target.hash')] : [];
    },
    async hasPath({ repository, sha }, path) {
      const address = `repositories/${segments(owner, repository)}/src/${segments(sha)}/${pathSegments(path)}?format=meta`;
      return (await orMissing(client.get(address))) !== undefined;
    },
  };
}

/** Open pull requests of a repository. Bitbucket has no labels. */
export function bitbucketPullRequests(options: ForgeOptions): PullRequestProvider {
  const client = createClient(options);
  return {
    async pullRequests() {
      const address = `repositories/${segments(field(options, 'owner'), field(options, 'repo'))}/pullrequests?pagelen=50`;
      return (await client.list(address)).map((one) => ({
        number: Number(one['id']),
        title: text(one, 'title'),
        branch: text(one, 'source.branch.name'),
        targetBranch: text(one, 'destination.branch.name'),
        headSha: text(one, 'source.commit.hash'),
        labels: [],
        author: text(one, 'author.nickname'),
      }));
    },
  };
}

function cloneUrl(repository: JsonRecord, protocol: string): string {
  const links = records(at(repository, 'links.clone') ?? [], 'links.clone');
  const link = links.find((one) => one['name'] === protocol);
  if (link) return text(link, 'href');
  throw new ForgeError(
    'invalid-argument',
    `error fetching clone url for repo ${text(repository, 'slug')}: unknown clone protocol for Bitbucket cloud ${protocol}`,
  );
}

/** A token as it is, or user and password. */
export function authorization({ token, basic }: ForgeAuth): Record<string, string> {
  if (basic) {
    const { username, password } = basic;
    return { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` };
  }
  return token === undefined || token === '' ? {} : { authorization: `Bearer ${token}` };
}

interface Client {
  get(address: string): Promise<ForgeAnswer>;
  list(address: string): Promise<readonly JsonRecord[]>;
}

function createClient(options: ForgeOptions): Client {
  const { auth, access } = options;
  const base = `${(field(options, 'api') || 'https://api.bitbucket.org/2.0').replace(/\/+$/, '')}/`;
  const headers = authorization(auth);
  const get = (address: string): Promise<ForgeAnswer> => access.send({ url: `${base}${address}`, headers }, auth);
  return {
    get,
    list: (address) =>
      everyPage(address, async (asked) => {
        const answer = record((await get(asked)).body, address);
        return {
          items: records(answer['values'], `${address} values`),
          next: nextPage(asked, text(answer, 'next') || undefined),
        };
      }),
  };
}
