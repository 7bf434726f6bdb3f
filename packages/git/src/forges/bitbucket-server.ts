// Bitbucket Server and Data Center: REST 1.0. Documented at developer.atlassian.com/server/bitbucket/rest.

import { orMissing } from './errors.ts';
import {
  type ForgeOptions,
  type ForgeProvider,
  type ForgeRepository,
  type PullRequestProvider,
  field,
  isOn,
} from './forge.ts';
import { authorization } from './bitbucket-cloud.ts';
import { cloneField } from './github.ts';
import type { ForgeAnswer } from './http.ts';
import { type JsonRecord, at, identity, pathSegments, record, records, segments, text } from './json.ts';
import { everyPage } from './pages.ts';

/** Repositories of a project. */
export function bitbucketServerRepositories(options: ForgeOptions): ForgeProvider {
  const client = createClient(options);
  const project = field(options, 'project');
  const base = (organization: string, slug: string): string =>
    `projects/${segments(organization)}/repos/${segments(slug)}`;
  const defaultBranch = async (organization: string, slug: string): Promise<JsonRecord | undefined> => {
    const found = await orMissing(client.get(`${base(organization, slug)}/branches/default`));
    // A repository without a commit has no default branch and answers with nothing.
    return found?.body === undefined ? undefined : record(found.body, 'branch');
  };
  return {
    async repositories(protocol) {
      const link = cloneField(protocol, 'ssh', 'http', 'Bitbucket Server');
      const found: ForgeRepository[] = [];
      for (const one of await client.list(`projects/${segments(project)}/repos`)) {
        const organization = text(one, 'project.key');
        const slug = text(one, 'slug') || text(one, 'name');
        const branch = await defaultBranch(organization, slug);
        if (!branch) continue;
        const links = records(at(one, 'links.clone') ?? [], 'links.clone');
        found.push({
          organization,
          repository: text(one, 'name'),
          slug,
          url: text(
            links.find((candidate) => candidate['name'] === link),
            'href',
          ),
          branch: text(branch, 'displayId'),
          sha: text(branch, 'latestCommit'),
          labels: [],
          id: identity(one, 'id'),
        });
      }
      return found;
    },
    async branches(repository) {
      const { organization, repository: name, slug = name } = repository;
      const branches = isOn(options, 'allBranches')
        ? await client.list(`${base(organization, slug)}/branches`)
        : [await defaultBranch(organization, slug)].filter((one) => one !== undefined);
      return branches.map((one) => ({ ...repository, branch: text(one, 'displayId'), sha: text(one, 'latestCommit') }));
    },
    async hasPath({ organization, repository, slug = repository, branch }, path) {
      const query = new URLSearchParams({ at: branch, limit: '100', type: 'true' }).toString();
      return (
        (await orMissing(client.get(`${base(organization, slug)}/browse/${pathSegments(path)}?${query}`))) !== undefined
      );
    },
  };
}

/** Open pull requests of a repository. */
export function bitbucketServerPullRequests(options: ForgeOptions): PullRequestProvider {
  const client = createClient(options);
  return {
    async pullRequests() {
      const address = `projects/${segments(field(options, 'project'))}/repos/${segments(field(options, 'repo'))}/pull-requests`;
      return (await client.list(address)).map((one) => ({
        number: Number(one['id']),
        title: text(one, 'title'),
        branch: text(one, 'fromRef.displayId'),
        targetBranch: text(one, 'toRef.displayId'),
        headSha: text(one, 'fromRef.latestCommit'),
        labels: [],
        author: text(one, 'author.user.name'),
      }));
    },
  };
}

interface Client {
  get(address: string): Promise<ForgeAnswer>;
  list(address: string): Promise<readonly JsonRecord[]>;
}

function createClient(options: ForgeOptions): Client {
  const { auth, access } = options;
  const bare = field(options, 'api').replace(/\/+$/, '');
  const base = `${bare.endsWith('/rest') ? bare : `${bare}/rest`}/api/1.0/`;
  // Without these the server takes a request from a script for one from another site.
  const headers = { 'x-atlassian-token': 'no-check', 'x-requested-with': 'XMLHttpRequest', ...authorization(auth) };
  const get = (address: string): Promise<ForgeAnswer> => access.send({ url: `${base}${address}`, headers }, auth);
  return {
    get,
    list: (address) =>
      everyPage(0, async (start) => {
        const answer = record((await get(`${address}?limit=100&start=${start}`)).body, address);
        const { nextPageStart: next, isLastPage } = answer;
        const items = records(answer['values'], `${address} values`);
        return { items, next: isLastPage === false && typeof next === 'number' ? next : undefined };
      }),
  };
}
