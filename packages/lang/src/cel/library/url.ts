// url (k8s.io/apiserver v0.35:pkg/cel/library/urls.go), read as Go's net/url reads request URIs (Go 1.26).

import { type Implementation, type Overload, overload } from '../overload.ts';
import { type CelType, structType } from '../types.ts';
import { ArrayList, CelError, EntryMap, OpaqueValue, type Value, noSuchOverload } from '../values.ts';
import { parseAddress } from './address.ts';

export const urlType: CelType = structType('kubernetes.URL');

/** The parts of a URL. */
interface Url {
  readonly text: string;
  readonly scheme: string;
  readonly host: string;
  readonly path: string;
  readonly query: string;
}

class UrlValue extends OpaqueValue {
  override readonly type: CelType = urlType;
  readonly url: Url;
  constructor(url: Url) {
    super();
    this.url = url;
  }
  override equals(other: Value): boolean {
    if (!(other instanceof UrlValue)) throw noSuchOverload();
    return this.url.text === other.url.text;
  }
}

class Refused extends Error {}

/** Reads an absolute URL or an absolute path; a text says why it is none. */
export function parseRequestUri(text: string): Url | string {
  try {
    return read(text);
  } catch (error) {
    if (error instanceof Refused) return `parse ${JSON.stringify(text)}: ${error.message}`;
    throw error;
  }
}

function read(text: string): Url {
  // oxlint-disable-next-line no-control-regex
  if (/[\u0000-\u001f\u007f]/.test(text)) throw new Refused('net/url: invalid control character in URL');
  if (text === '') throw new Refused('empty url');
  if (text === '*') return { text, scheme: '', host: '', path: '*', query: '' };
  if (text.startsWith(':')) throw new Refused('missing protocol scheme');
  const scheme = /^([a-zA-Z][a-zA-Z0-9+.-]*):/.exec(text)?.[1] ?? '';
  // A fragment is part of no part.
  const [bare = ''] = text.split('#');
  const rest = scheme === '' ? bare : bare.slice(scheme.length + 1);
  const mark = rest.indexOf('?');
  const query = mark < 0 ? '' : rest.slice(mark + 1);
  let path = mark < 0 ? rest : rest.slice(0, mark);
  let host = '';
  if (!path.startsWith('/')) {
    if (scheme === '') throw new Refused('invalid URI for request');
    return { text, scheme: scheme.toLowerCase(), host, path: '', query };
  }
  if (scheme !== '' && path.startsWith('//')) {
    const end = path.indexOf('/', 2);
    const authority = end < 0 ? path.slice(2) : path.slice(2, end);
    path = end < 0 ? '' : path.slice(end);
    host = readAuthority(authority, scheme.toLowerCase());
  }
  unescaped(path);
  return { text, scheme: scheme.toLowerCase(), host, path, query };
}

function unescaped(text: string): string {
  const bad = /%(?![0-9a-fA-F]{2}).{0,2}/u.exec(text);
  if (bad !== null) throw new Refused(`invalid URL escape ${JSON.stringify(bad[0])}`);
  return text;
}

function readAuthority(authority: string, scheme: string): string {
  const at = authority.lastIndexOf('@');
  const host = authority.slice(at + 1);
  checkHost(host, scheme);
  if (at >= 0 && !/^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/.test(authority.slice(0, at)))
    throw new Refused('net/url: invalid userinfo');
  return host;
}

function checkHost(host: string, scheme: string): void {
  const open = host.lastIndexOf('[');
  if (open > 0) throw new Refused('invalid IP-literal');
  let port = '';
  if (open === 0) {
    const close = host.lastIndexOf(']');
    if (close < 0) throw new Refused("missing ']' in host");
    port = host.slice(close + 1);
  } else if (host.includes(':')) {
    const strict = scheme === 'http' || scheme === 'https';
    port = host.slice(strict ? host.indexOf(':') : host.lastIndexOf(':'));
  }
  if (!/^(:\d*)?$/.test(port)) throw new Refused(`invalid port ${JSON.stringify(port)} after host`);
  if (open === 0) {
    const literal = host.slice(1, host.lastIndexOf(']')).replace('%25', '%');
    const address = parseAddress(literal);
    if (typeof address === 'string') throw new Refused(`invalid host: ${address}`);
    if (address.bytes.length === 4) throw new Refused('invalid IP-literal');
    return;
  }
  const bad = /%(?!25)[0-9a-fA-F]{2}|%(?![0-9a-fA-F]{2}).{0,2}/.exec(host);
  if (bad !== null) throw new Refused(`invalid URL escape ${JSON.stringify(bad[0])}`);
  const odd = /[ "<>\\^`{|}]/.exec(host);
  if (odd !== null) throw new Refused(`invalid character ${JSON.stringify(odd[0])} in host name`);
}

function hostParts({ host }: Url): { readonly name: string; readonly port: string } {
  const match = /^(.*?)(?::(\d*))?$/.exec(host.startsWith('[') ? host.slice(host.lastIndexOf(']')) : host);
  const port = match?.[2] ?? '';
  const colon = match?.[2] === undefined ? 0 : port.length + 1;
  const name = host.slice(0, host.length - colon);
  return { name: name.startsWith('[') && name.endsWith(']') ? name.slice(1, -1) : name, port };
}

function queryOf({ query }: Url): EntryMap {
  const values = new Map<string, string[]>();
  for (const part of query.split('&')) {
    if (part === '' || part.includes(';')) continue;
    const equals = part.indexOf('=');
    const [key, value] = [equals < 0 ? part : part.slice(0, equals), equals < 0 ? '' : part.slice(equals + 1)].map(
      decoded,
    );
    if (key === undefined || value === undefined) continue;
    const list = values.get(key);
    if (list === undefined) values.set(key, [value]);
    else list.push(value);
  }
  return new EntryMap([...values].map(([key, list]) => [key, new ArrayList(list)] as const));
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}

const part =
  (read: (url: Url) => Value): Implementation =>
  (value) =>
    read((value as UrlValue).url);

export const urlFunctions: readonly Overload[] = [
  overload('string_to_url', 'url(string) kubernetes.URL', (text) => {
    const url = parseRequestUri(text as string);
    if (typeof url === 'string') throw new CelError(`URL parse error during conversion from string: ${url}`);
    return new UrlValue(url);
  }),
  overload('is_url_string', 'isURL(string) bool', (text) => typeof parseRequestUri(text as string) !== 'string'),
  overload(
    'url_get_scheme',
    'kubernetes.URL .getScheme() string',
    part((url) => url.scheme),
  ),
  overload(
    'url_get_host',
    'kubernetes.URL .getHost() string',
    part((url) => url.host),
  ),
  overload(
    'url_get_hostname',
    'kubernetes.URL .getHostname() string',
    part((url) => hostParts(url).name),
  ),
  overload(
    'url_get_port',
    'kubernetes.URL .getPort() string',
    part((url) => hostParts(url).port),
  ),
  overload(
    'url_get_escaped_path',
    'kubernetes.URL .getEscapedPath() string',
    part((url) => escapedPath(url.path)),
  ),
  overload('url_get_query', 'kubernetes.URL .getQuery() map(string, list(string))', part(queryOf)),
];

// What may not stand in a path is escaped; what is escaped already stays.
function escapedPath(path: string): string {
  return path.replaceAll(/[^A-Za-z0-9\-_.~$&+,/:;=@!'()*[\]%]/gu, (char) => encodeURIComponent(char.toWellFormed()));
}
