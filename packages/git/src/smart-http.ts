// Smart HTTP for bare repositories, served by git's own upload-pack and receive-pack and streamed both ways. A name is
// looked up in the host's table, never joined to a path.

import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { type Git, killGroup } from './command.ts';
import { GitError } from './errors.ts';
import { type RefUpdate, createPushReportReader, createPushRequestReader, packetLine } from './push-report.ts';

const FETCH_REQUEST_BYTES_MAX = 64 * 1024 * 1024;
const PUSH_BYTES_MAX_DEFAULT = 1024 * 1024 * 1024;

export type GitAccess = 'read' | 'write';

export interface SmartHttpOptions {
  readonly git: Git;
  /** Where requests start, e.g. '' or '/git'. */
  readonly basePath: string;
  /** The git directory of a repository, by the name in the URL without `.git`. */
  readonly directoryOf: (name: string) => string | undefined;
  readonly onUpdates: (name: string, updates: readonly RefUpdate[], user: string | undefined) => void;
  /** Absent: everybody may read and write. */
  readonly authenticate?: GitAuthenticate;
  readonly pushBytesMax?: number;
}

export interface GitCredentials {
  readonly user: string | undefined;
  readonly password: string | undefined;
  readonly repository: string;
  readonly access: GitAccess;
}

/** False: not known (asked again, 401); `forbidden`: known, but without the right (403). */
export type GitAuthenticate = (credentials: GitCredentials) => GitVerdict | Promise<GitVerdict>;

export type GitVerdict = boolean | 'forbidden';

type Service = 'upload-pack' | 'receive-pack';

interface Target {
  readonly name: string;
  readonly directory: string;
  readonly service: Service;
  readonly isAdvertisement: boolean;
  readonly user: string | undefined;
}

const services: Readonly<Record<string, Service>> = {
  'git-upload-pack': 'upload-pack',
  'git-receive-pack': 'receive-pack',
};

const serviceConfig: readonly (readonly [string, string])[] = [
  ['uploadpack.allowFilter', 'true'],
  ['uploadpack.allowAnySHA1InWant', 'true'],
  ['transfer.hideRefs', 'refs/evenkeel'],
  ['receive.denyDeleteCurrent', 'warn'],
];

/** Makes the request handler. It answers false, touching nothing, for requests outside of `basePath`. */
export function createSmartHttp(
  options: SmartHttpOptions,
): (request: IncomingMessage, response: ServerResponse) => boolean {
  return (request, response) => {
    const path = requestPath(request, options.basePath);
    if (path === undefined) return false;
    serve(options, request, response, path).catch((error: unknown) => {
      const message = error instanceof GitError ? error.message : 'the git host failed on this request';
      if (response.headersSent) response.destroy();
      else refuse(response, 500, message);
    });
    return true;
  };
}

async function serve(
  options: SmartHttpOptions,
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
): Promise<void> {
  const route = /^\/(.+?)(?:\.git)?\/(info\/refs|git-upload-pack|git-receive-pack)$/.exec(path);
  const name = decodeName(route?.[1]);
  const directory = name === undefined ? undefined : options.directoryOf(name);
  const query = new URL(request.url ?? '', 'http://host').searchParams.get('service');
  const isAdvertisement = route?.[2] === 'info/refs';
  const wanted = isAdvertisement ? query : route?.[2];
  const service = services[wanted ?? ''];
  const credentials = readBasic(request);
  // Who may not see a repository does not learn whether it exists.
  if (options.authenticate) {
    const access = service === 'receive-pack' ? 'write' : 'read';
    const verdict = await options.authenticate({ ...credentials, repository: name ?? '', access });
    if (verdict === 'forbidden') return refuse(response, 403, `no right to ${access} this repository`);
    if (!verdict) {
      response.setHeader('WWW-Authenticate', 'Basic realm="Evenkeel Git", charset="UTF-8"');
      return refuse(response, 401, 'authentication is needed');
    }
  }
  if (name === undefined || directory === undefined) return refuse(response, 404, 'repository not found');
  if (!service) {
    return refuse(response, 403, 'this host speaks the smart HTTP protocol only; use a current git client');
  }
  const expected = isAdvertisement ? ['GET', 'HEAD'] : ['POST'];
  if (!expected.includes(request.method ?? '')) return refuse(response, 405, 'method not allowed');
  const target: Target = { name, directory, service, isAdvertisement, user: credentials.user };
  return isAdvertisement ? advertise(options, request, response, target) : exchange(options, request, response, target);
}

function advertise(
  options: SmartHttpOptions,
  request: IncomingMessage,
  response: ServerResponse,
  target: Target,
): void {
  const child = startService(options.git, request, target);
  response.writeHead(200, headersFor(`application/x-git-${target.service}-advertisement`));
  // Version 2 clients get the capability list alone; older ones expect the service line before the references.
  if (!/version=2/.test(protocolOf(request)) || target.service === 'receive-pack') {
    response.write(`${packetLine(`# service=git-${target.service}\n`)}0000`);
  }
  child.stdin.end();
  child.stdout.pipe(response);
  stopWith(child, response);
}

function exchange(options: SmartHttpOptions, request: IncomingMessage, response: ServerResponse, target: Target): void {
  const expectedType = `application/x-git-${target.service}-request`;
  if (request.headers['content-type'] !== expectedType) return refuse(response, 415, `expected ${expectedType}`);
  const isPush = target.service === 'receive-pack';
  const child = startService(options.git, request, target);
  const body = decodedBody(request);
  const limit = isPush ? (options.pushBytesMax ?? PUSH_BYTES_MAX_DEFAULT) : FETCH_REQUEST_BYTES_MAX;
  const commands = createPushRequestReader();
  let received = 0;
  body.on('data', (chunk: Buffer) => {
    received += chunk.length;
    if (received > limit) {
      body.unpipe(child.stdin);
      request.unpipe();
      request.resume();
      killGroup(child);
      if (response.headersSent) return;
      response.setHeader('Connection', 'close');
      refuse(response, 413, 'the request is larger than this host accepts');
    } else if (isPush) commands.feed(chunk);
  });
  body.on('error', () => killGroup(child));
  body.pipe(child.stdin);
  const report = createPushReportReader((accepted) => {
    const done = commands.updates.filter((update) => accepted.has(update.ref) && update.before !== update.after);
    if (done.length > 0) options.onUpdates(target.name, done, target.user);
  });
  child.stdout.once('data', () => {
    if (!response.headersSent) response.writeHead(200, headersFor(`application/x-git-${target.service}-result`));
  });
  if (isPush) child.stdout.on('data', report);
  child.stdout.pipe(response, { end: false });
  child.on('close', (status) => {
    if (!response.headersSent) {
      // An empty answer with status 0 is the end of a client's probing request.
      if (status === 0) response.writeHead(200, headersFor(`application/x-git-${target.service}-result`));
      else return refuse(response, 500, 'git refused the request');
    }
    response.end();
    return undefined;
  });
  stopWith(child, response);
}

function startService(git: Git, request: IncomingMessage, target: Target): ChildProcessWithoutNullStreams {
  const protocol = protocolOf(request);
  const args = [target.service, '--stateless-rpc', ...(target.isAdvertisement ? ['--http-backend-info-refs'] : [])];
  const child = git.start([...args, target.directory], {
    config: serviceConfig,
    environment: protocol === '' ? {} : { GIT_PROTOCOL: protocol },
  });
  child.stdin.on('error', () => undefined);
  child.stderr.resume();
  return child;
}

/** A client that goes away takes its child along; a child that cannot start ends the response. */
function stopWith(child: ChildProcessWithoutNullStreams, response: ServerResponse): void {
  child.on('error', () => {
    if (response.headersSent) response.destroy();
    else refuse(response, 500, 'the git command could not be started');
  });
  response.on('close', () => {
    if (!response.writableFinished) killGroup(child);
  });
}

function requestPath(request: IncomingMessage, basePath: string): string | undefined {
  const path = (request.url ?? '').split(/[?#]/, 1)[0] ?? '';
  if (basePath === '') return path;
  return path.startsWith(`${basePath}/`) ? path.slice(basePath.length) : undefined;
}

function decodeName(raw: string | undefined): string | undefined {
  if (raw === undefined) return undefined;
  try {
    return decodeURIComponent(raw);
  } catch {
    return undefined;
  }
}

function readBasic(request: IncomingMessage): {
  readonly user: string | undefined;
  readonly password: string | undefined;
} {
  const match = /^basic\s+([A-Za-z0-9+/=]+)$/i.exec(request.headers.authorization ?? '');
  if (!match) return { user: undefined, password: undefined };
  const text = Buffer.from(match[1] ?? '', 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon < 0 ? { user: text, password: '' } : { user: text.slice(0, colon), password: text.slice(colon + 1) };
}

/** Only what the protocol defines reaches the child's environment. */
function protocolOf(request: IncomingMessage): string {
  const header = request.headers['git-protocol'];
  return typeof header === 'string' && /^[a-z0-9=:.-]{1,200}$/i.test(header) ? header : '';
}

function decodedBody(request: IncomingMessage): Readable {
  const encoding = request.headers['content-encoding'];
  if (encoding !== 'gzip' && encoding !== 'x-gzip') return request;
  return request.pipe(createGunzip());
}

function headersFor(type: string): Record<string, string> {
  return { 'Content-Type': type, 'Cache-Control': 'no-cache, max-age=0, must-revalidate' };
}

function refuse(response: ServerResponse, status: number, message: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', 'X-Content-Type-Options': 'nosniff' });
  response.end(`${message}\n`);
}
