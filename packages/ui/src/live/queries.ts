// Everything the page reads, as TanStack queries. Data never goes stale by age: the stream says when it changed.

import {
  type DeliveryDetail,
  type DeliveryList,
  type Info,
  type LogLines,
  type ObjectRef,
  type Problem,
  type ResourceDetail,
  type ResourceEvents,
  type ResourceTree,
  type TimelinePage,
  type Waterlines,
  apiPaths,
} from '@evenkeel/api';
import {
  type InfiniteData,
  QueryClient,
  type QueryKey,
  type UseInfiniteQueryResult,
  type UseQueryResult,
  keepPreviousData,
  useInfiniteQuery,
  useQuery,
} from '@tanstack/react-query';
import { printRef } from '../address.ts';
import { learnServerTime } from './server-clock.ts';

/** Keys of the cache. Everything of an application lies below `application(key)`, so that one call reads it again. */
export const queryKeys: {
  readonly list: QueryKey;
  readonly info: QueryKey;
  readonly waterlinesOfAll: QueryKey;
  readonly waterlines: (hours: number) => QueryKey;
  readonly application: (key: string) => QueryKey;
  readonly detail: (key: string) => QueryKey;
  readonly tree: (key: string) => QueryKey;
  readonly resource: (key: string, ref: ObjectRef) => QueryKey;
  readonly events: (key: string, ref: ObjectRef | undefined) => QueryKey;
  readonly logs: (key: string, at: { readonly ref: ObjectRef; readonly container: string }) => QueryKey;
  readonly timelineOf: (key: string | undefined) => QueryKey;
} = {
  list: ['deliveries'],
  info: ['info'],
  waterlinesOfAll: ['waterlines'],
  waterlines: (hours) => ['waterlines', hours],
  application: (key) => ['application', key],
  detail: (key) => ['application', key, 'detail'],
  tree: (key) => ['application', key, 'tree'],
  resource: (key, ref) => ['application', key, 'resource', printRef(ref)],
  events: (key, ref) => ['application', key, 'events', ref ? printRef(ref) : ''],
  logs: (key, { ref, container }) => ['application', key, 'logs', printRef(ref), container],
  timelineOf: (key) => (key === undefined ? ['timeline'] : ['application', key, 'timeline']),
};

/** What went wrong, with what to do about it where the server says so. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  readonly remedy: string | undefined;
  constructor(status: number, sentence: string, remedy?: string) {
    super(sentence);
    this.status = status;
    this.remedy = remedy;
  }
}

/** Asks the API. Rejects with an `ApiError` that carries the server's own sentence. */
export async function request<Answer>(path: string, init: RequestInit = {}): Promise<Answer> {
  let response: Response;
  try {
    response = await fetch(path, init);
  } catch (cause) {
    if (init.signal?.aborted === true) throw cause;
    throw new ApiError(
      0,
      'the server does not answer',
      'See whether evenkeel is still running; the page reconnects by itself.',
    );
  }
  const text = await response.text();
  if (!response.ok) {
    const problem = parseProblem(text);
    throw new ApiError(response.status, problem?.sentence ?? `the server answered ${response.status}`, problem?.remedy);
  }
  // The server that sent the page answers here; both are built from one contract.
  return JSON.parse(text) as Answer;
}

function parseProblem(text: string): Problem | undefined {
  try {
    const value = JSON.parse(text) as Partial<Problem>;
    return typeof value.sentence === 'string' ? (value as Problem) : undefined;
  } catch {
    return undefined;
  }
}

/** The cache, shared by page and stream. */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: Infinity,
        refetchOnWindowFocus: false,
        refetchOnReconnect: false,
        retry: (failures, error) =>
          failures < 3 && !(error instanceof ApiError && error.status >= 400 && error.status < 500),
        retryDelay: (attempt) => Math.min(8000, 400 * 2 ** attempt),
      },
    },
  });
}

function read<Answer>(path: string): (context: { signal: AbortSignal }) => Promise<Answer> {
  return ({ signal }) => request<Answer>(path, { signal });
}

export function useDeliveries(): UseQueryResult<DeliveryList> {
  return useQuery({ queryKey: queryKeys.list, queryFn: read<DeliveryList>(apiPaths.deliveries()) });
}

export function useInfo(): UseQueryResult<Info> {
  return useQuery({ queryKey: queryKeys.info, queryFn: read<Info>(apiPaths.info()) });
}

/** The strips of everything. Where nothing was known of an application yet, its strip begins later. */
export function useWaterlines(hours: number): UseQueryResult<Waterlines> {
  return useQuery({
    queryKey: queryKeys.waterlines(hours),
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) => {
      const answer = await request<Waterlines>(apiPaths.waterlines(hours), { signal });
      learnServerTime(answer.toMs);
      return { ...answer, items: answer.items.map(withoutPrehistory(answer.fromMs)) };
    },
  });
}

/** The API calls the time before an application existed unknown; a strip begins where something is known. */
function withoutPrehistory(fromMs: number): (line: Waterlines['items'][number]) => Waterlines['items'][number] {
  return (line) => {
    const [first, ...rest] = line.runs;
    if (first?.state !== 'unknown' || first.fromMs > fromMs) return line;
    const [tick] = line.ticks;
    if (rest.length > 0) return { ...line, runs: rest };
    return { ...line, runs: tick ? [{ ...first, fromMs: tick.atMs }] : [] };
  };
}

export function useDetail(key: string): UseQueryResult<DeliveryDetail> {
  return useQuery({ queryKey: queryKeys.detail(key), queryFn: read<DeliveryDetail>(apiPaths.delivery(key)) });
}

export function useTree(key: string): UseQueryResult<ResourceTree> {
  return useQuery({ queryKey: queryKeys.tree(key), queryFn: read<ResourceTree>(apiPaths.tree(key)) });
}

export function useResource(key: string, ref: ObjectRef): UseQueryResult<ResourceDetail> {
  return useQuery({
    queryKey: queryKeys.resource(key, ref),
    queryFn: read<ResourceDetail>(apiPaths.resource(key, ref)),
  });
}

export function useEvents(key: string, ref?: ObjectRef): UseQueryResult<ResourceEvents> {
  return useQuery({ queryKey: queryKeys.events(key, ref), queryFn: read<ResourceEvents>(apiPaths.events(key, ref)) });
}

export function useLogs(key: string, at: { ref: ObjectRef; container: string }): UseQueryResult<LogLines> {
  return useQuery({
    queryKey: queryKeys.logs(key, at),
    queryFn: read<LogLines>(apiPaths.logs(key, at.ref, at.container)),
    enabled: at.container !== '',
  });
}

/** The timeline of one application, or of all; older pages on demand. */
export function useTimeline(key?: string): UseInfiniteQueryResult<InfiniteData<TimelinePage>> {
  return useInfiniteQuery({
    queryKey: queryKeys.timelineOf(key),
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) => request<TimelinePage>(apiPaths.timeline(key, pageParam), { signal }),
    getNextPageParam: (last) => last.next,
  });
}
