// Logins whose credentials are exchanged for tokens: GitHub Apps, Google service accounts, Microsoft Entra.
// Mirrors argoproj/argo-cd:util/git/creds.go (3.6).

import { createHash, createSign } from 'node:crypto';
import { GitError } from '../errors.ts';
import { ForgeError } from '../forges/errors.ts';
import type { ForgeAuth } from '../forges/forge.ts';
import { type GithubApp, githubBase, installationToken } from '../forges/github-app.ts';
import type { ForgeAccess } from '../forges/http.ts';
import { at, pathSegments, text } from '../forges/json.ts';
import { repositoryKey } from '../url.ts';
import { type FetchedLogin, type GitLogin, createLogin } from './login.ts';

/** How the exchange is reached: authorities, client certificate, proxy. */
export interface ExchangeOptions {
  readonly access: ForgeAccess;
  readonly reach?: Omit<ForgeAuth, 'token' | 'basic' | 'app'>;
}

/** Logs in as an App's installation: the named one, or the one of the repository's owner. */
export function githubAppLogin(app: GithubApp, url: string, { access, reach = {} }: ExchangeOptions): GitLogin {
  const [owner = ''] = repositoryKey(url)
    .replace(/^[a-z]+:\/\/[^/]*\//, '')
    .split('/');
  // Repositories of one owner share an installation, and so a token.
  const whose = app.installationId === '' ? owner.toLowerCase() : '';
  let { installationId } = app;
  return login({
    what: `the GitHub App ${app.id}`,
    hint: "check githubAppID, githubAppInstallationID, githubAppPrivateKey and that the repository's owner has installed the App",
    secrets: ['github-app', app.id, app.installationId, app.privateKey, app.baseUrl, whose, reach],
    access,
    async fetch() {
      const base = githubBase(app.baseUrl);
      const known = { ...app, installationId };
      // An installation that is gone may have been made anew, under another number.
      installationId = app.installationId;
      const made = await installationToken({ access, auth: reach, app: known, base, owner });
      ({ installationId } = made);
      const { token, expiresAtMs } = made;
      return { credentials: { username: 'x-access-token', password: token }, expiresAtMs };
    },
  });
}

const GOOGLE_SCOPE = 'https://www.googleapis.com/auth/cloud-platform';
const GOOGLE_TOKEN_URL = 'https://oauth2.googleapis.com/token';

/**
 * Logs in with the JSON key file of a Google service account.
 * @throws GitError `invalid-argument` where the text is no such key.
 */
export function googleLogin(keyFile: string, { access, reach = {} }: ExchangeOptions): GitLogin {
  const key = readGoogleKey(keyFile);
  return login({
    what: `the service account ${key.email}`,
    hint: 'check gcpServiceAccountKey and that the key has not been deleted',
    secrets: ['google', keyFile, reach],
    access,
    async fetch() {
      const body = new URLSearchParams({
        grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
        assertion: googleAssertion(key, access.now),
      });
      const answer = await access.send({ method: 'POST', url: key.tokenUrl, body }, reach);
      const { token, expiresAtMs } = readToken(answer.body, access.now);
      return { credentials: { username: key.email, password: token }, expiresAtMs };
    },
  });
}

interface GoogleKey {
  readonly email: string;
  readonly privateKey: string;
  readonly keyId: string;
  readonly tokenUrl: string;
}

function readGoogleKey(keyFile: string): GoogleKey {
  let parsed: unknown;
  try {
    parsed = JSON.parse(keyFile);
  } catch {
    throw new GitError('invalid-argument', 'gcpServiceAccountKey is no JSON');
  }
  const [type, email, privateKey] = ['type', 'client_email', 'private_key'].map((name) => at(parsed, name));
  if (type !== 'service_account' || typeof email !== 'string' || typeof privateKey !== 'string') {
    throw new GitError(
      'invalid-argument',
      'gcpServiceAccountKey is no key of a service account (type, client_email, private_key)',
    );
  }
  const tokenUrl = at(parsed, 'token_uri');
  return {
    email,
    privateKey,
    keyId: text(parsed, 'private_key_id'),
    tokenUrl: typeof tokenUrl === 'string' && tokenUrl !== '' ? tokenUrl : GOOGLE_TOKEN_URL,
  };
}

function googleAssertion({ email, privateKey, keyId, tokenUrl }: GoogleKey, now: number): string {
  const seconds = Math.floor(now / 1000);
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = { iss: email, scope: GOOGLE_SCOPE, aud: tokenUrl, iat: seconds, exp: seconds + 3600 };
  const unsigned = `${encode({ alg: 'RS256', typ: 'JWT', kid: keyId })}.${encode(claims)}`;
  try {
    return `${unsigned}.${createSign('RSA-SHA256').update(unsigned).sign(privateKey, 'base64url')}`;
  } catch (error) {
    throw new ForgeError('invalid-argument', 'the private key of the service account cannot be used', { cause: error });
  }
}

/** An application of Microsoft Entra: with a secret of its own, or with a token that the platform vouches by. */
export interface EntraIdentity {
  readonly tenantId: string;
  readonly clientId: string;
  readonly secret: { readonly clientSecret: string } | { readonly assertion: () => Promise<string> };
  /** '' for https://login.microsoftonline.com */
  readonly authority: string;
  /** What the token is for; Azure DevOps where not said. */
  readonly scope?: string;
}

/** Azure DevOps as a resource. */
const AZURE_DEVOPS_SCOPE = '499b84ac-1321-427f-aa17-267ca6975798/.default';

/** Logs in to Azure DevOps, or to what the scope names. */
export function entraLogin(identity: EntraIdentity, { access, reach = {} }: ExchangeOptions): GitLogin {
  const { tenantId, clientId, secret, authority, scope = AZURE_DEVOPS_SCOPE } = identity;
  const base = (authority || 'https://login.microsoftonline.com').replace(/\/+$/, '');
  return login({
    what: `the application ${clientId} of Microsoft Entra`,
    hint: 'check tenant, client and secret, and that the secret has not expired',
    secrets: [
      'entra',
      tenantId,
      clientId,
      'clientSecret' in secret ? secret.clientSecret : 'workload',
      base,
      scope,
      reach,
    ],
    access,
    async fetch() {
      const proof =
        'clientSecret' in secret
          ? { client_secret: secret.clientSecret }
          : {
              client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
              client_assertion: await secret.assertion(),
            };
      const form = { grant_type: 'client_credentials', client_id: clientId, scope, ...proof };
      const url = `${base}/${pathSegments(tenantId)}/oauth2/v2.0/token`;
      const answer = await access.send({ method: 'POST', url, body: new URLSearchParams(form) }, reach);
      const { token, expiresAtMs } = readToken(answer.body, access.now);
      return { credentials: { bearer: token }, expiresAtMs };
    },
  });
}

function readToken(body: unknown, now: number): { readonly token: string; readonly expiresAtMs: number } {
  const seconds = Number(at(body, 'expires_in'));
  const token = text(body, 'access_token');
  if (token === '') throw new ForgeError('malformed', 'the answer holds no token');
  return {
    token,
    expiresAtMs: now + (Number.isFinite(seconds) ? seconds : 3600) * 1000,
  };
}

interface LoginInput {
  /** Who logs in, for sentences. */
  readonly what: string;
  readonly hint: string;
  /** Everything that decides whose login this is; only its digest is kept. */
  readonly secrets: readonly unknown[];
  readonly access: ForgeAccess;
  readonly fetch: () => Promise<FetchedLogin>;
}

function login({ what, hint, secrets, access, fetch }: LoginInput): GitLogin {
  return createLogin({
    identity: createHash('sha256').update(JSON.stringify(secrets)).digest('hex'),
    now: () => access.now,
    fetch: () =>
      fetch().catch((error: unknown) => {
        if (!(error instanceof ForgeError)) throw error;
        const code = error.code === 'unreachable' ? 'network' : 'authentication';
        const remedy = code === 'network' ? '' : `; ${hint}`;
        throw new GitError(code, `${what} got no token: ${error.message}${remedy}`);
      }),
  });
}
