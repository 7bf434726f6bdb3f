// What happened, newest first, by day. Older entries are read on demand, or until the moment the address names.

import type { TimelineEntry } from '@evenkeel/api';
import {
  Activity,
  CircleCheck,
  CircleDot,
  CircleX,
  GitCommitHorizontal,
  type LucideIcon,
  MousePointerClick,
  Split,
  Undo2,
} from 'lucide-react';
import { type ReactNode, useEffect, useMemo, useRef } from 'react';
import { address } from '../address.ts';
import { shortHash } from '../format/names.ts';
import { absoluteTime, clockTime } from '../format/time.ts';
import { useTimeline } from '../live/queries.ts';
import { useNow } from '../live/server-clock.ts';
import { Link } from '../parts/link.tsx';
import { Button, Empty, Failure, Skeleton } from '../parts/small.tsx';
import { daysOf, nearestEntry } from './days.ts';

const icons: Readonly<Record<TimelineEntry['kind'], LucideIcon>> = {
  commit: GitCommitHorizontal,
  'sync-started': CircleDot,
  'sync-finished': CircleCheck,
  'drift-started': Split,
  'drift-ended': Undo2,
  health: Activity,
  action: MousePointerClick,
};

interface ListProps {
  readonly deliveryKey?: string;
  readonly kind?: string;
  readonly atMs?: number | undefined;
}

/** The list, of one application or of all. */
export function TimelineList({ deliveryKey, kind = '', atMs }: ListProps): ReactNode {
  const timeline = useTimeline(deliveryKey);
  const { data, error, dataUpdatedAt, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } = timeline;
  const now = useNow(60_000);
  const entries = useMemo(() => data?.pages.flatMap((page) => page.entries) ?? [], [data]);
  const shown = useMemo(() => entries.filter((entry) => kind === '' || entry.kind === kind), [entries, kind]);
  const near = atMs === undefined ? undefined : nearestEntry(entries, atMs, hasNextPage);
  const pages = data?.pages.length ?? 0;
  useEffect(() => {
    if (atMs !== undefined && !near && hasNextPage && pages < 40 && !isFetchingNextPage) void fetchNextPage();
  }, [atMs, near, hasNextPage, pages, isFetchingNextPage, fetchNextPage]);
  if (!data) {
    return error ? (
      <Failure error={error} readAtMs={0} onRetry={() => void refetch()} />
    ) : (
      <Skeleton lines={10} label="Reading the timeline" />
    );
  }
  return (
    <>
      <Failure error={error} readAtMs={dataUpdatedAt} onRetry={() => void refetch()} />
      {shown.length === 0 && (
        <Empty title={kind === '' ? 'Nothing has happened yet' : 'Nothing of this kind yet'}>
          <p>Every commit, sync, drift and change of health is kept here, with who and why.</p>
        </Empty>
      )}
      {daysOf(shown, now).map((day) => (
        <section key={day.id} className="day">
          <h2 className="day-name">{day.name}</h2>
          <ol className="entries">
            {day.entries.map((entry) => (
              <Entry key={entry.id} entry={entry} near={entry === near} withName={deliveryKey === undefined} />
            ))}
          </ol>
        </section>
      ))}
      {hasNextPage && (
        <Button pending={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          Older entries
        </Button>
      )}
    </>
  );
}

interface EntryProps {
  readonly entry: TimelineEntry;
  readonly near: boolean;
  readonly withName: boolean;
}

function Entry({ entry, near, withName }: EntryProps): ReactNode {
  const { atMs, kind, key, sentence, revision, who, outcome, details } = entry;
  const item = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (near) item.current?.scrollIntoView({ block: 'center' });
  }, [near]);
  const failed = outcome !== undefined && outcome !== 'succeeded';
  const more = details.filter((detail) => !sentence.includes(detail)).map(shortHashes);
  const Icon = failed ? CircleX : icons[kind];
  return (
    <li ref={item} className="entry" data-kind={kind} data-failed={failed || undefined} data-near={near || undefined}>
      <time dateTime={new Date(atMs).toISOString()} title={absoluteTime(atMs)}>
        {clockTime(atMs, true)}
      </time>
      <span className="entry-icon">
        <Icon size={15} aria-hidden="true" />
      </span>
      <div className="entry-text">
        <p>
          {withName && key !== undefined && (
            <Link className="entry-name" to={address.application(key)}>
              {key.split('/').at(-1)}
            </Link>
          )}
          <span className="entry-sentence">{sentence}</span>
        </p>
        {more.length > 0 && <Details details={more} />}
      </div>
      <span className="entry-who quiet">
        {revision !== undefined && revision !== '' && <code title={revision}>{shortHash(revision)}</code>}
        {who !== undefined && <span>{who}</span>}
      </span>
    </li>
  );
}

/** Full hashes are for machines; the tooltip beside has them. */
function shortHashes(text: string): string {
  return text.replace(/\b[0-9a-f]{40}\b/g, shortHash);
}

function Details({ details }: { readonly details: readonly string[] }): ReactNode {
  if (details.length <= 2) return <p className="entry-details">{details.join(', ')}</p>;
  return (
    <details className="entry-details">
      <summary>
        {details[0]} and {details.length - 1} more
      </summary>
      <ul>
        {details.map((detail) => (
          <li key={detail}>{detail}</li>
        ))}
      </ul>
    </details>
  );
}
