// Addresses of remote roots: `https://host/org/repo//path?ref=v1` and its many spellings
// (api:internal/git/repospec.go, v0.21.1).

/** A remote root taken apart. */
export interface RepoSpec {
  readonly raw: string;
  readonly host: string;
  readonly repoPath: string;
  /** Directory inside the repository; '' for its root. */
  readonly rootPath: string;
  /** Branch, tag or commit; '' for the default branch. */
  readonly ref: string;
  readonly submodules: boolean;
}

/** What to clone. */
export function cloneUrl(spec: RepoSpec): string {
  return spec.host + spec.repoPath;
}

/** Reads an address; undefined for what is no remote root. */
export function parseRepoSpec(text: string): RepoSpec | undefined {
  if (text.startsWith('/')) return undefined;
  const question = text.indexOf('?');
  const address = question < 0 ? text : text.slice(0, question);
  const host = splitHost(address);
  if (host === undefined) return undefined;
  const path = splitRepoPath(host.rest, host.host.startsWith('file://'));
  if (path === undefined) return undefined;
  return { raw: text, host: host.host, ...path, ...parseQuery(question < 0 ? '' : text.slice(question + 1)) };
}

function parseQuery(query: string): { readonly ref: string; readonly submodules: boolean } {
  const values = new Map<string, string>();
  for (const pair of query.split('&')) {
    const [key = '', value = ''] = pair.split('=', 2);
    try {
      const name = decodeURIComponent(key);
      if (!values.has(name)) values.set(name, decodeURIComponent(value.replaceAll('+', ' ')));
    } catch {
      return { ref: '', submodules: true };
    }
  }
  const submodules = values.get('submodules') ?? '';
  return {
    ref: values.get('ref') || values.get('version') || '',
    submodules: !['0', 'f', 'F', 'false', 'FALSE', 'False'].includes(submodules),
  };
}

const SCHEMES = ['ssh://', 'https://', 'http://', 'file://'];

function splitHost(address: string): { readonly host: string; readonly rest: string } | undefined {
  let text = /^git::/i.test(address) ? address.slice('git::'.length) : address;
  const scheme = SCHEMES.find((each) => text.slice(0, each.length).toLowerCase() === each) ?? '';
  text = text.slice(scheme.length);
  const user = /^([a-zA-Z][a-zA-Z0-9-]*)@/.exec(text)?.[0] ?? '';
  text = text.slice(user.length);
  const github = /^github\.com[/:]/i.test(text);
  const scpStyle = scheme === '' && (user !== '' || github);
  if (scheme === '' && !scpStyle) return undefined;
  if (scheme === 'file://') return { host: scheme, rest: user + text };
  const separator = findSeparator(text, scpStyle);
  const host = separator < 0 ? text : text.slice(0, separator + 1);
  const rest = separator < 0 ? '' : text.slice(separator + 1);
  if (github) {
    const overSsh = scheme === 'ssh://' || user !== '';
    return { host: overSsh ? `${user}github.com:` : 'https://github.com/', rest };
  }
  return host === '' ? undefined : { host: scheme + user + host, rest };
}

function findSeparator(text: string, scpStyle: boolean): number {
  const slash = text.indexOf('/');
  if (!scpStyle) return slash;
  const colon = text.indexOf(':');
  return slash < 0 || (colon > 0 && colon < slash) ? colon : slash;
}

function splitRepoPath(
  text: string,
  isFile: boolean,
): { readonly repoPath: string; readonly rootPath: string } | undefined {
  const [repoPath, path] = splitAtMarker(text) ?? splitByLength(text, isFile) ?? ['', ''];
  if (repoPath === '') return undefined;
  const rootPath = path.replace(/^\//, '');
  let depth = 0;
  for (const part of rootPath.split('/')) {
    if (part === '..') depth -= 1;
    else if (part !== '' && part !== '.') depth += 1;
    if (depth < 0) return undefined;
  }
  return { repoPath, rootPath };
}

function splitAtMarker(text: string): readonly [string, string] | undefined {
  const azure = text.indexOf('_git/');
  if (azure >= 0) {
    const [repo = '', ...path] = text.slice(azure + '_git/'.length).split('/');
    return [text.slice(0, azure + '_git/'.length) + repo, path.join('/')];
  }
  const double = text.indexOf('//');
  if (double >= 0) return [text.slice(0, double), text.slice(double + 2)];
  const suffix = text.indexOf('.git');
  if (suffix >= 0) return [text.slice(0, suffix + '.git'.length), text.slice(suffix + '.git'.length)];
  return undefined;
}

const ORGANISATION_AND_REPO = 2;

function splitByLength(text: string, isFile: boolean): readonly [string, string] | undefined {
  if (isFile) return [text, ''];
  const parts = text.split('/');
  if (parts.length < ORGANISATION_AND_REPO) return undefined;
  return [parts.slice(0, ORGANISATION_AND_REPO).join('/'), parts.slice(ORGANISATION_AND_REPO).join('/')];
}
