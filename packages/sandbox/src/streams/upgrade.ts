// exec and attach over WebSockets (v4 and v5.channel.k8s.io): one byte before each message says which stream it is of.

import type { IncomingMessage } from 'node:http';
import type { Http2ServerRequest } from 'node:http2';
import type { Duplex } from 'node:stream';
import { parseResourcePath } from '../api/request.ts';
import { ApiError, notImplemented } from '../api/status.ts';
import type { Cluster } from '../cluster.ts';
import { authenticate } from '../http/authenticate.ts';
import { answerCommand } from './shell.ts';
import { type StreamTarget, streamTarget } from './target.ts';
import { type WebSocket, acceptWebSocket } from './web-socket.ts';

const channels = { stdin: 0, stdout: 1, stderr: 2, error: 3, resize: 4, close: 255 } as const;
const protocols = ['v5.channel.k8s.io', 'v4.channel.k8s.io'];

export interface Upgrade {
  readonly cluster: Cluster;
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
  readonly closed: AbortSignal;
}

/** Answers a request to upgrade; never throws. */
export function handleUpgrade(upgrade: Upgrade): void {
  try {
    open(upgrade);
  } catch (error) {
    const refusal = error instanceof ApiError ? error : new ApiError(500, 'InternalError', String(error));
    refuse(upgrade.socket, refusal);
  }
}

function open(upgrade: Upgrade): void {
  const { cluster, request, socket, head } = upgrade;
  const url = new URL(request.url ?? '/', 'https://sandbox');
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join('\n') : value;
  }
  const identity = authenticate(cluster, request as unknown as Http2ServerRequest, headers);
  const path = parseResourcePath(url.pathname);
  const kind = path?.group === '' && path.plural === 'pods' ? path.subresource : undefined;
  if (kind !== 'exec' && kind !== 'attach')
    throw notImplemented(path === undefined ? url.pathname : `${path.plural}/${path.subresource ?? ''}`);
  const query = Object.fromEntries(url.searchParams);
  // Since 1.35 a stream needs leave to create it, whichever method opens it.
  for (const method of ['GET', 'POST'] as const) {
    const refused = cluster.refuse({ method, path: url.pathname, query, headers, body: undefined, identity });
    if (refused?.kind === 'object') throw new RefusedStream(refused.status, refused.body);
  }
  const at = { namespace: path?.namespace ?? '', name: path?.name ?? '' };
  const target = streamTarget(cluster.store, at, query['container']);
  const offered = (headers['sec-websocket-protocol'] ?? '').split(/\s*,\s*/);
  const protocol = protocols.find((each) => offered.includes(each));
  if (protocol === undefined)
    throw notImplemented(`the protocols ${offered.join(', ')}; it speaks ${protocols.join(', ')}`);
  const stop = new AbortController();
  let input: (message: Buffer) => void = () => undefined;
  const webSocket = acceptWebSocket(request, socket, {
    protocol,
    head,
    onMessage: (message) => input(message),
    onEnd: () => stop.abort(),
  });
  if (kind === 'exec') {
    input = exec(webSocket, target, url.searchParams);
    return;
  }
  void attach(webSocket, cluster, target, AbortSignal.any([stop.signal, upgrade.closed]));
}

// Answers at once, or line by line where a shell was asked for and a person types.
function exec(webSocket: WebSocket, target: StreamTarget, query: URLSearchParams): (message: Buffer) => void {
  const command = query.getAll('command');
  const isShell = command.length === 1 && /^(\/bin\/)?(ba|a|da)?sh$/.test(command[0] ?? '');
  if (!isShell || query.get('stdin') !== 'true') {
    finish(webSocket, answer(webSocket, target, command));
    return () => undefined;
  }
  let typed = '';
  let exit = 0;
  const run = (line: string): boolean => {
    if (line.trim() === '') return true;
    const result = answer(webSocket, target, ['sh', '-c', line]);
    if (typeof result === 'string') {
      write(webSocket, channels.stderr, `sh: ${result}\n`);
      exit = 127;
    } else exit = result;
    return !/^\s*exit\b/.test(line);
  };
  return (message) => {
    const [channel] = message;
    if (channel === channels.close && message[1] === channels.stdin) {
      if (typed !== '') run(typed);
      finish(webSocket, exit);
      return;
    }
    if (channel !== channels.stdin) return;
    const lines = (typed + message.subarray(1).toString('utf8')).split(/\r\n|\n|\r/);
    typed = lines.pop() ?? '';
    for (const line of lines) {
      if (run(line)) continue;
      finish(webSocket, exit);
      return;
    }
  };
}

// Prints what a command answers; returns its exit code, or why it has none.
function answer(webSocket: WebSocket, { pod, container }: StreamTarget, command: readonly string[]): number | string {
  const result = answerCommand(pod, container, command);
  if (typeof result === 'string') return result;
  if (result.output !== '') write(webSocket, channels.stdout, result.output);
  if (result.errors !== '') write(webSocket, channels.stderr, result.errors);
  return result.exit;
}

async function attach(
  webSocket: WebSocket,
  cluster: Cluster,
  target: StreamTarget,
  signal: AbortSignal,
): Promise<void> {
  const lines = cluster.logs.open(target.pod, { container: target.container, follow: 'true', tailLines: '0' });
  for await (const line of lines(signal)) write(webSocket, channels.stdout, `${line}\n`);
  finish(webSocket, 0);
}

function write(webSocket: WebSocket, channel: number, text: string): void {
  webSocket.send(Buffer.concat([Buffer.from([channel]), Buffer.from(text)]));
}

// The last message says how it went, as a Status.
function finish(webSocket: WebSocket, result: number | string): void {
  const head = { metadata: {}, status: 'Failure' };
  const status =
    result === 0
      ? { metadata: {}, status: 'Success' }
      : typeof result === 'string'
        ? { ...head, message: result, reason: 'InternalError', code: 500 }
        : {
            ...head,
            message: `command terminated with non-zero exit code: command terminated with exit code ${result}`,
            reason: 'NonZeroExitCode',
            details: { causes: [{ reason: 'ExitCode', message: String(result) }] },
          };
  write(webSocket, channels.error, JSON.stringify(status));
  webSocket.close();
}

// A refusal that the API server has put into words already.
class RefusedStream extends ApiError {
  readonly body: unknown;

  constructor(status: number, body: unknown) {
    super(status, 'Forbidden', '');
    this.body = body;
  }
}

function refuse(socket: Duplex, refusal: ApiError): void {
  const body = JSON.stringify(refusal instanceof RefusedStream ? refusal.body : refusal.status);
  socket.end(
    `HTTP/1.1 ${refusal.code} Refused\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}
