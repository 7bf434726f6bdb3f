// Earlier syncs: which commit, by whom, when; and the way back to each.

import type { DeliveryDetail, HistoryEntry } from '@evenkeel/api';
import { Undo2 } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { address } from '../address.ts';
import { shortHash, subject } from '../format/names.ts';
import { act, waitingStore } from '../live/actions.ts';
import { useStore } from '../live/store.ts';
import { Dialog } from '../parts/dialog.tsx';
import { Link } from '../parts/link.tsx';
import { Button, Empty, Time } from '../parts/small.tsx';

/** The history, newest first. */
export function HistoryTab({ detail }: { readonly detail: DeliveryDetail }): ReactNode {
  const [chosen, setChosen] = useState<HistoryEntry>();
  const waiting = useStore(waitingStore).get(detail.key);
  if (detail.history.length === 0) {
    return (
      <Empty title={detail.frontEnd === 'flux' ? 'A Kustomization keeps no list of syncs' : 'No sync has finished yet'}>
        <p>
          {detail.frontEnd === 'flux'
            ? 'Flux goes back by reverting the commit in Git. Everything that happened is in '
            : 'The first one will appear here with its commit and author. Until then there is '}
          <Link to={address.application(detail.key, { tab: 'timeline' })} replace>
            the timeline
          </Link>
          .
        </p>
      </Empty>
    );
  }
  return (
    <>
      {detail.hold && <p className="hold">This application is {detail.hold.sentence}.</p>}
      <ol className="history">
        {detail.history.map((entry) => (
          <li key={entry.id} className="history-entry" aria-current={entry.current || undefined}>
            <span className="history-when">
              <Time atMs={entry.deployedAtMs} />
            </span>
            <code title={entry.revision}>{shortHash(entry.revision)}</code>
            <span className="history-message" title={entry.commit?.message}>
              {entry.commit ? subject(entry.commit.message) : 'commit not readable any more'}
            </span>
            <span className="quiet">{entry.commit?.author}</span>
            <span className="quiet">{whoWords(entry)}</span>
            {entry.current ? (
              <span className="live-now">live now</span>
            ) : (
              <Button
                icon={<Undo2 size={14} aria-hidden="true" />}
                disabledReason={entry.rollback.disabledReason}
                pending={waiting?.action === 'rollback'}
                aria-label={`Roll back to ${shortHash(entry.revision)}`}
                onClick={() => setChosen(entry)}
              >
                Roll back
              </Button>
            )}
          </li>
        ))}
      </ol>
      {chosen && <Confirm detail={detail} entry={chosen} onClose={() => setChosen(undefined)} />}
    </>
  );
}

function whoWords({ initiatedBy }: HistoryEntry): string {
  return initiatedBy.username ?? (initiatedBy.automated ? 'automatic' : '');
}

interface ConfirmProps {
  readonly detail: DeliveryDetail;
  readonly entry: HistoryEntry;
  readonly onClose: () => void;
}

function Confirm({ detail, entry, onClose }: ConfirmProps): ReactNode {
  const confirm = (): void => {
    onClose();
    void act(detail.key, 'rollback', { id: entry.id });
  };
  return (
    <Dialog title={`Roll ${detail.name} back to ${shortHash(entry.revision)}?`} onClose={onClose}>
      <p>
        {entry.commit && <q>{subject(entry.commit.message)}</q>} was live <Time atMs={entry.deployedAtMs} />. The
        cluster is made as Git said then.
      </p>
      {detail.automatic && (
        <p>
          Syncing is automatic: the application is held at this commit until the next one arrives, so that it is not
          synced forward again at once.
        </p>
      )}
      <div className="dialog-actions">
        <Button onClick={onClose}>Cancel</Button>
        <Button tone="main" onClick={confirm}>
          Roll back
        </Button>
      </div>
    </Dialog>
  );
}
