// Waits until an application is as somebody wants it, told of every change by the stream instead of asking again and again.

import type { DeliveryDetail } from '@evenkeel/api';
import { formatDurationMs } from '@evenkeel/std';
import type { ApiClient } from '../api-client.ts';
import { CommandFailure, exitCodes } from '../io.ts';
import { type ResourceFilter, isIncluded } from './app-select.ts';

/** The states to wait for; several must hold at once. */
export interface WaitFor {
  readonly sync?: boolean | undefined;
  readonly health?: boolean | undefined;
  readonly operation?: boolean | undefined;
  readonly suspended?: boolean | undefined;
  readonly degraded?: boolean | undefined;
  /** Of these objects, instead of the whole; their sync and health must be as wanted each. */
  readonly resources?: readonly ResourceFilter[];
  readonly hydrated?: boolean | undefined;
}

export interface WaitInput {
  readonly client: ApiClient;
  readonly key: string;
  /** 0 waits for ever. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly wanted?: WaitFor;
  readonly done?: (detail: DeliveryDetail) => boolean;
}

/** Resolves with the application as it then is. Rejects with exit code 20 when the time is over. */
export async function waitForApp(input: WaitInput): Promise<DeliveryDetail> {
  const { client, key, timeoutMs, wanted } = input;
  const done = input.done ?? ((detail: DeliveryDetail) => isAsWanted(detail, wanted ?? {}));
  const timeout = timeoutMs > 0 ? AbortSignal.timeout(timeoutMs) : undefined;
  const stop = new AbortController();
  const signal = AbortSignal.any([input.signal, stop.signal, ...(timeout ? [timeout] : [])]);
  let last: DeliveryDetail | undefined;
  let wake: () => void = () => undefined;
  let dirty = true;
  let lost: Error | undefined;
  const listening = client
    .listen(signal, () => {
      dirty = true;
      wake();
    })
    .then(
      () => new Error('the server closed the connection'),
      (error: unknown) => (error instanceof Error ? error : new Error(String(error))),
    )
    .then((why) => {
      lost = why;
      wake();
    });
  signal.addEventListener('abort', () => wake(), { once: true });
  try {
    for (;;) {
      if (dirty) {
        dirty = false;
        const now = await current(client, key);
        if (now === undefined) throw new AppGone(key);
        last = now;
        if (done(now)) return now;
      }
      if (lost && !signal.aborted)
        throw new CommandFailure(`lost the server while waiting for ${key}: ${lost.message}`, exitCodes.connection);
      if (signal.aborted) throw timedOut(last, key, { timedOut: timeout?.aborted === true, timeoutMs });
      await new Promise<void>((resolve) => {
        wake = resolve;
        if (dirty || lost || signal.aborted) resolve();
      });
    }
  } finally {
    stop.abort();
    await listening;
  }
}

/** Resolves when the application is gone, which it may be already. */
export async function waitUntilGone(input: Omit<WaitInput, 'wanted' | 'done'>): Promise<void> {
  try {
    await waitForApp({ ...input, done: () => false });
  } catch (error) {
    if (!(error instanceof AppGone)) throw error;
  }
}

async function current(client: ApiClient, key: string): Promise<DeliveryDetail | undefined> {
  const { items } = await client.list();
  if (!items.some((item) => item.key === key)) return undefined;
  try {
    return await client.detail(key);
  } catch (error) {
    // It may go between the two questions.
    const { items: left } = await client.list();
    if (left.some((item) => item.key === key)) throw error;
    return undefined;
  }
}

/** The application waited for is not there any more. */
class AppGone extends CommandFailure {
  constructor(key: string) {
    super(`${key} was deleted while waiting for it`, exitCodes.generic);
  }
}

function isAsWanted(detail: DeliveryDetail, wanted: WaitFor): boolean {
  const running = detail.operation !== undefined && detail.operation.finishedAtMs === undefined;
  if (wanted.operation === true && running) return false;
  if (wanted.hydrated === true && detail.hydration?.phase !== 'hydrated') return false;
  const { resources = [] } = wanted;
  if (resources.length === 0) return standsAsWanted(detail.sync, detail.health, wanted);
  const meant = detail.resources.filter(({ hook, ref }) => !hook && isIncluded(ref, resources));
  // What has no health of its own is as healthy as it can be.
  return meant.every(({ sync, health }) => standsAsWanted(sync, health?.status ?? 'healthy', wanted));
}

function standsAsWanted(sync: DeliveryDetail['sync'], health: DeliveryDetail['health'], wanted: WaitFor): boolean {
  const healths = [
    ...(wanted.health === true ? ['healthy'] : []),
    ...(wanted.suspended === true ? ['suspended'] : []),
    ...(wanted.degraded === true ? ['degraded'] : []),
  ];
  if (healths.length > 0 && !healths.includes(health)) return false;
  return wanted.sync !== true || sync === 'synced';
}

function timedOut(
  last: DeliveryDetail | undefined,
  key: string,
  how: { readonly timedOut: boolean; readonly timeoutMs: number },
): CommandFailure {
  if (!how.timedOut) return new CommandFailure('interrupted', 130);
  const state = last
    ? `: it is ${last.sync}, ${last.health}${last.sentence === undefined ? '' : ` (${last.sentence})`}`
    : '';
  return new CommandFailure(
    `timed out (${formatDurationMs(how.timeoutMs)}) waiting for app "${key}" match desired state${state}`,
    exitCodes.generic,
  );
}

/** Whether the operation of `after` is another than that of `before`. */
export function isNewOperation(before: DeliveryDetail, after: DeliveryDetail): boolean {
  const last = before.currentOperation;
  const now = after.currentOperation;
  return (
    now !== undefined &&
    (last === undefined || last.startedAtMs !== now.startedAtMs || last.finishedAtMs !== now.finishedAtMs)
  );
}
