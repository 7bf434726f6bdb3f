// A transport that fails as real networks and servers do, from a seed: the same seed gives the same faults in the same
// order of requests, so that a failing test is replayed by its number.

import { KubeUnreachable } from '../errors.ts';
import type { KubeRequest, KubeResponse, KubeTransport, WatchLine } from '../transport.ts';

/** What goes wrong and how often. Rates are probabilities in [0, 1] per request, or per watch line for the last three. */
export interface FaultPlan {
  readonly seed: number;
  /** The request is lost before the server sees it. */
  readonly lostRequestRate?: number;
  /** The server did what was asked, but the answer is lost. */
  readonly lostAnswerRate?: number;
  /** The server answers 500 without having done anything. */
  readonly serverErrorRate?: number;
  /** A write is refused with 409 Conflict. */
  readonly conflictRate?: number;
  /** Opening a watch, or continuing a list, is refused with 410: the version has expired. */
  readonly expiredRate?: number;
  /** The watch breaks off before this line. */
  readonly watchDropRate?: number;
  /** The watch ends in good order before this line. */
  readonly watchEndRate?: number;
  /** The watch sends an ERROR line with 410 instead of this line, and ends. */
  readonly watchExpiredRate?: number;
  /** Requests and lines are held back up to so many turns of the event loop. */
  readonly delayTurnsMax?: number;
}

/** A faulty transport; `stop` ends all faults, so that a test can let the world come to rest; `faults` counts them. */
export interface FaultyTransport extends KubeTransport {
  stop(): void;
  readonly faults: number;
}

/** Wraps `inner` with the faults of `plan`. */
export function faultyTransport(inner: KubeTransport, plan: FaultPlan): FaultyTransport {
  const random = seededRandom(plan.seed);
  let active = true;
  let faults = 0;
  const strikes = (rate: number | undefined): boolean => {
    if (!active || rate === undefined || random() >= rate) return false;
    faults += 1;
    return true;
  };
  const linger = async (): Promise<void> => {
    if (!active || plan.delayTurnsMax === undefined) return;
    const turns = Math.floor(random() * (plan.delayTurnsMax + 1));
    for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  };
  return {
    endpoint: inner.endpoint,
    stop: () => {
      active = false;
    },
    get faults() {
      return faults;
    },
    async send(request) {
      await linger();
      if (strikes(plan.lostRequestRate)) throw new KubeUnreachable(`${inner.endpoint}: connection reset (injected)`);
      if (strikes(plan.serverErrorRate)) return refusal(500, 'InternalError', 'injected server error');
      if (request.method !== 'GET' && strikes(plan.conflictRate)) return refusal(409, 'Conflict', 'injected conflict');
      const continues = request.query?.['continue'] !== undefined;
      if (continues && strikes(plan.expiredRate))
        return refusal(410, 'Expired', 'injected: the continue token has expired');
      const response = await inner.send(request);
      if (strikes(plan.lostAnswerRate)) throw new KubeUnreachable(`${inner.endpoint}: no answer (injected)`);
      return response;
    },
    watch: (request) => faultyWatch(inner, request, { plan, strikes, linger }),
    stream: (request) => inner.stream(request),
    [Symbol.asyncDispose]: () => inner[Symbol.asyncDispose](),
  };
}

interface Dice {
  readonly plan: FaultPlan;
  readonly strikes: (rate: number | undefined) => boolean;
  readonly linger: () => Promise<void>;
}

async function* faultyWatch(inner: KubeTransport, request: KubeRequest, dice: Dice): AsyncGenerator<WatchLine> {
  const { plan, strikes, linger } = dice;
  if (strikes(plan.lostRequestRate)) throw new KubeUnreachable(`${inner.endpoint}: connection reset (injected)`);
  if (strikes(plan.expiredRate)) {
    yield expiredLine();
    return;
  }
  for await (const line of inner.watch(request)) {
    await linger();
    if (strikes(plan.watchDropRate)) throw new KubeUnreachable(`${inner.endpoint}: watch broke off (injected)`);
    if (strikes(plan.watchEndRate)) return;
    if (strikes(plan.watchExpiredRate)) {
      yield expiredLine();
      return;
    }
    yield line;
  }
}

function expiredLine(): WatchLine {
  return {
    type: 'ERROR',
    object: { ...statusBody(410, 'Expired', 'injected: too old resource version'), metadata: {} },
  };
}

function refusal(status: number, reason: string, message: string): KubeResponse {
  return { status, headers: {}, body: statusBody(status, reason, message) };
}

function statusBody(
  code: number,
  reason: string,
  message: string,
): {
  readonly apiVersion: string;
  readonly kind: string;
  readonly [field: string]: string | number;
} {
  return { apiVersion: 'v1', kind: 'Status', status: 'Failure', code, reason, message };
}

/** Mulberry32: 32 bits of state are plenty for a test plan. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
