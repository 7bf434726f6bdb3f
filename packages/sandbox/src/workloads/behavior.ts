// What a simulated container does, told from its image, command and its pod's annotations. Everything a user can provoke
// is decided here; the README lists it.

import type { KubeObject } from '@evenkeel/resource';
import type { ContainerView, ProbeView } from './views.ts';

/** How a container behaves. Durations are in simulated milliseconds, before the speed factor. */
export interface Behavior {
  /** Set where its image cannot be pulled: the runtime's message. */
  readonly pullError: string | undefined;
  readonly pullMs: number;
  /** Runs for ever, or exits with a code after a while. */
  readonly exit: { readonly code: number; readonly afterMs: number } | undefined;
  /** Milliseconds from start to ready; undefined where it never gets ready. */
  readonly readyAfterMs: number | undefined;
  readonly output: readonly string[];
}

export interface BehaviorRequest {
  readonly pod: KubeObject;
  readonly container: ContainerView;
  /** True for init containers and pods whose containers are meant to end (Jobs). */
  readonly runsToEnd: boolean;
}

const prefix = 'sandbox.evenkeel.dev';

/** The behaviour of a container. */
export function behaviorOf(request: BehaviorRequest): Behavior {
  const { pod, container } = request;
  const annotations = pod.metadata.annotations ?? {};
  const only = annotations[`${prefix}/container`];
  const told = only === undefined || only === container.name ? annotations : {};
  return {
    pullError: pullErrorOf(container.image, told),
    pullMs: numberOf(told[`${prefix}/pull-ms`]) ?? 400 + (textHash(container.image) % 800),
    exit: exitOf(request, told),
    readyAfterMs: readyAfterMs(container, told),
    output: outputOf(request),
  };
}

const missingTag = /[:@][^/]*(does-?not-?exist|missing|nonexistent|no-such|notfound|invalid)/i;
const missingHost = /^(invalid\.|[^/]*\.invalid(:\d+)?\/)/i;

function pullErrorOf(image: string, told: Readonly<Record<string, string>>): string | undefined {
  const reference = fullReference(image);
  if (missingHost.test(image)) {
    const host = image.split('/')[0] ?? '';
    return `failed to pull and unpack image "${reference}": failed to resolve reference "${reference}": failed to do request: Head "https://${host}/v2/": dial tcp: lookup ${host}: no such host`;
  }
  if (told[`${prefix}/pull-error`] !== undefined && told[`${prefix}/pull-error`] !== 'false')
    return told[`${prefix}/pull-error`];
  if (!missingTag.test(image)) return undefined;
  return `rpc error: code = NotFound desc = failed to pull and unpack image "${reference}": failed to resolve reference "${reference}": ${reference}: not found`;
}

/** "nginx" is docker.io/library/nginx:latest. */
export function fullReference(image: string): string {
  const tagged = /[:@][^/]+$/.test(image) ? image : `${image}:latest`;
  const first = tagged.split('/')[0] ?? '';
  if (tagged.includes('/') && (first.includes('.') || first.includes(':') || first === 'localhost')) return tagged;
  return tagged.includes('/') ? `docker.io/${tagged}` : `docker.io/library/${tagged}`;
}

function exitOf(request: BehaviorRequest, told: Readonly<Record<string, string>>): Behavior['exit'] {
  const { container, runsToEnd } = request;
  const script = [...(container.command ?? []), ...(container.args ?? [])].join(' ');
  const afterMs = numberOf(told[`${prefix}/run-ms`]) ?? sleepMs(script) ?? 1000;
  const code = numberOf(told[`${prefix}/exit-code`]) ?? (told[`${prefix}/crash`] === 'true' ? 1 : undefined);
  if (code !== undefined) return { code, afterMs };
  const failing = /(?:^|[;&|\s])exit\s+([1-9]\d{0,2})\s*['"]?\s*;?\s*$/.exec(script);
  if (failing !== null) return { code: Number(failing[1]), afterMs };
  if (/^(\/(usr\/)?bin\/)?false$/.test(script.trim())) return { code: 1, afterMs: 100 };
  if (!runsToEnd) return undefined;
  return /\bsleep\s+(infinity|inf)\b/.test(script) && !/\b(until|while)\b/.test(script)
    ? undefined
    : { code: 0, afterMs };
}

// "sleep 5" makes a task last; a loop that waits for something is over at once, since what it waits for is there.
function sleepMs(script: string): number | undefined {
  if (/\b(until|while)\b/.test(script)) return 100;
  const seconds = [...script.matchAll(/\bsleep\s+(\d+(?:\.\d+)?)(s|m|h)?\b/g)].map((match) => {
    const unit = match[2] === 'm' ? 60 : match[2] === 'h' ? 3600 : 1;
    return Number(match[1]) * unit * 1000;
  });
  return seconds.length === 0 ? undefined : seconds.reduce((sum, each) => sum + each, 0);
}

function readyAfterMs(container: ContainerView, told: Readonly<Record<string, string>>): number | undefined {
  if (told[`${prefix}/never-ready`] === 'true') return undefined;
  const given = numberOf(told[`${prefix}/ready-ms`]);
  if (given !== undefined) return given;
  const startup = probeMs(container.startupProbe);
  const readiness = probeMs(container.readinessProbe);
  return startup === undefined || readiness === undefined ? undefined : startup + readiness;
}

// The first probe comes within a second after the initial delay; further successes one period each.
function probeMs(probe: ProbeView | undefined): number | undefined {
  if (probe === undefined) return 0;
  const command = (probe.exec?.command ?? []).join(' ');
  if (/(^|\s|\/)false$/.test(command) || /exit\s+[1-9]\d*\s*$/.test(command)) return undefined;
  if (/never-?ready/.test(`${probe.httpGet?.path ?? ''} ${String(probe.httpGet?.port ?? '')}`)) return undefined;
  const further = Math.max(0, (probe.successThreshold ?? 1) - 1) * (probe.periodSeconds ?? 10) * 1000;
  return (probe.initialDelaySeconds ?? 0) * 1000 + 200 + further;
}

function outputOf({ container, runsToEnd }: BehaviorRequest): readonly string[] {
  const script = [...(container.command ?? []), ...(container.args ?? [])].join(' ');
  const echoed = [...script.matchAll(/\becho\s+(?:-[ne]+\s+)?(?:"([^"]*)"|'([^']*)'|([^;&|\n]+))/g)].map((match) =>
    (match[1] ?? match[2] ?? match[3] ?? '').trim(),
  );
  if (echoed.length > 0) return echoed;
  const ports = (container.ports ?? []).map((port) => port.containerPort);
  const lines = [`${container.name}: started ${container.image}`];
  if (!runsToEnd && ports.length > 0)
    lines.push(`${container.name}: listening on ${ports.map((port) => `:${port}`).join(', ')}`);
  return lines;
}

function numberOf(text: string | undefined): number | undefined {
  const value = Number(text);
  return text === undefined || text === '' || !Number.isFinite(value) ? undefined : value;
}

function textHash(text: string): number {
  let hash = 0;
  for (let index = 0; index < text.length; index++) hash = (Math.imul(hash, 31) + text.charCodeAt(index)) >>> 0;
  return hash;
}
