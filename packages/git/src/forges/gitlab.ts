// GitLab: REST v4. Documented at docs.gitlab.com/api.

import { ForgeError, orMissing } from './errors.ts';
import { type ForgeOptions, type ForgeProvider, type PullRequestProvider, field, isOn, texts } from './forge.ts';
import { cloneField, withBranch } from './github.ts';
import type { ForgeAnswer } from './http.ts';
import { type JsonRecord, identity, record, records, segments, text, textList } from './json.ts';
import { everyPage } from './pages.ts';

/** Projects of a group. */
export function gitlabRepositories(options: ForgeOptions): ForgeProvider {
  const client = createClient(options);
  const group = field(options, 'group');
  return {
    async repositories(protocol) {
      const url = cloneField(protocol, 'ssh_url_to_repo', 'http_url_to_repo', 'Gitlab');
      const found = await client.list(`groups/${segments(group)}/projects`, {
        include_subgroups: String(isOn(options, 'includeSubgroups')),
        with_shared: String(options.fields['includeSharedProjects'] !== false),
        ...(field(options, 'topic') === '' ? {} : { topic: field(options, 'topic') }),
        ...(isOn(options, 'includeArchivedRepos') ? { archived: 'true' } : {}),
      });
      return found.map((one) => {
        const topics = textList(one['topics']);
        return {
          organization: text(one, 'namespace.full_path'),
          repository: text(one, 'path'),
          url: text(one, url),
          branch: text(one, 'default_branch'),
          sha: '',
          labels: topics.length > 0 ? topics : textList(one['tag_list']),
          id: identity(one, 'id'),
        };
      });
    },
    async branches(repository) {
      const base = `projects/${segments(String(repository.id))}/repository/branches`;
      if (isOn(options, 'allBranches')) {
        return ((await orMissing(client.list(base, {}))) ?? []).map((one) => withBranch(repository, one, 'commit.id'));
      }
      const found = await orMissing(client.get(`${base}/${segments(repository.branch)}`, {}));
      return found ? [withBranch(repository, record(found.body, 'branch'), 'commit.id')] : [];
    },
    async hasPath({ id, branch }, path) {
      const base = `projects/${segments(String(id))}/repository`;
      if (await orMissing(client.get(`${base}/files/${segments(path)}`, { ref: branch }))) return true;
      const tree = await orMissing(client.get(`${base}/tree`, { path, ref: branch }));
      return tree !== undefined && (!Array.isArray(tree.body) || tree.body.length > 0);
    },
  };
}

/** Merge requests of a project; all states unless `pullRequestState` names one, as upstream. */
export function gitlabPullRequests(options: ForgeOptions): PullRequestProvider {
  const client = createClient(options);
  const labels = texts(options, 'labels');
  const state = field(options, 'pullRequestState');
  return {
    async pullRequests() {
      const found = await client.list(`projects/${segments(field(options, 'project'))}/merge_requests`, {
        ...(labels.length > 0 ? { labels: labels.join(',') } : {}),
        ...(state === '' ? {} : { state }),
      });
      return found.map((one) => ({
        number: Number(one['iid']),
        title: text(one, 'title'),
        branch: text(one, 'source_branch'),
        targetBranch: text(one, 'target_branch'),
        headSha: text(one, 'sha'),
        labels: textList(one['labels']),
        author: text(one, 'author.username'),
      }));
    },
  };
}

interface Client {
  get(address: string, query: Readonly<Record<string, string>>): Promise<ForgeAnswer>;
  list(address: string, query: Readonly<Record<string, string>>): Promise<readonly JsonRecord[]>;
}

function createClient(options: ForgeOptions): Client {
  const { auth, access } = options;
  const base = gitlabBase(field(options, 'api'));
  const headers: Record<string, string> =
    auth.token === undefined || auth.token === '' ? {} : { 'private-token': auth.token };
  const get: Client['get'] = (address, query) => {
    const search = new URLSearchParams(query).toString();
    return access.send({ url: `${base}${address}${search === '' ? '' : `?${search}`}`, headers }, auth);
  };
  return {
    get,
    list: (address, query) =>
      everyPage('1', async (page) => {
        const { body, headers } = await get(address, { ...query, per_page: '100', page });
        return { items: records(body, address), next: headers['x-next-page'] || undefined };
      }),
  };
}

function gitlabBase(api: string): string {
  if (api === '') return 'https://gitlab.com/api/v4/';
  const url = URL.parse(api.endsWith('/') ? api : `${api}/`);
  if (!url) throw new ForgeError('invalid-argument', `"${api}" is no address of a forge`);
  return url.pathname.endsWith('/api/v4/') ? url.href : `${url.href}api/v4/`;
}
