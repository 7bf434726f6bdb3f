// Who asks, as a key: contents fetched with one set of credentials are not handed to another.

import type { RemoteRequest } from './contract.ts';

/** A key for everything that decides what a remote lets one read. */
export function identityOf({ access, dockerConfig }: RemoteRequest): string {
  return JSON.stringify([access?.credentials, access?.tls?.cert, dockerConfig]);
}
