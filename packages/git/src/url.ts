// Repository URLs: what is accepted, how two spellings of one repository are recognised, and how a URL is shown.

import { GitError, maskSecrets } from './errors.ts';

const PROTOCOLS: ReadonlySet<string> = new Set(['http:', 'https:', 'ssh:', 'git:', 'file:', 'git+ssh:']);
const defaultPorts: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443', 'ssh:': '22', 'git:': '9418' };

/** A repository URL taken apart. `protocol` keeps its colon; scp form (`git@host:path`) is read as ssh. */
export interface RepositoryUrl {
  readonly protocol: string;
  readonly user: string;
  readonly password: string;
  readonly host: string;
  readonly port: string;
  readonly path: string;
}

/**
 * Reads a repository URL or an absolute local path.
 * @throws GitError `invalid-argument` for option-like text, unknown transports (`ext::` above all) and relative paths.
 */
export function parseRepositoryUrl(text: string): RepositoryUrl {
  const known = knownUrls.get(text);
  if (known) return known;
  const url = readUrl(text);
  if (knownUrls.size >= KNOWN_MAX) knownUrls.clear();
  knownUrls.set(text, url);
  return url;
}

/** Every reconciliation asks about the same few URLs. */
const knownUrls = new Map<string, RepositoryUrl>();
const knownKeys = new Map<string, string>();
const KNOWN_MAX = 1000;

function readUrl(text: string): RepositoryUrl {
  const trimmed = text.trim();
  // eslint-disable-next-line no-control-regex -- control characters are exactly what is refused.
  if (trimmed === '' || trimmed.startsWith('-') || /[\u0000-\u001f]/.test(trimmed)) throw invalid(text);
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(trimmed)) return parseUrl(trimmed);
  if (trimmed.startsWith('/') || /^[A-Za-z]:[\\/]/.test(trimmed)) {
    return { protocol: 'file:', user: '', password: '', host: '', port: '', path: trimmed };
  }
  const scp = /^(?:([^@/:\s]+)@)?(\[[^\]]+\]|[^:/@\s]+):(?!:)(.+)$/.exec(trimmed);
  const host = scp?.[2] ?? '';
  if (!scp || host.startsWith('-')) throw invalid(text);
  return { protocol: 'ssh:', user: scp[1] ?? '', password: '', host: host.toLowerCase(), port: '', path: scp[3] ?? '' };
}

/**
 * One spelling for all spellings of a repository: host in lower case, no credentials, no default port, no trailing
 * slash or `.git`, scp form and ssh:// alike. Two URLs with equal keys name one repository; https and ssh stay apart.
 */
export function repositoryKey(text: string): string {
  const known = knownKeys.get(text);
  if (known !== undefined) return known;
  const key = keyOf(text);
  if (knownKeys.size >= KNOWN_MAX) knownKeys.clear();
  knownKeys.set(text, key);
  return key;
}

function keyOf(text: string): string {
  const url = parseRepositoryUrl(text);
  const path = url.path
    .replace(/^\/+/, '')
    .replace(/\/+/g, '/')
    .replace(/\/$/, '')
    .replace(/\.git$/i, '');
  if (url.protocol === 'file:') return `file:///${path}`;
  const protocol = url.protocol === 'git+ssh:' ? 'ssh:' : url.protocol;
  const port = url.port === '' || url.port === defaultPorts[protocol] ? '' : `:${url.port}`;
  return `${protocol}//${url.host}${port}/${path}`;
}

/** Like `repositoryKey`, but without the transport: `github.com/org/repo`. It matches a remote however it is spelt. */
export function repositoryIdentity(text: string): string {
  return repositoryKey(text).replace(/^[a-z]+:\/\/\/?/, '');
}

/** The URL as it may be shown: without user and password. */
export function displayUrl(text: string): string {
  return maskSecrets(text).replace('***@', '');
}

function parseUrl(text: string): RepositoryUrl {
  const parsed = URL.parse(text);
  if (!parsed || !PROTOCOLS.has(parsed.protocol)) throw invalid(text);
  if (parsed.protocol !== 'file:' && (parsed.hostname === '' || parsed.hostname.startsWith('-'))) throw invalid(text);
  return {
    protocol: parsed.protocol,
    user: decode(parsed.username),
    password: decode(parsed.password),
    host: parsed.hostname.toLowerCase(),
    port: parsed.port,
    path: decode(parsed.pathname),
  };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function invalid(text: string): GitError {
  return new GitError('invalid-argument', `"${maskSecrets(text)}" is not a repository URL that is accepted here`);
}
