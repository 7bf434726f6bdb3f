// Waits until an application is as somebody wants it, told of every change by the stream instead of asking again and again.

import type { DeliveryDetail } from '@evenkeel/api';
import { formatDurationMs } from '@evenkeel/std';
import type { ApiClient } from '../api-client.ts';
import { CommandFailure, exitCodes } from '../io.ts';

/** The states to wait for; several must hold at once. */
export interface WaitFor {
  readonly sync?: boolean;
  readonly health?: boolean;
  readonly operation?: boolean;
  readonly suspended?: boolean;
  readonly degraded?: boolean;
  readonly delete?: boolean;
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
  const listening = client.listen(signal, () => {
    dirty = true;
    wake();
  });
  signal.addEventListener('abort', () => wake(), { once: true });
  try {
    for (;;) {
      if (dirty) {
        dirty = false;
        const now = await current(client, key);
        if (now === undefined) return gone(last, wanted, key);
        last = now;
        if (wanted?.delete !== true && done(now)) return now;
      }
      if (signal.aborted) throw timedOut(last, key, { timedOut: timeout?.aborted === true, timeoutMs });
      await new Promise<void>((resolve) => {
        wake = resolve;
        if (dirty || signal.aborted) resolve();
      });
    }
  } finally {
    stop.abort();
    await listening.catch(() => undefined);
  }
}

async function current(client: ApiClient, key: string): Promise<DeliveryDetail | undefined> {
  const { items } = await client.list();
  return items.some((item) => item.key === key) ? client.detail(key) : undefined;
}

function gone(last: DeliveryDetail | undefined, wanted: WaitFor | undefined, key: string): DeliveryDetail {
  if (wanted?.delete === true && last) return last;
  throw new CommandFailure(`${key} was deleted while waiting for it`, exitCodes.generic);
}

function isAsWanted(detail: DeliveryDetail, wanted: WaitFor): boolean {
  const healths = [
    ...(wanted.health === true ? ['healthy'] : []),
    ...(wanted.suspended === true ? ['suspended'] : []),
    ...(wanted.degraded === true ? ['degraded'] : []),
  ];
  if (healths.length > 0 && !healths.includes(detail.health)) return false;
  if (wanted.sync === true && detail.sync !== 'synced') return false;
  const running = detail.operation !== undefined && detail.operation.finishedAtMs === undefined;
  return !(wanted.operation === true && running);
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
