// Gitea and Forgejo: API v1. Documented at docs.gitea.com/api.

import { ForgeError, orMissing } from './errors.ts';
import { type ForgeOptions, type ForgeProvider, type PullRequestProvider, field, isOn, texts } from './forge.ts';
import { cloneField, withBranch } from './github.ts';
import type { ForgeAnswer } from './http.ts';
import { type JsonRecord, identity, nextLink, pathSegments, record, records, segments, text } from './json.ts';
import { everyPage, nextPage } from './pages.ts';

/** Repositories of an organisation, or of a user where no organisation has the name. */
export function giteaRepositories(options: ForgeOptions): ForgeProvider {
  const client = createClient(options);
  const owner = field(options, 'owner');
  return {
    async repositories(protocol) {
      const url = cloneField(protocol, 'ssh_url', 'html_url', 'Gitea');
      const found =
        (await orMissing(client.list(`orgs/${segments(owner)}/repos`))) ??
        (await client.list(`users/${segments(owner)}/repos`));
      const kept = found.filter((one) => !(isOn(options, 'excludeArchivedRepos') && one['archived'] === true));
      return Promise.all(
        kept.map(async (one) => ({
          organization: owner,
          repository: text(one, 'name'),
          url: text(one, url),
          branch: text(one, 'default_branch'),
          sha: '',
          labels: (await client.list(`repos/${segments(owner, text(one, 'name'))}/labels`)).map((label) =>
            text(label, 'name'),
          ),
          id: identity(one, 'id'),
        })),
      );
    },
    async branches(repository) {
      const base = `repos/${segments(owner, repository.repository)}/branches`;
      if (isOn(options, 'allBranches'))
        return (await client.list(base)).map((one) => withBranch(repository, one, 'commit.id'));
      const found = await orMissing(client.get(`${base}/${pathSegments(repository.branch)}`));
      if (!found) {
        throw new ForgeError(
          'not-found',
          `got 404 while getting default branch ${JSON.stringify(repository.branch)} for repo ${JSON.stringify(repository.repository)} - check your repo config`,
        );
      }
      return [{ ...withBranch(repository, record(found.body, 'branch'), 'commit.id'), branch: repository.branch }];
    },
    async hasPath({ organization, repository, branch }, path) {
      const query = new URLSearchParams({ ref: branch }).toString();
      const address = `repos/${segments(organization, repository)}/contents/${pathSegments(path)}?${query}`;
      return (await orMissing(client.get(address))) !== undefined;
    },
  };
}

/** Open pull requests of a repository. */
export function giteaPullRequests(options: ForgeOptions): PullRequestProvider {
  const client = createClient(options);
  const wanted = texts(options, 'labels');
  return {
    async pullRequests() {
      const found = await client.list(
        `repos/${segments(field(options, 'owner'), field(options, 'repo'))}/pulls?state=open`,
      );
      return found
        .map((one) => ({
          number: Number(one['number']),
          title: text(one, 'title'),
          branch: text(one, 'head.ref'),
          targetBranch: text(one, 'base.ref'),
          headSha: text(one, 'head.sha'),
          labels: records(one['labels'] ?? [], 'labels').map((label) => text(label, 'name')),
          author: text(one, 'user.login') || text(one, 'user.username'),
        }))
        .filter(({ labels }) => wanted.every((label) => labels.includes(label)));
    },
  };
}

interface Client {
  get(address: string): Promise<ForgeAnswer>;
  list(address: string): Promise<readonly JsonRecord[]>;
}

function createClient(options: ForgeOptions): Client {
  const { auth, access } = options;
  const base = `${field(options, 'api').replace(/\/+$/, '')}/api/v1/`;
  const headers: Record<string, string> =
    auth.token === undefined || auth.token === '' ? {} : { authorization: `token ${auth.token}` };
  const get = (address: string): Promise<ForgeAnswer> => access.send({ url: `${base}${address}`, headers }, auth);
  return {
    get,
    list: (address) =>
      everyPage(`${address}${address.includes('?') ? '&' : '?'}limit=50&page=1`, async (asked) => {
        const { body, headers: told } = await get(asked);
        return { items: records(body ?? [], address), next: nextPage(asked, nextLink(told)) };
      }),
  };
}
