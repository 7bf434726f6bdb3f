// Doing things: the requests, and what is waited for until the stream shows that they were taken up.

import { type Accepted, type DeliverySummary, apiPaths } from '@evenkeel/api';
import { notify } from '../shell/notices.ts';
import { ApiError, request } from './queries.ts';
import { type Store, createStore } from './store.ts';

export type ActionName = 'sync' | 'refresh' | 'rollback' | 'terminate';

/** What was asked for and is not seen yet. */
export interface Waiting {
  readonly action: ActionName;
  readonly sinceMs: number;
}

export const waitingStore: Store<ReadonlyMap<string, Waiting>> = createStore<ReadonlyMap<string, Waiting>>(new Map());

/** A request whose effect nothing shows, such as a refresh that found nothing, is settled after this. */
const WAIT_MAX_MS = 4000;

/** Asks the server; the button that did it is pending until the stream shows the effect. Failures are told in a notice. */
export async function act(key: string, action: ActionName, body: unknown = {}): Promise<boolean> {
  if (waitingStore.get().has(key)) return false;
  const wait: Waiting = { action, sinceMs: Date.now() };
  waitingStore.update((all) => new Map(all).set(key, wait));
  setTimeout(() => settle(key, wait), WAIT_MAX_MS);
  try {
    const { message } = await request<Accepted>(apiPaths[action](key), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    notify({ tone: 'quiet', sentence: capital(message) });
    return true;
  } catch (error) {
    settle(key, wait);
    const remedy = error instanceof ApiError ? error.remedy : undefined;
    const sentence = error instanceof Error ? error.message : String(error);
    notify({ tone: 'wrong', sentence: capital(sentence), ...(remedy === undefined ? {} : { remedy }) });
    return false;
  }
}

/** Called by the stream: a changed operation settles a sync, anything at all settles a refresh. */
export function settleWaiting(key: string, before?: DeliverySummary, after?: DeliverySummary): void {
  const wait = waitingStore.get().get(key);
  if (!wait) return;
  const operated =
    after?.operation !== undefined &&
    (after.operation.startedAtMs !== before?.operation?.startedAtMs ||
      after.operation.phase !== before.operation.phase);
  if (wait.action === 'refresh' || operated) settle(key, wait);
}

function settle(key: string, wait: Waiting): void {
  if (waitingStore.get().get(key) !== wait) return;
  waitingStore.update((all) => {
    const rest = new Map(all);
    rest.delete(key);
    return rest;
  });
}

function capital(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}
