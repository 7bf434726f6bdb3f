// HTTP for Helm's commands: what flags, repositories.yaml and the environment say, as values for the HTTP client.

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { HttpClient, type RemoteAccess, type TlsAccess } from '@evenkeel/oci';
import type { Io } from './io.ts';

/** How one host is reached. File names are relative to the working directory; '' means none. */
export interface Access {
  readonly username: string;
  readonly password: string;
  readonly passCredentials: boolean;
  readonly certFile: string;
  readonly keyFile: string;
  readonly caFile: string;
  readonly insecure: boolean;
}

/** Access to what everybody may read. */
export const openAccess: Access = {
  username: '',
  password: '',
  passCredentials: false,
  certFile: '',
  keyFile: '',
  caFile: '',
  insecure: false,
};

/** A client for one command, with the proxies that the environment names. */
export function openHttp(io: Io): HttpClient {
  const variable = (name: string): string => io.environment[name] || io.environment[name.toLowerCase()] || '';
  return new HttpClient({
    userAgent: 'Helm/4.3.0 (evenkeel)',
    signal: io.signal,
    proxy: { http: variable('HTTP_PROXY'), https: variable('HTTPS_PROXY'), none: variable('NO_PROXY') },
  });
}

/** The access with its files read. Throws an Error where one is missing. */
export function remoteAccess(access: Access, io: Io): RemoteAccess {
  const { username, password, passCredentials, certFile, keyFile, caFile, insecure } = access;
  const read = (path: string): string => readFileSync(resolve(io.cwd, path), 'utf8');
  const tls: TlsAccess = {
    ...(certFile !== '' && keyFile !== '' ? { cert: read(certFile), key: read(keyFile) } : {}),
    ...(caFile === '' ? {} : { ca: read(caFile) }),
    ...(insecure ? { insecure } : {}),
  };
  return {
    ...(username !== '' && password !== '' ? { credentials: { username, password } } : {}),
    passCredentials,
    tls,
  };
}
