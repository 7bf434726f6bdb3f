// Where a request bears its token. Mirrors argoproj/argo-cd:server/server.go getToken and util/http/http.go JoinCookies (3.6), but
// for one thing: what is shown as a token and is none is refused, and not taken for a request without one.

import type { IncomingHttpHeaders } from 'node:http';

const cookieName = 'argocd.token';

/** The token of a request; undefined where it bears none. */
export function tokenOf({ token, authorization, cookie }: IncomingHttpHeaders): string | undefined {
  // As argocd's own command sends it.
  if (token !== undefined) return String(token);
  // A name and a password are for somebody in front of this server; anything else is meant as a token.
  if (authorization !== undefined && !/^basic\s/i.test(authorization))
    return authorization.replace(/^bearer(?:\s+|$)/i, '').trim();
  const cookies = new Map(
    (cookie ?? '').split(';').flatMap((pair) => {
      const equals = pair.indexOf('=');
      return equals < 0 ? [] : [[pair.slice(0, equals).trim(), pair.slice(equals + 1).trim()] as const];
    }),
  );
  // One that was logged out of is empty.
  const first = cookies.get(cookieName);
  if (first === undefined || first === '') return undefined;
  // A long token is spread over cookies, the first of which says over how many.
  const [, count = '1', part = first] = /^(\d{1,2}):(.*)$/.exec(first) ?? [];
  const rest = Array.from({ length: Math.max(0, Number(count) - 1) }, (_, index) =>
    cookies.get(`${cookieName}-${index + 1}`),
  );
  return [part, ...rest].join('');
}
