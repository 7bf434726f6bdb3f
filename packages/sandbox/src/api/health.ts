// /healthz, /livez and /readyz, and the checks behind them that mean something here.

import type { ApiAnswer } from './request.ts';

export const plainText = 'text/plain; charset=utf-8';
export const noSniff: Readonly<Record<string, string>> = { 'x-content-type-options': 'nosniff' };

const probes: readonly string[] = ['healthz', 'livez', 'readyz'];
// The real server has one more for each of its parts.
const checks: readonly string[] = ['ping', 'log', 'etcd'];

/** The answer to a probe or to one of its checks; undefined for other paths. */
export function healthAnswer(path: string, query: Readonly<Record<string, string>>): ApiAnswer | undefined {
  const [, probe = '', check, ...rest] = path.split('/');
  if (!probes.includes(probe) || rest.length > 0 || (check !== undefined && !checks.includes(check))) return undefined;
  const ok = { kind: 'text', status: 200, contentType: plainText } as const;
  if (check !== undefined) return { ...ok, text: 'ok' };
  const report = `${checks.map((each) => `[+]${each} ok\n`).join('')}${probe} check passed\n`;
  return { ...ok, text: query['verbose'] === undefined ? 'ok' : report, headers: noSniff };
}
