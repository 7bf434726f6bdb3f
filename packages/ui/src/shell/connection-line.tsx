// The quiet line at the top: whether what is shown is the present, and of what.

import type { ReactNode } from 'react';
import { duration } from '../format/time.ts';
import { connectionStore } from '../live/connection.ts';
import { useInfo } from '../live/queries.ts';
import { useNow } from '../live/server-clock.ts';
import { useStore } from '../live/store.ts';

/** "Live", or "Reconnecting, data from 12 s ago". */
export function ConnectionLine(): ReactNode {
  const { state } = useStore(connectionStore);
  const { data } = useInfo();
  return (
    <header className="connection" data-state={state}>
      <span className="connection-state" role="status">
        <span className="connection-dot" aria-hidden="true" />
        {state === 'live' ? 'Live' : state === 'connecting' ? 'Connecting' : 'Reconnecting'}
        {state === 'reconnecting' && <Age />}
      </span>
      {data && (
        <span className="connection-cluster" title={data.cluster.endpoint}>
          {data.cluster.name} · Kubernetes {data.cluster.version.replace(/^v/, '')}
        </span>
      )}
      {data?.historyProblem !== undefined && (
        <span className="connection-problem">No history: {data.historyProblem}</span>
      )}
    </header>
  );
}

function Age(): ReactNode {
  const { sinceMs } = useStore(connectionStore);
  useNow(1000);
  return <span aria-live="off">, data from {duration(Math.max(1000, Date.now() - sinceMs))} ago</span>;
}
