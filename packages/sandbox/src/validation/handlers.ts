// Probes and lifecycle hooks of containers (pkg/apis/core/validation, Kubernetes 1.35).

import { bagsOf } from '../defaulting/drafts.ts';
import { type Bag, bagAt, listAt, scalarText } from '../store/draft.ts';
import type { Causes } from './causes.ts';
import { checkNonNegative, checkOneOf, checkPortNumberOrName } from './choices.ts';
import { portNameProblems } from './names.ts';

/** Checks a probe; `kind` is the member that holds it. */
export function checkProbe(causes: Causes, probe: Bag | undefined, at: string, kind: string): void {
  if (probe === undefined) return;
  checkHandler(causes, probe, at, { kinds: ['exec', 'httpGet', 'tcpSocket', 'grpc'], grace: undefined });
  for (const key of ['initialDelaySeconds', 'timeoutSeconds', 'periodSeconds', 'successThreshold', 'failureThreshold'])
    checkNonNegative(causes, probe, key, at);
  const grace = probe['terminationGracePeriodSeconds'];
  if (typeof grace === 'number' && grace <= 0)
    causes.invalid(`${at}.terminationGracePeriodSeconds`, grace, 'must be greater than 0');
  if (kind === 'readinessProbe') {
    if (grace !== undefined)
      causes.invalid(`${at}.terminationGracePeriodSeconds`, grace, 'must not be set for readinessProbes');
  } else if (typeof probe['successThreshold'] === 'number' && probe['successThreshold'] !== 1) {
    causes.invalid(`${at}.successThreshold`, probe['successThreshold'], 'must be 1');
  }
}

/** Checks the hooks of a container. */
export function checkLifecycle(
  causes: Causes,
  lifecycle: Bag | undefined,
  at: string,
  grace: number | undefined,
): void {
  for (const hook of ['postStart', 'preStop']) {
    const handler = bagAt(lifecycle, hook);
    if (handler !== undefined)
      checkHandler(causes, handler, `${at}.${hook}`, { kinds: ['exec', 'httpGet', 'tcpSocket', 'sleep'], grace });
  }
}

function checkHandler(
  causes: Causes,
  handler: Bag,
  at: string,
  { kinds, grace }: { readonly kinds: readonly string[]; readonly grace: number | undefined },
): void {
  const given = kinds.filter((kind) => handler[kind] !== undefined);
  const [first, ...rest] = given;
  if (first === undefined) causes.required(at, 'must specify a handler type');
  else checkAction(causes, first, bagAt(handler, first) ?? {}, { at: `${at}.${first}`, grace });
  for (const extra of rest) causes.forbidden(`${at}.${extra}`, 'may not specify more than 1 handler type');
}

function checkAction(
  causes: Causes,
  kind: string,
  action: Bag,
  { at, grace }: { readonly at: string; readonly grace: number | undefined },
): void {
  if (kind === 'exec') {
    if ((listAt(action, 'command') ?? []).length === 0) causes.required(`${at}.command`);
  } else if (kind === 'sleep') {
    const seconds = typeof action['seconds'] === 'number' ? action['seconds'] : 0;
    if (grace !== undefined && (seconds < 0 || seconds > grace)) {
      causes.invalid(at, seconds, `must be non-negative and less than terminationGracePeriodSeconds (${grace})`);
    }
  } else {
    checkPortNumberOrName(causes, action['port'], `${at}.port`, portNameProblems);
    if (kind !== 'httpGet') return;
    checkOneOf(causes, action['scheme'], `${at}.scheme`, ['HTTP', 'HTTPS']);
    for (const header of bagsOf(action['httpHeaders'])) {
      const name = scalarText(header['name'] ?? '');
      if (!/^[-A-Za-z0-9]+$/.test(name)) {
        const message =
          "a valid HTTP header must consist of alphanumeric characters or '-' (e.g. 'X-Header-Name', regex used for validation is '[-A-Za-z0-9]+')";
        causes.invalid(`${at}.httpHeaders`, name, message);
      }
    }
  }
}
