// The credential of a user at this moment: static ones as they stand, token files and plugins read again when due.

import { readFile } from 'node:fs/promises';
import type { Clock } from '@evenkeel/std';
import type { ClusterConfig } from './cluster-config.ts';
import { KubeUnreachable } from './errors.ts';
import { type Environment, type ExecCredential, runExecPlugin } from './exec-credential.ts';

/** Token files are read again after this long (client-go:transport/token_source.go). */
const TOKEN_FILE_PERIOD_MS = 60_000;

/** A plugin's credential is renewed this long before it expires, so that no request carries one that expires on the way. */
const EXPIRY_MARGIN_MS = 10_000;

/** What goes into a request and into its connection. */
export interface Credential {
  readonly headers: Readonly<Record<string, string>>;
  readonly clientCertificate?: string;
  readonly clientKey?: string;
}

/** Hands out the credential; `renewable` ones can be asked for anew after the server refused one with 401. */
export interface CredentialSource {
  readonly renewable: boolean;
  current(): Promise<Credential>;
  renew(): void;
}

/** A source for the user of `config`. `current` rejects with KubeUnreachable where a file or plugin fails. */
export function createCredentialSource(
  config: ClusterConfig,
  environment: Environment,
  clock: Clock,
): CredentialSource {
  const { user } = config;
  const certificate = certificateOf(user);
  const impersonation = impersonationOf(config);
  const fixed = (authorization: string | undefined): Credential => ({
    headers: { ...(authorization === undefined ? {} : { authorization }), ...impersonation },
    ...certificate,
  });
  if (user.tokenFile !== undefined) {
    const token = cached(clock, () => readToken(user.tokenFile ?? '', user.token, clock));
    return { renewable: true, current: async () => fixed(`Bearer ${(await token.get()).value}`), renew: token.forget };
  }
  if (user.token !== undefined) return constant(fixed(`Bearer ${user.token}`));
  if (user.username !== undefined) {
    return constant(fixed(`Basic ${Buffer.from(`${user.username}:${user.password ?? ''}`).toString('base64')}`));
  }
  const { exec } = user;
  if (!exec) return constant(fixed(undefined));
  const granted = cached(clock, async () => {
    const value = await runExecPlugin(exec, config, environment);
    const goodUntilMs = value.expiresAtMs === undefined ? Infinity : value.expiresAtMs - EXPIRY_MARGIN_MS;
    return { value, goodUntilMs };
  });
  return {
    renewable: true,
    renew: granted.forget,
    current: async () => {
      const { value } = await granted.get();
      return { ...fixed(value.token === undefined ? undefined : `Bearer ${value.token}`), ...certificateOf(value) };
    },
  };
}

interface Timed<T> {
  readonly value: T;
  readonly goodUntilMs: number;
}

/** One value, obtained once for all who ask at the same time, kept while it is good. Failures are not kept. */
function cached<T>(
  clock: Clock,
  obtain: () => Promise<Timed<T>>,
): { get: () => Promise<Timed<T>>; forget: () => void } {
  let held: Timed<T> | undefined;
  let pending: Promise<Timed<T>> | undefined;
  return {
    get() {
      if (held && clock.now() < held.goodUntilMs) return Promise.resolve(held);
      pending ??= obtain()
        .then((value) => {
          held = value;
          return value;
        })
        .finally(() => {
          pending = undefined;
        });
      return pending;
    },
    forget() {
      held = undefined;
    },
  };
}

async function readToken(path: string, fallback: string | undefined, clock: Clock): Promise<Timed<string>> {
  const goodUntilMs = clock.now() + TOKEN_FILE_PERIOD_MS;
  try {
    const value = (await readFile(path, 'utf8')).trim();
    if (value !== '') return { value, goodUntilMs };
    throw new Error('the file is empty');
  } catch (error) {
    if (fallback !== undefined) return { value: fallback, goodUntilMs };
    const why = error instanceof Error ? error.message : String(error);
    throw new KubeUnreachable(`reading the bearer token from ${path}: ${why}`, { reason: 'credentials', cause: error });
  }
}

function constant(credential: Credential): CredentialSource {
  return { renewable: false, current: () => Promise.resolve(credential), renew: () => undefined };
}

function certificateOf(
  from: ClusterConfig['user'] | ExecCredential,
): Pick<Credential, 'clientCertificate' | 'clientKey'> {
  const { clientCertificate, clientKey } = from;
  return clientCertificate === undefined || clientKey === undefined ? {} : { clientCertificate, clientKey };
}

function impersonationOf({ user }: ClusterConfig): Readonly<Record<string, string>> {
  const { impersonate } = user;
  if (impersonate?.user === undefined) return {};
  const extra = Object.entries(impersonate.extra ?? {}).map(([name, values]) => [
    `Impersonate-Extra-${encodeURIComponent(name)}`,
    values.join('\n'),
  ]);
  return {
    'Impersonate-User': impersonate.user,
    ...(impersonate.uid === undefined ? {} : { 'Impersonate-Uid': impersonate.uid }),
    ...((impersonate.groups ?? []).length === 0 ? {} : { 'Impersonate-Group': (impersonate.groups ?? []).join('\n') }),
    ...(Object.fromEntries(extra) as Readonly<Record<string, string>>),
  };
}
