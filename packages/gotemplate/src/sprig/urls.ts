// sprig's urlParse and urlJoin, over net/url's rules for parsing and escaping (Go 1.26).

import { dict, str } from '../exec/codecs.ts';
import { GoError, type GoFunction, fn } from '../exec/function.ts';
import { goBytes, goString } from '../value/go-string.ts';
import { quote } from '../value/quote.ts';
import { type GoMap, type Value, typeOf } from '../value/value.ts';

type Mode = 'path' | 'host' | 'user' | 'fragment';

interface ParsedUrl {
  readonly scheme: string;
  readonly opaque: string;
  readonly userinfo: string | undefined;
  readonly host: string;
  readonly path: string;
  readonly query: string;
  readonly fragment: string;
}

const unreserved = /[A-Za-z0-9\-_.~]/;
const unescapedIn: Readonly<Record<Mode, string>> = {
  path: '$&+,/:;=@',
  user: '$&+,;=',
  fragment: '$&+,/:;=?@!()*',
  host: '!$&\'()*+,;=:[]<>"',
};

function escaped(text: string, mode: Mode): string {
  let out = '';
  for (const byte of goBytes(text)) {
    const char = String.fromCharCode(byte);
    const plain = byte < 0x80 && (unreserved.test(char) || unescapedIn[mode].includes(char));
    out += plain ? char : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return out;
}

function unescaped(text: string, mode: Mode): string {
  for (const match of text.matchAll(/%(.{0,2})/gs)) {
    const digits = match[1] ?? '';
    if (!/^[0-9a-fA-F]{2}$/.test(digits)) throw new GoError(`invalid URL escape ${quote(match[0])}`);
    // In a host only non-ASCII bytes may be escaped.
    if (mode === 'host' && Number.parseInt(digits, 16) < 0x80 && digits !== '25') {
      throw new GoError(`invalid URL escape ${quote(match[0])}`);
    }
  }
  if (mode === 'host') {
    for (const char of text) {
      const code = char.codePointAt(0) ?? 0;
      if (code < 0x80 && char !== '%' && !unreserved.test(char) && !unescapedIn.host.includes(char)) {
        throw new GoError(`invalid character ${quote(char)} in host name`);
      }
    }
  }
  if (!text.includes('%')) return text;
  const bytes = [...goBytes(text)];
  const out: number[] = [];
  for (let index = 0; index < bytes.length; index++) {
    const byte = bytes[index] ?? 0;
    if (byte === 37) {
      out.push(Number.parseInt(String.fromCharCode(bytes[index + 1] ?? 48, bytes[index + 2] ?? 48), 16));
      index += 2;
    } else out.push(byte);
  }
  return goString(Uint8Array.from(out));
}

/** url.Parse. Throws GoError with the reason alone. */
function parse(text: string): ParsedUrl {
  const hash = text.indexOf('#');
  const whole = hash < 0 ? text : text.slice(0, hash);
  // eslint-disable-next-line no-control-regex -- control characters are what is refused.
  if (/[\x00-\x1f\x7f]/.test(whole)) throw new GoError('net/url: invalid control character in URL');
  const url = withoutFragment(whole);
  const fragment = hash < 0 ? '' : unescaped(text.slice(hash + 1), 'fragment');
  return { ...url, fragment };
}

function schemeOf(text: string): readonly [string, string] {
  const match = /^([A-Za-z0-9+.-]*):/.exec(text);
  if (match === null) return ['', text];
  const scheme = match[1] ?? '';
  if (scheme === '') throw new GoError('missing protocol scheme');
  if (!/^[A-Za-z]/.test(scheme)) return ['', text];
  return [scheme.toLowerCase(), text.slice(match[0].length)];
}

function withoutFragment(text: string): Omit<ParsedUrl, 'fragment'> {
  const none = { scheme: '', opaque: '', userinfo: undefined, host: '', path: '', query: '' };
  if (text === '*') return { ...none, path: '*' };
  const [scheme, afterScheme] = schemeOf(text);
  const mark = afterScheme.indexOf('?');
  const query = mark < 0 ? '' : afterScheme.slice(mark + 1);
  let rest = mark < 0 ? afterScheme : afterScheme.slice(0, mark);
  if (!rest.startsWith('/')) {
    if (scheme !== '') return { ...none, scheme, opaque: rest, query };
    const [segment = ''] = rest.split('/');
    if (segment.includes(':')) throw new GoError('first path segment in URL cannot contain colon');
  }
  let authority: { readonly userinfo: string | undefined; readonly host: string } = { userinfo: undefined, host: '' };
  if ((scheme !== '' || !rest.startsWith('///')) && rest.startsWith('//')) {
    const slash = rest.indexOf('/', 2);
    const end = slash < 0 ? rest.length : slash;
    authority = parseAuthority(rest.slice(2, end));
    rest = rest.slice(end);
  }
  return { ...none, scheme, query, ...authority, path: unescaped(rest, 'path') };
}

function parseAuthority(text: string): { readonly userinfo: string | undefined; readonly host: string } {
  const at = text.lastIndexOf('@');
  const host = parseHost(text.slice(at + 1));
  if (at < 0) return { userinfo: undefined, host };
  const user = text.slice(0, at);
  if (!/^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/.test(user)) throw new GoError('net/url: invalid userinfo');
  const colon = user.indexOf(':');
  if (colon < 0) return { userinfo: escaped(unescaped(user, 'user'), 'user'), host };
  const name = escaped(unescaped(user.slice(0, colon), 'user'), 'user');
  return { userinfo: `${name}:${escaped(unescaped(user.slice(colon + 1), 'user'), 'user')}`, host };
}

function checkPort(port: string): void {
  if (port !== '' && !/^:[0-9]*$/.test(port)) throw new GoError(`invalid port ${quote(port)} after host`);
}

function parseHost(text: string): string {
  if (text.startsWith('[')) {
    const close = text.lastIndexOf(']');
    if (close < 0) throw new GoError("missing ']' in host");
    checkPort(text.slice(close + 1));
  } else if (text.includes('[')) {
    checkPort(text.includes(':') ? text.slice(text.lastIndexOf(':')) : '');
  } else {
    const colon = text.lastIndexOf(':');
    if (colon >= 0) checkPort(text.slice(colon));
  }
  return unescaped(text, 'host');
}

function hostname(host: string): string {
  if (host.startsWith('[')) {
    const close = host.indexOf(']');
    return close < 0 ? host : host.slice(1, close);
  }
  const colon = host.lastIndexOf(':');
  return colon >= 0 && /^:[0-9]*$/.test(host.slice(colon)) ? host.slice(0, colon) : host;
}

function parsedAsDict(text: string): GoMap {
  let url: ParsedUrl;
  try {
    url = parse(text);
  } catch (error) {
    if (error instanceof GoError) throw new GoError(`unable to parse url: parse ${quote(text)}: ${error.message}`);
    throw error;
  }
  return new Map<Value, Value>([
    ['scheme', url.scheme],
    ['host', url.host],
    ['hostname', hostname(url.host)],
    ['path', url.path],
    ['query', url.query],
    ['opaque', url.opaque],
    ['fragment', url.fragment],
    ['userinfo', url.userinfo ?? ''],
  ]);
}

function textOf(map: GoMap, key: string): string {
  const value = map.get(key);
  if (value === undefined) return '';
  if (typeof value === 'string') return value;
  if (value === null) throw new GoError('runtime error: invalid memory address or nil pointer dereference');
  throw new GoError(`unable to parse ${key} key, must be of type string, but ${typeOf(value)?.kind ?? ''} found`);
}

function userinfoOf(text: string): string | undefined {
  if (text === '') return undefined;
  const url = `proto://${text}@host`;
  try {
    return parse(url).userinfo;
  } catch (error) {
    if (error instanceof GoError) {
      throw new GoError(`unable to parse userinfo in dict: parse ${quote(url)}: ${error.message}`);
    }
    throw error;
  }
}

/** URL.String(). */
function joined(map: GoMap): string {
  const [scheme, host, path, query, opaque, fragment] = [
    textOf(map, 'scheme'),
    textOf(map, 'host'),
    textOf(map, 'path'),
    textOf(map, 'query'),
    textOf(map, 'opaque'),
    textOf(map, 'fragment'),
  ];
  const userinfo = userinfoOf(textOf(map, 'userinfo'));
  let out = scheme === '' ? '' : `${scheme}:`;
  if (opaque !== '') out += opaque;
  else {
    if (scheme !== '' || host !== '' || userinfo !== undefined) {
      if (host !== '' || path !== '' || userinfo !== undefined) out += '//';
      if (userinfo !== undefined) out += `${userinfo}@`;
      out += escaped(host, 'host');
    }
    const shown = path === '*' ? '*' : escaped(path, 'path');
    if (shown !== '' && !shown.startsWith('/') && host !== '') out += '/';
    if (out === '' && (shown.split('/')[0] ?? '').includes(':')) out += './';
    out += shown;
  }
  if (query !== '') out += `?${query}`;
  return fragment === '' ? out : `${out}#${escaped(fragment, 'fragment')}`;
}

export const urlFunctions: readonly (readonly [string, GoFunction])[] = [
  ['urlParse', fn([str], dict, ([text]) => parsedAsDict(text))],
  ['urlJoin', fn([dict], str, ([map]) => joined(map))],
];
