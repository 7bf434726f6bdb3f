// GitHub and GitHub Enterprise: REST v3. Documented at docs.github.com/rest; addresses as google/go-github forms them.

import { ForgeError, orMissing } from './errors.ts';
import {
  type ForgeAuth,
  type ForgeOptions,
  type ForgeProvider,
  type ForgeRepository,
  type PullRequest,
  type PullRequestProvider,
  field,
  isOn,
  texts,
} from './forge.ts';
import { type GithubApp, githubBase, installationToken } from './github-app.ts';
import type { ForgeAccess, ForgeAnswer } from './http.ts';
import {
  type JsonRecord,
  identity,
  nextLink,
  pathSegments,
  record,
  records,
  segments,
  text,
  textList,
} from './json.ts';
import { everyPage, nextPage } from './pages.ts';

/** Repositories of an organisation. */
export function githubRepositories(options: ForgeOptions): ForgeProvider {
  const client = new Github(options, field(options, 'organization'));
  const organization = field(options, 'organization');
  return {
    async repositories(protocol) {
      const url = cloneField(protocol, 'ssh_url', 'clone_url', 'GitHub');
      const found = await client.list(`orgs/${segments(organization)}/repos`);
      return found
        .filter((one) => !(isOn(options, 'excludeArchivedRepos') && one['archived'] === true))
        .map((one) => ({
          organization: text(one, 'owner.login'),
          repository: text(one, 'name'),
          url: text(one, url),
          branch: text(one, 'default_branch'),
          sha: '',
          labels: textList(one['topics']),
          id: identity(one, 'id'),
        }));
    },
    async branches(repository) {
      const base = `repos/${segments(repository.organization, repository.repository)}/branches`;
      if (isOn(options, 'allBranches'))
        return (await client.list(base)).map((one) => withBranch(repository, one, 'commit.sha'));
      const found = await orMissing(client.get(`${base}/${pathSegments(repository.branch)}`));
      return found ? [withBranch(repository, record(found.body, 'branch'), 'commit.sha')] : [];
    },
    async hasPath({ organization: owner, repository, branch }, path) {
      const query = new URLSearchParams({ ref: branch }).toString();
      const address = `repos/${segments(owner, repository)}/contents/${pathSegments(path)}?${query}`;
      return (await orMissing(client.get(address))) !== undefined;
    },
  };
}

/** Open pull requests of a repository, all labels of `labels` on them. */
export function githubPullRequests(options: ForgeOptions): PullRequestProvider {
  const owner = field(options, 'owner');
  const client = new Github(options, owner);
  const wanted = texts(options, 'labels');
  return {
    async pullRequests() {
      const pulls = await client.list(`repos/${segments(owner, field(options, 'repo'))}/pulls`);
      return pulls.map(readPull).filter(({ labels }) => wanted.every((label) => labels.includes(label)));
    },
  };
}

function readPull(pull: JsonRecord): PullRequest {
  return {
    number: Number(pull['number']),
    title: text(pull, 'title'),
    branch: text(pull, 'head.ref'),
    targetBranch: text(pull, 'base.ref'),
    headSha: text(pull, 'head.sha'),
    labels: records(pull['labels'] ?? [], 'labels').map((label) => text(label, 'name')),
    author: text(pull, 'user.login'),
  };
}

/** A repository at the branch an answer tells of. */
export function withBranch(repository: ForgeRepository, branch: JsonRecord, shaPath: string): ForgeRepository {
  return { ...repository, branch: text(branch, 'name'), sha: text(branch, shaPath) };
}

/** The field that holds the address to clone from. */
export function cloneField(protocol: string, ssh: string, https: string, forge: string): string {
  if (protocol === '' || protocol === 'ssh') return ssh;
  if (protocol === 'https') return https;
  throw new ForgeError('invalid-argument', `unknown clone protocol for ${forge} ${protocol}`);
}

class Github {
  readonly #access: ForgeAccess;
  readonly #auth: ForgeAuth;
  readonly #base: string;
  readonly #owner: string;
  #token: Promise<string> | undefined;

  constructor(options: ForgeOptions, owner: string) {
    this.#access = options.access;
    this.#auth = options.auth;
    this.#base = githubBase(field(options, 'api') || (options.auth.app?.baseUrl ?? ''));
    this.#owner = owner;
  }

  async get(address: string): Promise<ForgeAnswer> {
    return this.#access.send({ url: `${this.#base}${address}`, headers: await this.#headers() }, this.#auth);
  }

  /** Every page of a list. */
  list(address: string): Promise<readonly JsonRecord[]> {
    return everyPage(`${address}?per_page=100`, async (asked) => {
      const { body, headers } = await this.get(asked);
      return { items: records(body, address), next: nextPage(asked, nextLink(headers)) };
    });
  }

  async #headers(): Promise<Record<string, string>> {
    const headers = { accept: 'application/vnd.github+json', 'x-github-api-version': '2022-11-28' };
    if (this.#auth.app) this.#token ??= this.#installationToken(this.#auth.app);
    const token = this.#auth.app ? await this.#token : this.#auth.token;
    return token === undefined || token === '' ? headers : { ...headers, authorization: `Bearer ${token}` };
  }

  async #installationToken(app: GithubApp): Promise<string> {
    const request = { access: this.#access, auth: this.#auth, base: this.#base, app };
    return (await installationToken({ ...request, owner: this.#owner })).token;
  }
}
