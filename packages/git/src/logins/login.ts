// Credentials that expire: fetched when first needed, kept until shortly before their end, fetched once for all who ask.

/** What is sent to the remote. */
export type LoginCredentials = { readonly username: string; readonly password: string } | { readonly bearer: string };

/** Credentials that are made anew when they have expired. */
export interface GitLogin {
  /** Names whose credentials these are, without telling a secret; equal for equal rights. */
  readonly identity: string;
  /** Rejects with GitError `authentication`, and one sentence without secrets. */
  current(signal?: AbortSignal): Promise<LoginCredentials>;
  /** Says that the credentials were refused: the next ones are fetched anew. */
  outdate(): void;
}

/** Credentials with their end, in milliseconds since the epoch. */
export interface FetchedLogin {
  readonly credentials: LoginCredentials;
  readonly expiresAtMs: number;
}

/** How long before their end credentials are no longer used: a fetch that begins with them must also end with them. */
const MARGIN_MS = 5 * 60_000;

/** Makes a login around the exchange that fetches credentials. A failed exchange is tried again by the next who asks. */
export function createLogin(options: {
  readonly identity: string;
  readonly fetch: () => Promise<FetchedLogin>;
  readonly now: () => number;
}): GitLogin {
  let known: Promise<FetchedLogin> | undefined;
  let usableUntilMs = 0;
  const refresh = (): Promise<FetchedLogin> => {
    const asked = options.fetch();
    usableUntilMs = Number.POSITIVE_INFINITY;
    known = asked;
    asked.then(
      ({ expiresAtMs }) => {
        if (known === asked) usableUntilMs = expiresAtMs - MARGIN_MS;
      },
      () => {
        if (known === asked) known = undefined;
      },
    );
    return asked;
  };
  return {
    identity: options.identity,
    async current(signal) {
      signal?.throwIfAborted();
      const usable = known && options.now() < usableUntilMs ? known : refresh();
      return (await usable).credentials;
    },
    outdate() {
      known = undefined;
    },
  };
}
