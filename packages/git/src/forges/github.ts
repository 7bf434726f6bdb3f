// GitHub and GitHub Enterprise: REST v3. Documented at docs.github.com/rest; addresses as google/go-github forms them.

import { createSign } from 'node:crypto';
import { ForgeError } from './errors.ts';
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
import type { ForgeAccess, ForgeAnswer } from './http.ts';
import {
  type JsonRecord,
  at,
  identity,
  nextLink,
  pagesMax,
  pathSegments,
  record,
  records,
  segments,
  text,
  textList,
} from './json.ts';

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

/** Undefined for what is not there. */
export async function orMissing<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ForgeError && error.code === 'not-found') return undefined;
    throw error;
  }
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
    const url = /^https?:/.test(address) ? address : `${this.#base}${address}`;
    return this.#access.send({ url, headers: await this.#headers() }, this.#auth);
  }

  /** Every page of a list. */
  async list(address: string): Promise<readonly JsonRecord[]> {
    const found: JsonRecord[] = [];
    let next: string | undefined = `${address}?per_page=100`;
    for (let page = 0; next !== undefined && page < pagesMax; page += 1) {
      const { body, headers } = await this.get(next);
      found.push(...records(body, address));
      next = sameOrigin(this.#base, nextLink(headers));
    }
    return found;
  }

  async #headers(): Promise<Record<string, string>> {
    const headers = { accept: 'application/vnd.github+json', 'x-github-api-version': '2022-11-28' };
    if (this.#auth.app) this.#token ??= this.#installationToken(this.#auth.app);
    const token = this.#auth.app ? await this.#token : this.#auth.token;
    return token === undefined || token === '' ? headers : { ...headers, authorization: `Bearer ${token}` };
  }

  /** Trades the App's key for a token of its installation; an installation nobody named is found by the owner. */
  async #installationToken(app: NonNullable<ForgeAuth['app']>): Promise<string> {
    const headers = {
      accept: 'application/vnd.github+json',
      authorization: `Bearer ${appToken(app, this.#access.now)}`,
    };
    let id = app.installationId;
    if (id === '') {
      const url = `${this.#base}users/${segments(this.#owner)}/installation`;
      id = String(identity((await this.#access.send({ url, headers }, this.#auth)).body, 'id'));
    }
    const url = `${this.#base}app/installations/${segments(id)}/access_tokens`;
    const { body } = await this.#access.send({ method: 'POST', url, headers, body: {} }, this.#auth);
    const token = at(body, 'token');
    if (typeof token !== 'string') throw new ForgeError('malformed', 'the forge gave no token for the App');
    return token;
  }
}

/** A JWT of a GitHub App, good for nine minutes from a minute ago, since clocks differ. */
function appToken({ id, privateKey }: NonNullable<ForgeAuth['app']>, now: number): string {
  const seconds = Math.floor(now / 1000);
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const unsigned = `${encode({ alg: 'RS256', typ: 'JWT' })}.${encode({ iat: seconds - 60, exp: seconds + 540, iss: id })}`;
  try {
    return `${unsigned}.${createSign('RSA-SHA256').update(unsigned).sign(privateKey, 'base64url')}`;
  } catch (error) {
    throw new ForgeError('invalid-argument', 'the private key of the GitHub App cannot be used', { cause: error });
  }
}

/** The API's address: go-github adds api/v3 to an enterprise host that does not say it is one. */
function githubBase(api: string): string {
  if (api === '') return 'https://api.github.com/';
  const url = URL.parse(api.endsWith('/') ? api : `${api}/`);
  if (!url) throw new ForgeError('invalid-argument', `"${api}" is no address of a forge`);
  const isApi = url.pathname.endsWith('/api/v3/') || url.hostname.startsWith('api.') || url.hostname.includes('.api.');
  return isApi ? url.href : `${url.href}api/v3/`;
}

/** A link is followed only to the host that was asked, since credentials go along. */
export function sameOrigin(base: string, link: string | undefined): string | undefined {
  if (link === undefined) return undefined;
  const url = URL.parse(link, base);
  return url?.origin === new URL(base).origin ? url.href : undefined;
}
