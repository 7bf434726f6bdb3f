// A GitHub App proves who it is with a signed token, and gets for it a token of one installation, good for an hour.

import { createSign } from 'node:crypto';
import { ForgeError, orMissing } from './errors.ts';
import type { ForgeAuth } from './forge.ts';
import type { ForgeAccess } from './http.ts';
import { at, identity, segments } from './json.ts';

export type GithubApp = NonNullable<ForgeAuth['app']>;

/** A token of an installation, and when it ends in milliseconds since the epoch. */
export interface InstallationToken {
  readonly token: string;
  readonly expiresAtMs: number;
  readonly installationId: string;
}

/** GitHub's tokens live an hour; what an answer does not say is taken to be that. */
const HOUR_MS = 3_600_000;

/** Trades the App's key for a token of its installation. Rejects with ForgeError. */
export async function installationToken(request: {
  readonly access: ForgeAccess;
  readonly auth: ForgeAuth;
  readonly app: GithubApp;
  /** From `githubBase`. */
  readonly base: string;
  /** Whose installation it is if the App does not name it. */
  readonly owner: string;
}): Promise<InstallationToken> {
  const { access, auth, app, base } = request;
  const headers = {
    accept: 'application/vnd.github+json',
    authorization: `Bearer ${appToken(app, access.now)}`,
  };
  const lookUp = async (kind: 'orgs' | 'users'): Promise<string> => {
    const url = `${base}${kind}/${segments(request.owner)}/installation`;
    return String(identity((await access.send({ url, headers }, auth)).body, 'id'));
  };
  // An address does not say whether its owner is an organisation or a person.
  const id = app.installationId || (await orMissing(lookUp('orgs'))) || (await lookUp('users'));
  const url = `${base}app/installations/${segments(id)}/access_tokens`;
  const { body } = await access.send({ method: 'POST', url, headers, body: {} }, auth);
  const token = at(body, 'token');
  if (typeof token !== 'string') throw new ForgeError('malformed', 'the forge gave no token for the App');
  const ends = Date.parse(String(at(body, 'expires_at')));
  return { token, expiresAtMs: Number.isNaN(ends) ? access.now + HOUR_MS : ends, installationId: id };
}

/** The API's address: go-github adds api/v3 to an enterprise host that does not say it is one. */
export function githubBase(api: string): string {
  if (api === '') return 'https://api.github.com/';
  const url = URL.parse(api.endsWith('/') ? api : `${api}/`);
  if (!url) throw new ForgeError('invalid-argument', `"${api}" is no address of a forge`);
  const isApi = url.pathname.endsWith('/api/v3/') || url.hostname.startsWith('api.') || url.hostname.includes('.api.');
  return isApi ? url.href : `${url.href}api/v3/`;
}

/** A JWT of a GitHub App, good for nine minutes from a minute ago, since clocks differ. */
function appToken({ id, privateKey }: GithubApp, now: number): string {
  const seconds = Math.floor(now / 1000);
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const unsigned = `${encode({ alg: 'RS256', typ: 'JWT' })}.${encode({ iat: seconds - 60, exp: seconds + 540, iss: id })}`;
  try {
    return `${unsigned}.${createSign('RSA-SHA256').update(unsigned).sign(privateKey, 'base64url')}`;
  } catch (error) {
    throw new ForgeError('invalid-argument', 'the private key of the GitHub App cannot be used', { cause: error });
  }
}
