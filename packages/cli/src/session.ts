// Which server a command talks to: the one named on the command line, in the environment, or the last `evenkeel up`.

import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CommandFailure, type Io, exitCodes } from './io.ts';

/** What `up` leaves behind for other commands. */
export interface Session {
  readonly server: string;
  readonly kubeconfig?: string;
  readonly pid: number;
}

function sessionFile(io: Io): string {
  const base = io.environment['XDG_STATE_HOME'] ?? join(io.homeDirectory, '.local', 'state');
  return join(base, 'evenkeel', 'session.json');
}

/** Remembers a running system. Failing to is no reason not to run. */
export function writeSession(io: Io, session: Session): void {
  try {
    mkdirSync(dirname(sessionFile(io)), { recursive: true });
    writeFileSync(sessionFile(io), `${JSON.stringify(session)}\n`);
  } catch (error) {
    io.err(
      `note: ${sessionFile(io)} cannot be written, so other commands need --server (${error instanceof Error ? error.message : String(error)})\n`,
    );
  }
}

/** Forgets the system of this process, unless another has taken its place. */
export function clearSession(io: Io, pid: number): void {
  if (readSession(io)?.pid === pid) rmSync(sessionFile(io), { force: true });
}

function readSession(io: Io): Session | undefined {
  try {
    return JSON.parse(readFileSync(sessionFile(io), 'utf8')) as Session;
  } catch {
    return undefined;
  }
}

/** The URL of the server to talk to. */
export function serverFor(io: Io, named: string | undefined): string {
  const server = named ?? io.environment['EVENKEEL_SERVER'] ?? readSession(io)?.server;
  if (server === undefined) {
    throw new CommandFailure(
      'no server: start one with `evenkeel up`, or name one with --server',
      exitCodes.connection,
    );
  }
  return /^https?:\/\//.test(server) ? server : `http://${server}`;
}

const tokenVariables = ['EVENKEEL_AUTH_TOKEN', 'ARGOCD_AUTH_TOKEN'] as const;

/** The token to show the server: of the flag, or from the environment. */
export function tokenFor(io: Io): string | undefined {
  const variable = variableWithToken(io);
  return (io.authToken?.() ?? (variable === undefined ? undefined : io.environment[variable]))?.trim();
}

function variableWithToken(io: Io): string | undefined {
  return tokenVariables.find((name) => (io.environment[name] ?? '') !== '');
}

/** Where a token came from that the server does not accept: nobody thinks of a variable. */
export function tokenHint(io: Io, status: number): string {
  const variable = io.authToken?.() === undefined ? variableWithToken(io) : undefined;
  return status === 401 && variable !== undefined ? `. The token is that of ${variable}` : '';
}

/** The header that shows it. */
export function authorization(io: Io): Readonly<Record<string, string>> {
  const token = tokenFor(io);
  return token === undefined ? {} : { authorization: `Bearer ${token}` };
}

/** The kubeconfig to use: named, from the environment, or of the last `up`. */
export function kubeconfigFor(io: Io, named: string | undefined): string | undefined {
  return named ?? readSession(io)?.kubeconfig ?? io.environment['KUBECONFIG'];
}
