// A line to a server that can be cut and mended: what happens to a browser when the network goes away.

import { type AddressInfo, type Socket, connect, createServer } from 'node:net';

export interface Line extends AsyncDisposable {
  readonly url: string;
  /** Ends every connection; new ones are refused until the line is mended. */
  cut(): void;
  mend(): void;
}

/** Starts a line to the server at `target`. */
export async function startLine(target: string): Promise<Line> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  let whole = true;
  const cut = (): void => {
    whole = false;
    for (const socket of sockets) socket.destroy();
  };
  const keep = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  };
  const server = createServer((near) => {
    keep(near);
    if (!whole) {
      near.destroy();
      return;
    }
    const far = connect(Number(port), hostname);
    keep(far);
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
    near.pipe(far);
    far.pipe(near);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port: own } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${own}`,
    cut,
    mend: () => (whole = true),
    [Symbol.asyncDispose]() {
      cut();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
