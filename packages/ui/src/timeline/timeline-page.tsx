// The timeline of everything.

import { type ReactNode, useEffect } from 'react';
import { address, readTimelineView } from '../address.ts';
import { Link, usePlace } from '../parts/link.tsx';
import { TimelineList } from './timeline-list.tsx';

const kinds = [
  ['', 'Everything'],
  ['commit', 'Commits'],
  ['sync-finished', 'Syncs'],
  ['drift-started', 'Drift'],
  ['health', 'Health'],
  ['action', 'What people did'],
] as const;

/** The page at "/timeline". */
export function TimelinePage(): ReactNode {
  const { query } = usePlace();
  const { kind, atMs } = readTimelineView(query);
  useEffect(() => {
    document.title = 'Timeline · Evenkeel';
  }, []);
  return (
    <div className="page timeline">
      <div className="page-head">
        <h1>Timeline</h1>
        <p className="quiet">Every commit, sync, drift and change of health, and what people asked for.</p>
      </div>
      <nav className="chips" aria-label="Kinds of entries">
        {kinds.map(([id, name]) => (
          <Link
            key={id}
            className="chip"
            to={address.timeline({ kind: id })}
            replace
            aria-current={kind === id || undefined}
          >
            {name}
          </Link>
        ))}
      </nav>
      <TimelineList kind={kind} atMs={atMs} />
    </div>
  );
}
