// The one live connection. It feeds the query cache; whatever is shown reads from there, and nothing polls.

import {
  type DeliveryDetail,
  type DeliveryList,
  type StreamEvent,
  type StreamEventName,
  type Waterlines,
  apiPaths,
} from '@evenkeel/api';
import type { QueryClient } from '@tanstack/react-query';
import { settleWaiting } from './actions.ts';
import { queryKeys } from './queries.ts';
import { mergeDetail, reduceList, reduceWaterlines } from './reducer.ts';
import { serverNow } from './server-clock.ts';
import { type Store, createStore } from './store.ts';

/** How the connection stands. `sinceMs` is when what is shown was last known to be the present. */
export interface Connection {
  readonly state: 'connecting' | 'live' | 'reconnecting';
  readonly sinceMs: number;
}

export const connectionStore: Store<Connection> = createStore<Connection>({ state: 'connecting', sinceMs: Date.now() });

const eventNames: readonly StreamEventName[] = ['snapshot', 'delivery', 'removed', 'touched', 'waterline'];
const BACK_OFF_MS = 400;
const BACK_OFF_MAX_MS = 15_000;
/** What is shown is read again at most this often while it keeps changing; the last change is never missed. */
const REREAD_MS = 120;

/** Connects and stays connected until the signal. */
export function connectStream(client: QueryClient, signal: AbortSignal): void {
  let source: EventSource | undefined;
  let failures = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const reread = createReread(client);

  const connect = (): void => {
    clearTimeout(timer);
    source?.close();
    if (signal.aborted) return;
    source = new EventSource(apiPaths.stream());
    for (const name of eventNames) {
      source.addEventListener(name, (message) => {
        // The server that sent the page sends these; both are built from one contract.
        const event = {
          event: name,
          data: JSON.parse((message as MessageEvent<string>).data) as unknown,
        } as StreamEvent;
        if (event.event === 'snapshot') {
          const again = failures > 0 || connectionStore.get().state === 'reconnecting';
          failures = 0;
          connectionStore.set({ state: 'live', sinceMs: Date.now() });
          if (again) void client.invalidateQueries();
        }
        receive(client, event, reread);
      });
    }
    source.addEventListener('error', () => {
      source?.close();
      const { state } = connectionStore.get();
      if (state === 'live') connectionStore.set({ state: 'reconnecting', sinceMs: Date.now() });
      failures += 1;
      const wait = Math.min(BACK_OFF_MAX_MS, BACK_OFF_MS * 2 ** Math.min(failures, 8));
      timer = setTimeout(connect, wait * (0.5 + Math.random() / 2));
    });
  };
  const hurry = (): void => {
    if (document.visibilityState === 'visible' && source?.readyState === EventSource.CLOSED) connect();
  };
  window.addEventListener('online', hurry, { signal });
  document.addEventListener('visibilitychange', hurry, { signal });
  signal.addEventListener('abort', () => {
    clearTimeout(timer);
    source?.close();
  });
  connect();
}

function receive(client: QueryClient, event: StreamEvent, reread: (key: string) => void): void {
  const before =
    event.event === 'delivery'
      ? client.getQueryData<DeliveryList>(queryKeys.list)?.items.find(({ key }) => key === event.data.item.key)
      : undefined;
  if (event.event === 'snapshot') void client.cancelQueries({ queryKey: queryKeys.list });
  if (event.event === 'snapshot' || event.event === 'delivery' || event.event === 'removed') {
    client.setQueryData<DeliveryList>(queryKeys.list, (list) => reduceList(list, event));
  }
  client.setQueriesData<Waterlines>({ queryKey: queryKeys.waterlinesOfAll }, (lines) =>
    reduceWaterlines(lines, event, { nowMs: serverNow(), before }),
  );
  if (event.event === 'delivery') {
    const { item } = event.data;
    client.setQueryData<DeliveryDetail>(queryKeys.detail(item.key), (detail) => detail && mergeDetail(detail, item));
    settleWaiting(item.key, before, item);
    reread(item.key);
  }
  if (event.event === 'touched') {
    settleWaiting(event.data.key);
    reread(event.data.key);
  }
  if (event.event === 'removed') reread(event.data.key);
}

/** Reads again what is shown of an application: at once, and once more at the end of a series of changes. */
function createReread(client: QueryClient): (key: string) => void {
  const resting = new Map<string, { again: boolean }>();
  const read = (key: string): void => {
    void client.invalidateQueries({ queryKey: queryKeys.application(key) });
    void client.invalidateQueries({ queryKey: queryKeys.timelineOf(undefined) });
    const rest = { again: false };
    resting.set(key, rest);
    setTimeout(() => {
      resting.delete(key);
      if (rest.again) read(key);
    }, REREAD_MS);
  };
  return (key) => {
    const rest = resting.get(key);
    if (rest) rest.again = true;
    else read(key);
  };
}
