// A way for ssh through a proxy: a port on this machine whose every connection is led, through the proxy, to one host and
// nowhere else. HTTP CONNECT and SOCKS 5; ssh still checks the host key, so the proxy cannot read along.

import { type Server, type Socket, connect, createServer } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { GitError } from './errors.ts';

const CONNECT_TIMEOUT_MS = 20_000;
const ANSWER_BYTES_MAX = 16 * 1024;

export interface RelayOptions {
  /** `http://`, `https://` or `socks5://`, with user and password where the proxy asks for them. */
  readonly proxy: string;
  readonly host: string;
  readonly port: number;
}

/** A listening relay. */
export interface SshRelay extends AsyncDisposable {
  readonly port: number;
}

/** Starts listening on 127.0.0.1. Rejects with GitError `invalid-argument` for a proxy that cannot be used. */
export async function startSshRelay(options: RelayOptions): Promise<SshRelay> {
  const proxy = URL.parse(options.proxy);
  const protocols = ['http:', 'https:', 'socks5:', 'socks5h:'];
  if (!proxy || !protocols.includes(proxy.protocol)) {
    throw new GitError('invalid-argument', 'a proxy for SSH must be an http, https or socks5 URL');
  }
  const open = new Set<Socket>();
  const server = createServer((client) => {
    open.add(client);
    client.on('close', () => open.delete(client)).on('error', () => undefined);
    lead(client, proxy, options).catch(() => client.destroy());
  });
  await listen(server);
  const address = server.address();
  return {
    port: address !== null && typeof address === 'object' ? address.port : 0,
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Whether a NO_PROXY list names the host: itself, a domain above it, or everything. */
export function isReachedDirectly(host: string, noProxy: string): boolean {
  return noProxy
    .split(',')
    .map((entry) =>
      entry
        .trim()
        .toLowerCase()
        .replace(/^\*?\./, ''),
    )
    .some((entry) => entry === '*' || (entry !== '' && (host === entry || host.endsWith(`.${entry}`))));
}

function listen(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
    server.unref();
  });
}

async function lead(client: Socket, proxy: URL, target: RelayOptions): Promise<void> {
  const upstream = await reach(proxy);
  client.once('close', () => upstream.destroy());
  upstream.once('close', () => client.destroy());
  const reader = createReader(upstream);
  if (proxy.protocol.startsWith('socks5')) await greetSocks(upstream, reader, proxy, target);
  else await greetHttp(upstream, reader, proxy, target);
  upstream.setTimeout(0);
  client.write(reader.rest());
  client.pipe(upstream);
  upstream.pipe(client);
}

function reach(proxy: URL): Promise<Socket> {
  const host = proxy.hostname.replace(/^\[|\]$/g, '');
  const isTls = proxy.protocol === 'https:';
  const standard = isTls ? 443 : proxy.protocol === 'http:' ? 80 : 1080;
  const port = proxy.port === '' ? standard : Number(proxy.port);
  return new Promise((resolve, reject) => {
    const socket = isTls ? connectTls({ host, port, servername: host }) : connect({ host, port });
    socket.once(isTls ? 'secureConnect' : 'connect', () => resolve(socket));
    socket.on('error', reject);
    socket.setTimeout(CONNECT_TIMEOUT_MS, () => socket.destroy(new Error('the proxy does not answer')));
  });
}

interface Reader {
  take(count: number): Promise<Buffer>;
  /** Up to and with the empty line. */
  head(): Promise<string>;
  /** What has come after that; nothing is read by the reader any more. */
  rest(): Buffer;
}

function createReader(socket: Socket): Reader {
  let held = Buffer.alloc(0);
  let wake: () => void = () => undefined;
  let ended = false;
  const onData = (chunk: Buffer): void => {
    held = Buffer.concat([held, chunk]);
    wake();
  };
  const onClose = (): void => {
    ended = true;
    wake();
  };
  socket.on('data', onData).on('close', onClose);
  const until = async (ready: () => number): Promise<Buffer> => {
    for (;;) {
      const size = ready();
      if (size >= 0) {
        const taken = held.subarray(0, size);
        held = held.subarray(size);
        return taken;
      }
      if (ended || held.length > ANSWER_BYTES_MAX) throw new Error('the proxy gave no answer that can be used');
      await new Promise<void>((resolve) => (wake = resolve));
    }
  };
  return {
    take: (count) => until(() => (held.length >= count ? count : -1)),
    head: async () => {
      const bytes = await until(() => {
        const at = held.indexOf('\r\n\r\n');
        return at < 0 ? -1 : at + 4;
      });
      return bytes.toString('latin1');
    },
    rest() {
      socket.off('data', onData).off('close', onClose);
      return held;
    },
  };
}

async function greetHttp(socket: Socket, reader: Reader, proxy: URL, { host, port }: RelayOptions): Promise<void> {
  const authority = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  const login = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`;
  const header = proxy.username === '' ? '' : `Proxy-Authorization: Basic ${Buffer.from(login).toString('base64')}\r\n`;
  socket.write(`CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n${header}\r\n`);
  if (!/^HTTP\/1\.[01] 2\d\d/.test(await reader.head())) throw new Error('the proxy refused the connection');
}

/** RFC 1928, with user and password as RFC 1929 has them. The proxy looks the name up. */
async function greetSocks(socket: Socket, reader: Reader, proxy: URL, { host, port }: RelayOptions): Promise<void> {
  const method = proxy.username === '' ? 0 : 2;
  socket.write(Buffer.from([5, 1, method]));
  if ((await reader.take(2))[1] !== method) throw new Error('the proxy wants another login');
  if (method === 2) {
    const user = Buffer.from(decodeURIComponent(proxy.username));
    const password = Buffer.from(decodeURIComponent(proxy.password));
    socket.write(Buffer.concat([Buffer.from([1, user.length]), user, Buffer.from([password.length]), password]));
    if ((await reader.take(2))[1] !== 0) throw new Error('the proxy refused the login');
  }
  const name = Buffer.from(host);
  socket.write(Buffer.concat([Buffer.from([5, 1, 0, 3, name.length]), name, Buffer.from([port >> 8, port & 255])]));
  const [, status, , kind] = await reader.take(4);
  if (status !== 0) throw new Error('the proxy refused the connection');
  const size = kind === 1 ? 4 : kind === 4 ? 16 : ((await reader.take(1))[0] ?? 0);
  await reader.take(size + 2);
}
