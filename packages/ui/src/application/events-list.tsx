// Kubernetes events, of everything in an application or of one object.

import type { ObjectRef } from '@evenkeel/api';
import type { ReactNode } from 'react';
import { useEvents } from '../live/queries.ts';
import { Empty, Failure, Skeleton, Time } from '../parts/small.tsx';

interface EventsProps {
  readonly deliveryKey: string;
  readonly resource?: ObjectRef;
}

/** The events, newest first. */
export function EventsList({ deliveryKey, resource }: EventsProps): ReactNode {
  const { data, error, dataUpdatedAt, refetch } = useEvents(deliveryKey, resource);
  if (!data) {
    return error ? (
      <Failure error={error} readAtMs={0} onRetry={() => void refetch()} />
    ) : (
      <Skeleton lines={6} label="Reading the events" />
    );
  }
  return (
    <>
      <Failure error={error} readAtMs={dataUpdatedAt} onRetry={() => void refetch()} />
      {data.items.length === 0 && (
        <Empty title="No events">
          <p>Kubernetes keeps events for an hour; the timeline remembers longer.</p>
        </Empty>
      )}
      <ul className="events">
        {data.items.map((event, index) => (
          <li key={`${index}${event.reason}${event.object.name}`} className="event" data-type={event.type}>
            <span className="event-when quiet">
              {event.lastSeenMs !== undefined && <Time atMs={event.lastSeenMs} />}
            </span>
            <span className="event-reason">{event.reason}</span>
            <div>
              <p>{event.message}</p>
              <p className="quiet">
                {resource === undefined && `${event.object.kind} ${event.object.name} · `}
                {event.source}
                {event.count > 1 && ` · ${event.count} times`}
              </p>
            </div>
          </li>
        ))}
      </ul>
    </>
  );
}
