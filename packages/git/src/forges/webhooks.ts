// What forges and registries tell when something changed, as neutral events. Who may tell is checked first.
// Mirrors argoproj/argo-cd:util/webhook (3.6): same headers, secrets and order of recognition.

import { createHmac, timingSafeEqual } from 'node:crypto';
import { type JsonRecord, at, identity, records, text } from './json.ts';

/** A request as it came: header names in lower case, the body byte for byte. */
export interface WebhookRequest {
  readonly method: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly query: URLSearchParams;
  readonly body: Uint8Array;
}

/** Shared secrets; what has none is not checked, except where a sender cannot be known otherwise. */
export interface WebhookSecrets {
  readonly github?: string;
  readonly gitlab?: string;
  readonly gogs?: string;
  readonly bitbucketUuid?: string;
  readonly bitbucketServer?: string;
  readonly azureUsername?: string;
  readonly azurePassword?: string;
  readonly harbor?: string;
  readonly dockerHub?: string;
}

/** What happened. */
export type WebhookEvent =
  | {
      readonly kind: 'push';
      /** Addresses of the repository, web and clone. */
      readonly repositories: readonly string[];
      /** Branch or tag, short. */
      readonly revision: string;
      readonly before: string;
      readonly after: string;
      /** Whether the default branch moved; also true where the sender does not say. */
      readonly touchedHead: boolean;
      /** Undefined where the sender does not say. */
      readonly changedFiles: readonly string[] | undefined;
    }
  | {
      readonly kind: 'pull-request';
      readonly forge: 'github' | 'gitlab' | 'azuredevops';
      readonly action: string;
      readonly owner: string;
      readonly repository: string;
      /** GitLab: number and path of the project; Azure DevOps: the project. */
      readonly project: string;
      readonly projectPath: string;
      /** Host of the forge. */
      readonly host: string;
    }
  | { readonly kind: 'artifact'; readonly repository: string; readonly tag: string };

/** An event, nothing of interest, or a refusal with its HTTP status. */
export type WebhookResult =
  | {
      readonly kind: 'event';
      readonly event: WebhookEvent;
      /** Where one push moved several branches or tags: all but the first. */
      readonly others?: readonly WebhookEvent[];
    }
  | { readonly kind: 'ignored' }
  | { readonly kind: 'refused'; readonly status: 400 | 401 | 405; readonly message: string };

const ignored: WebhookResult = { kind: 'ignored' };

/** Recognises the sender, checks it, and reads what it says. Never throws. */
export function readWebhook(request: WebhookRequest, secrets: WebhookSecrets): WebhookResult {
  const sender = senders.find(({ sends }) => sends(request, secrets));
  if (!sender) return refused(400, 'Unknown webhook event');
  if (request.method !== 'POST') return refused(405, 'invalid HTTP Method');
  if (!sender.trusts(request, secrets)) return refused(401, sender.distrust);
  let payload: unknown;
  try {
    payload = JSON.parse(new TextDecoder().decode(request.body));
  } catch {
    return refused(400, 'error parsing payload');
  }
  if (typeof payload !== 'object' || payload === null || Array.isArray(payload))
    return refused(400, 'error parsing payload');
  try {
    const [event, ...others] = [sender.read(payload as JsonRecord, request) ?? []].flat();
    if (!event) return ignored;
    return others.length === 0 ? { kind: 'event', event } : { kind: 'event', event, others };
  } catch {
    return refused(400, 'error parsing payload');
  }
}

function refused(status: 400 | 401 | 405, message: string): WebhookResult {
  return { kind: 'refused', status, message };
}

interface Sender {
  readonly sends: (request: WebhookRequest, secrets: WebhookSecrets) => boolean;
  readonly trusts: (request: WebhookRequest, secrets: WebhookSecrets) => boolean;
  readonly distrust: string;
  readonly read: (payload: JsonRecord, request: WebhookRequest) => WebhookEvent | readonly WebhookEvent[] | undefined;
}

const azure: Sender = {
  sends: ({ headers }) => headers['x-vss-activityid'] !== undefined,
  trusts: ({ headers }, { azureUsername = '', azurePassword = '' }) =>
    (azureUsername === '' && azurePassword === '') ||
    same(
      headers['authorization'] ?? '',
      `Basic ${Buffer.from(`${azureUsername}:${azurePassword}`).toString('base64')}`,
    ),
  distrust: 'basic auth verification failed',
  read: readAzure,
};

// Gogs and Gitea send GitHub's headers as well, so they are looked for first.
const gogs: Sender = {
  sends: ({ headers }) => headers['x-gogs-event'] !== undefined,
  trusts: ({ headers, body }, { gogs: secret = '' }) =>
    secret === '' || same(headers['x-gogs-signature'] ?? '', hmac('sha256', secret, body)),
  distrust: 'HMAC verification failed',
  read: (payload, { headers }) =>
    headers['x-gogs-event'] === 'push'
      ? pushOf(payload, [text(payload, 'repository.html_url')], text(payload, 'repository.default_branch'))
      : undefined,
};

const github: Sender = {
  sends: ({ headers }) => (headers['x-github-event'] ?? 'package') !== 'package',
  trusts: ({ headers, body }, { github: secret = '' }) => secret === '' || signedByGithub(headers, secret, body),
  distrust: 'HMAC verification failed',
  read: readGithub,
};

const gitlab: Sender = {
  sends: ({ headers }) => headers['x-gitlab-event'] !== undefined,
  trusts: ({ headers }, { gitlab: secret = '' }) => secret === '' || same(headers['x-gitlab-token'] ?? '', secret),
  distrust: 'X-Gitlab-Token validation failed',
  read: readGitlab,
};

const bitbucket: Sender = {
  sends: ({ headers }) => headers['x-hook-uuid'] !== undefined,
  trusts: ({ headers }, { bitbucketUuid = '' }) =>
    bitbucketUuid === '' || same(headers['x-hook-uuid'] ?? '', bitbucketUuid),
  distrust: 'UUID verification failed',
  read: readBitbucket,
};

const bitbucketServer: Sender = {
  sends: ({ headers }) => headers['x-event-key'] !== undefined,
  trusts: ({ headers, body }, { bitbucketServer: secret = '' }) =>
    secret === '' ||
    headers['x-event-key'] === 'diagnostics:ping' ||
    same(headers['x-hub-signature'] ?? '', `sha256=${hmac('sha256', secret, body)}`),
  distrust: 'HMAC verification failed',
  read: readBitbucketServer,
};

const harbor: Sender = {
  // Harbor has no header of its own: whoever knows the secret is Harbor.
  sends: ({ headers }, { harbor: secret = '' }) => secret !== '' && same(headers['authorization'] ?? '', secret),
  trusts: () => true,
  distrust: '',
  read: readHarbor,
};

const ghcr: Sender = {
  sends: ({ headers }) => headers['x-github-event'] === 'package',
  trusts: ({ headers, body }, { github: secret = '' }) =>
    secret === '' || same(headers['x-hub-signature-256'] ?? '', `sha256=${hmac('sha256', secret, body)}`),
  distrust: 'HMAC verification failed',
  read: readPackage,
};

const dockerHub: Sender = {
  sends: ({ query }, { dockerHub: secret = '' }) => secret !== '' && query.get('type') === 'dockerhub',
  trusts: ({ headers, query }, { dockerHub: secret = '' }) =>
    same(headers['authorization'] ?? query.get('secret') ?? '', secret),
  distrust: 'secret verification failed',
  read: readDockerHub,
};

const senders: readonly Sender[] = [azure, gogs, github, gitlab, bitbucket, bitbucketServer, harbor, ghcr, dockerHub];

function hmac(algorithm: 'sha1' | 'sha256', secret: string, body: Uint8Array): string {
  return createHmac(algorithm, secret).update(body).digest('hex');
}

/** Compares without telling by its duration how much fits. */
function same(given: string, wanted: string): boolean {
  const [left, right] = [Buffer.from(given), Buffer.from(wanted)];
  return left.length === right.length && timingSafeEqual(left, right);
}

function signedByGithub(headers: WebhookRequest['headers'], secret: string, body: Uint8Array): boolean {
  const strong = headers['x-hub-signature-256'];
  if (strong !== undefined) return same(strong, `sha256=${hmac('sha256', secret, body)}`);
  return same(headers['x-hub-signature'] ?? '', `sha1=${hmac('sha1', secret, body)}`);
}

/** "refs/heads/feature/x" → "feature/x". */
export function shortRevision(ref: string): string {
  const parts = ref.split('/');
  return parts.length >= 3 ? parts.slice(2).join('/') : (parts.at(-1) ?? '');
}

function pushOf(payload: JsonRecord, repositories: readonly string[], defaultBranch: string): WebhookEvent {
  const revision = shortRevision(text(payload, 'ref'));
  const commits = Array.isArray(payload['commits']) ? records(payload['commits'], 'commits') : undefined;
  return {
    kind: 'push',
    repositories,
    revision,
    before: text(payload, 'before'),
    after: text(payload, 'after'),
    touchedHead: defaultBranch === revision,
    changedFiles: commits?.flatMap((commit) =>
      ['added', 'modified', 'removed'].flatMap((name) => {
        const files = commit[name];
        return Array.isArray(files) ? files.filter((file): file is string => typeof file === 'string') : [];
      }),
    ),
  };
}

function readGithub(payload: JsonRecord, { headers }: WebhookRequest): WebhookEvent | undefined {
  const event = headers['x-github-event'];
  if (event === 'push')
    return pushOf(payload, [text(payload, 'repository.html_url')], text(payload, 'repository.default_branch'));
  if (event !== 'pull_request') return undefined;
  const action = text(payload, 'action');
  if (!['opened', 'closed', 'synchronize', 'labeled', 'reopened', 'unlabeled'].includes(action)) return undefined;
  return {
    kind: 'pull-request',
    forge: 'github',
    action,
    owner: text(payload, 'repository.owner.login'),
    repository: text(payload, 'repository.name'),
    project: '',
    projectPath: '',
    host: hostOf(text(payload, 'repository.url')),
  };
}

function readGitlab(payload: JsonRecord, { headers }: WebhookRequest): WebhookEvent | undefined {
  const event = headers['x-gitlab-event'];
  const kind = text(payload, 'object_kind') || text(payload, 'event_name');
  const known = ['Push Hook', 'Tag Push Hook', 'Merge Request Hook', 'System Hook'];
  if (event === undefined || !known.includes(event)) return undefined;
  if (kind === 'push' || kind === 'tag_push') {
    return pushOf(payload, [text(payload, 'project.web_url')], text(payload, 'project.default_branch'));
  }
  const action = text(payload, 'object_attributes.action');
  if (kind !== 'merge_request' || !['open', 'close', 'reopen', 'update', 'merge'].includes(action)) return undefined;
  return {
    kind: 'pull-request',
    forge: 'gitlab',
    action,
    owner: '',
    repository: '',
    project: String(identity(payload, 'object_attributes.target_project_id')),
    projectPath: text(payload, 'project.path_with_namespace'),
    host: hostOf(text(payload, 'project.web_url')),
  };
}

/** One event for each reference; one that says nothing of references where there is none. */
function eachOf(changes: unknown, what: string): readonly (JsonRecord | undefined)[] {
  const found = records(changes ?? [], what);
  return found.length === 0 ? [undefined] : found;
}

function readAzure(payload: JsonRecord): WebhookEvent | readonly WebhookEvent[] | undefined {
  const type = text(payload, 'eventType');
  if (type === 'git.push') {
    return eachOf(at(payload, 'resource.refUpdates'), 'refUpdates').map((update) => ({
      kind: 'push',
      repositories: [text(payload, 'resource.repository.remoteUrl')],
      revision: shortRevision(text(update, 'name')),
      before: text(update, 'oldObjectId'),
      after: text(update, 'newObjectId'),
      touchedHead: text(update, 'name') === text(payload, 'resource.repository.defaultBranch'),
      changedFiles: undefined,
    }));
  }
  if (!['git.pullrequest.created', 'git.pullrequest.merged', 'git.pullrequest.updated'].includes(type))
    return undefined;
  return {
    kind: 'pull-request',
    forge: 'azuredevops',
    action: type,
    owner: '',
    repository: text(payload, 'resource.repository.name'),
    project: text(payload, 'resource.repository.project.name'),
    projectPath: '',
    host: '',
  };
}

function readBitbucket(payload: JsonRecord, { headers }: WebhookRequest): readonly WebhookEvent[] | undefined {
  if (headers['x-event-key'] !== 'repo:push') return undefined;
  return eachOf(at(payload, 'push.changes'), 'changes').map((change) => ({
    kind: 'push',
    repositories: [text(payload, 'repository.links.html.href')],
    revision: text(change, 'new.name') || text(change, 'old.name'),
    before: text(change, 'old.target.hash'),
    after: text(change, 'new.target.hash'),
    touchedHead: true,
    changedFiles: undefined,
  }));
}

function readBitbucketServer(payload: JsonRecord, { headers }: WebhookRequest): readonly WebhookEvent[] | undefined {
  if (headers['x-event-key'] !== 'repo:refs_changed') return undefined;
  const links = records(at(payload, 'repository.links.clone') ?? [], 'links');
  return eachOf(payload['changes'], 'changes').map((change) => ({
    kind: 'push',
    repositories: links.filter(({ name }) => name === 'http' || name === 'ssh').map((link) => text(link, 'href')),
    revision: shortRevision(text(change, 'ref.id')),
    before: text(change, 'fromHash'),
    after: text(change, 'toHash'),
    touchedHead: true,
    changedFiles: undefined,
  }));
}

function readHarbor(payload: JsonRecord): WebhookEvent | undefined {
  if (text(payload, 'type') !== 'PUSH_ARTIFACT') return undefined;
  const resources = records(at(payload, 'event_data.resources') ?? [], 'resources');
  const resource = resources.find((one) => text(one, 'tag') !== '' && text(one, 'resource_url') !== '');
  if (!resource) return undefined;
  const address = text(resource, 'resource_url').replace(/^[a-z]+:\/\//, '');
  const named = text(payload, 'event_data.repository.repo_full_name');
  const joined = `${text(payload, 'event_data.repository.namespace')}/${text(payload, 'event_data.repository.name')}`;
  return {
    kind: 'artifact',
    repository: `oci://${address.split('/')[0] ?? ''}/${named || joined}`,
    tag: text(resource, 'tag'),
  };
}

function readPackage(payload: JsonRecord): WebhookEvent | undefined {
  const tag = text(payload, 'package.package_version.container_metadata.tag.name');
  const isImage = text(payload, 'package.package_type').toLowerCase() === 'container';
  if (text(payload, 'action') !== 'published' || !isImage || tag === '') return undefined;
  const repository = `oci://ghcr.io/${text(payload, 'package.owner.login')}/${text(payload, 'package.name')}`;
  return { kind: 'artifact', repository, tag };
}

function readDockerHub(payload: JsonRecord): WebhookEvent | undefined {
  const tag = text(payload, 'push_data.tag');
  const [namespace, name] = [text(payload, 'repository.namespace'), text(payload, 'repository.name')];
  const full = text(payload, 'repository.repo_name') || (namespace === '' ? name : `${namespace}/${name}`);
  if (full === '' || tag === '') return undefined;
  return { kind: 'artifact', repository: `oci://docker.io/${full.includes('/') ? full : `library/${full}`}`, tag };
}

function hostOf(url: string): string {
  return URL.parse(url)?.hostname ?? '';
}

/**
 * Whether an address names the repository a push told of: protocol, user, port, `ssh.` hosts and `.git` do not count.
 * Mirrors GetWebURLRegex, which does not know the addresses that Azure DevOps has over SSH.
 */
export function namesRepository(url: string, told: string): boolean {
  const azure = /^(?:ssh:\/\/)?[^@/]+@ssh\.dev\.azure\.com[:/]v3\/([^/]+)\/([^/]+)\/([^/]+?)\/?$/i.exec(url);
  if (azure) return namesRepository(`https://dev.azure.com/${azure[1]}/${azure[2]}/_git/${azure[3]}`, told);
  const parsed = URL.parse(told);
  if (!parsed || parsed.hostname === '') return false;
  const path = literal(parsed.pathname.replace(/^\//, '').replace(/\.git$/, ''));
  const host = literal(parsed.hostname);
  return new RegExp(
    `^((https?|ssh)://)?([a-zA-Z0-9_.][a-zA-Z0-9_.-]{0,62}(:[^@/]*)?@)?((alt)?ssh\\.)?${host}(:\\d+)?[:/]${path}(\\.git)?/?$`,
    'i',
  ).test(url);
}

function literal(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}
