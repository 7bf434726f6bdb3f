// Azure DevOps: Git REST 7.1. Documented at learn.microsoft.com/rest/api/azure/devops/git.

import { ForgeError, orMissing } from './errors.ts';
import { type ForgeOptions, type ForgeProvider, type PullRequestProvider, field, isOn, texts } from './forge.ts';
import { withBranch } from './github.ts';
import type { ForgeAnswer } from './http.ts';
import { type JsonRecord, record, records, segments, text } from './json.ts';
import { everyPage } from './pages.ts';

const version = '7.1';
const pageSize = 100;

/** Repositories of a team project. */
export function azureRepositories(options: ForgeOptions): ForgeProvider {
  if ((options.auth.token ?? '') === '') throw new ForgeError('invalid-argument', 'no access token provided');
  const client = createClient(options);
  const base = `${segments(field(options, 'teamProject'))}/_apis/git/repositories`;
  return {
    async repositories() {
      const found = await client.values(base, {});
      return found
        .filter((one) => ['id', 'name', 'defaultBranch', 'remoteUrl'].every((name) => text(one, name) !== ''))
        .map((one) => ({
          organization: field(options, 'organization'),
          repository: text(one, 'name'),
          url: text(one, 'remoteUrl'),
          branch: text(one, 'defaultBranch'),
          sha: '',
          labels: [],
          id: text(one, 'id'),
        }));
    },
    async branches(repository) {
      const address = `${base}/${segments(repository.repository)}/stats/branches`;
      if (isOn(options, 'allBranches')) {
        return ((await orMissing(client.values(address, {}))) ?? []).map((one) =>
          withBranch(repository, one, 'commit.commitId'),
        );
      }
      // A default branch is told as refs/heads/main and asked for as main.
      const name = repository.branch.replace(/^refs\/heads\//, '');
      const found = await orMissing(client.get(address, { name }));
      return found ? [withBranch(repository, record(found.body, 'branch'), 'commit.commitId')] : [];
    },
    async hasPath({ id, branch }, path) {
      const query = { path, 'versionDescriptor.version': branch, $format: 'json' };
      return (await orMissing(client.get(`${base}/${segments(String(id))}/items`, query))) !== undefined;
    },
  };
}

/** Active pull requests of a repository. The project is asked and the repository picked out, as upstream. */
export function azurePullRequests(options: ForgeOptions): PullRequestProvider {
  const client = createClient(options);
  const wanted = texts(options, 'labels');
  return {
    async pullRequests() {
      const found = await everyPage(0, async (skip) => {
        const query = { $top: String(pageSize), $skip: String(skip) };
        const items = await client.values(`${segments(field(options, 'project'))}/_apis/git/pullrequests`, query);
        return { items, next: items.length < pageSize ? undefined : skip + pageSize };
      });
      return found
        .filter(
          (one) =>
            text(one, 'repository.name') === field(options, 'repo') &&
            text(one, 'lastMergeSourceCommit.commitId') !== '',
        )
        .map((one) => ({
          number: Number(one['pullRequestId']),
          title: text(one, 'title'),
          branch: text(one, 'sourceRefName').replace('refs/heads/', ''),
          targetBranch: text(one, 'targetRefName').replace('refs/heads/', ''),
          headSha: text(one, 'lastMergeSourceCommit.commitId'),
          labels: records(one['labels'] ?? [], 'labels').map((label) => text(label, 'name')),
          author: text(one, 'createdBy.uniqueName').split('@')[0] ?? '',
        }))
        .filter(({ labels }) => wanted.every((label) => labels.includes(label)));
    },
  };
}

interface Client {
  get(address: string, query: Readonly<Record<string, string>>): Promise<ForgeAnswer>;
  values(address: string, query: Readonly<Record<string, string>>): Promise<readonly JsonRecord[]>;
}

function createClient(options: ForgeOptions): Client {
  const { auth, access } = options;
  const api = (field(options, 'api') || 'https://dev.azure.com').replace(/\/+$/, '');
  const base = `${api}/${segments(field(options, 'organization'))}/`;
  const token = auth.token ?? '';
  const headers: Record<string, string> =
    token === '' ? {} : { authorization: `Basic ${Buffer.from(`:${token}`).toString('base64')}` };
  const get: Client['get'] = async (address, query) => {
    const search = new URLSearchParams({ ...query, 'api-version': version }).toString();
    try {
      const answer = await access.send({ url: `${base}${address}?${search}`, headers }, auth);
      // A token nobody accepts is answered with a page to sign in, and status 203.
      if (answer.status === 203)
        throw new ForgeError('denied', `${base}${address}: the access token was not accepted`, { status: 203 });
      return answer;
    } catch (error) {
      if (error instanceof ForgeError && error.message.includes('The following project does not exist')) {
        throw new ForgeError('not-found', error.message, { cause: error });
      }
      throw error;
    }
  };
  return {
    get,
    async values(address, query) {
      return records(record((await get(address, query)).body, address)['value'], `${address} value`);
    },
  };
}
