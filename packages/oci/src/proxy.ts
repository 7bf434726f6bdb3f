// Which proxy a URL is reached through, by the rules of Go, which every tool in this neighbourhood follows. Mirrors
// golang.org/x/net/http/httpproxy.

import { BlockList, isIP } from 'node:net';
import type { ProxySettings } from './access.ts';
import { RemoteError, withoutSecrets } from './remote-error.ts';

/**
 * The proxy for a URL, or undefined for a direct connection. This machine itself is never reached through one. Throws
 * RemoteError for a proxy that is no URL or has a scheme that is not supported.
 */
export function proxyFor(url: string, settings: ProxySettings): string | undefined {
  const target = new URL(url);
  const named = (target.protocol === 'https:' ? settings.https : settings.http) ?? '';
  if (named === '' || isDirect(target, settings.none ?? '')) return undefined;
  const full = /^[a-z][a-z0-9+.-]*:\/\//i.test(named) ? named : `http://${named}`;
  const scheme = URL.canParse(full) ? new URL(full).protocol : '';
  if (scheme === '') throw new RemoteError('unsupported', `invalid proxy address ${JSON.stringify(shown(full))}`);
  if (scheme !== 'http:' && scheme !== 'https:') {
    throw new RemoteError('unsupported', `proxy scheme ${JSON.stringify(scheme.slice(0, -1))} is not supported`);
  }
  return full;
}

function shown(url: string): string {
  return withoutSecrets(url);
}

function isDirect(target: URL, none: string): boolean {
  const host = target.hostname.replace(/^\[|\]$/g, '').toLowerCase();
  if (host === 'localhost' || isLoopback(host)) return true;
  const port = target.port === '' ? (target.protocol === 'https:' ? '443' : '80') : target.port;
  return none
    .split(',')
    .map((entry) => entry.trim().toLowerCase())
    .some((entry) => entry !== '' && matches(entry, host, port));
}

function isLoopback(host: string): boolean {
  return (isIP(host) === 4 && host.startsWith('127.')) || host === '::1';
}

function matches(entry: string, host: string, port: string): boolean {
  if (entry === '*') return true;
  if (entry.includes('/')) return inNetwork(entry, host);
  const { name, port: wantedPort } = splitPort(entry);
  if (wantedPort !== '' && wantedPort !== port) return false;
  if (isIP(name) !== 0) return name === host;
  // "example.com" means the host and everything below it; ".example.com" and "*.example.com" only what is below.
  const domain = name.replace(/^\*\./, '.');
  return domain.startsWith('.') ? host.endsWith(domain) : host === domain || host.endsWith(`.${domain}`);
}

function inNetwork(network: string, host: string): boolean {
  const [address = '', prefix = ''] = network.split('/');
  const family = isIP(address);
  if (family === 0 || family !== isIP(host) || !/^\d{1,3}$/.test(prefix)) return false;
  if (Number(prefix) > (family === 4 ? 32 : 128)) return false;
  const type = family === 4 ? 'ipv4' : 'ipv6';
  const list = new BlockList();
  list.addSubnet(address, Number(prefix), type);
  return list.check(host, type);
}

function splitPort(entry: string): { readonly name: string; readonly port: string } {
  const bracketed = /^\[([^\]]+)\](?::(\d+))?$/.exec(entry);
  if (bracketed !== null) return { name: bracketed[1] ?? '', port: bracketed[2] ?? '' };
  if (isIP(entry) !== 0) return { name: entry, port: '' };
  const parts = /^(.*):(\d+)$/.exec(entry);
  return parts === null ? { name: entry, port: '' } : { name: parts[1] ?? '', port: parts[2] ?? '' };
}
