// The tree of what is live: what the application declares, and everything made from it, down to Pods.

import type { DeliveryDetail, ObjectRef } from '@evenkeel/api';
import { ChevronDown, ChevronRight } from 'lucide-react';
import { type KeyboardEvent, type ReactNode, useMemo, useRef, useState } from 'react';
import { duration } from '../format/time.ts';
import { nodeStanding, nodeWord, reasonWords } from '../format/words.ts';
import { useTree } from '../live/queries.ts';
import { useNow } from '../live/server-clock.ts';
import { Empty, Failure, Skeleton } from '../parts/small.tsx';
import { StandingMark } from '../parts/standing.tsx';
import { useKeys } from '../shell/keys.ts';
import { type TreeRow, layoutTree, moveInTree } from './tree-layout.ts';

interface TabProps {
  readonly detail: DeliveryDetail;
  readonly onOpen: (ref: ObjectRef) => void;
}

/** The tree, with one tab stop; arrows, j and k walk it, Enter opens a resource. */
export function ResourcesTab({ detail, onOpen }: TabProps): ReactNode {
  const { data, error, dataUpdatedAt, refetch } = useTree(detail.key);
  const [folded, setFolded] = useState<ReadonlySet<string>>(new Set());
  const [current, setCurrent] = useState('');
  const tree = useRef<HTMLDivElement>(null);
  const rows = useMemo(() => layoutTree(data?.nodes ?? [], folded), [data, folded]);
  const at = Math.max(
    0,
    rows.findIndex(({ node }) => node.id === current),
  );
  const fold = (id: string, open: boolean): void =>
    setFolded((before) => (open ? new Set([...before].filter((other) => other !== id)) : new Set([...before, id])));
  const move = (key: string): boolean => {
    const step = moveInTree(
      rows,
      tree.current?.contains(document.activeElement) === true ? at : key === 'j' ? -1 + at : at,
      key,
    );
    const wanted = step ?? (key === 'j' ? { select: 0 } : undefined);
    if (!wanted) return false;
    if ('fold' in wanted) fold(wanted.fold, false);
    else if ('unfold' in wanted) fold(wanted.unfold, true);
    else {
      const id = rows[wanted.select]?.node.id ?? '';
      setCurrent(id);
      tree.current?.querySelector<HTMLElement>(`[data-node="${CSS.escape(id)}"]`)?.focus();
    }
    return true;
  };
  const press = (event: KeyboardEvent): void => {
    const row = rows[at];
    if (event.key === 'Enter' && row) onOpen(row.node.ref);
    else if (event.ctrlKey || event.metaKey || event.altKey || !move(event.key)) return;
    event.preventDefault();
    event.stopPropagation();
  };
  useKeys({ j: () => void move('j'), k: () => void move('k') });
  if (!data) {
    return error ? (
      <Failure error={error} readAtMs={0} onRetry={() => void refetch()} />
    ) : (
      <Skeleton lines={8} label="Reading the resources" />
    );
  }
  if (rows.length === 0) {
    return (
      <Empty title="Nothing here yet">
        <p>{detail.sentence ?? 'The source has no objects in this path.'}</p>
      </Empty>
    );
  }
  return (
    <>
      <Failure error={error} readAtMs={dataUpdatedAt} onRetry={() => void refetch()} />
      <div ref={tree} className="tree" role="tree" aria-label={`Resources of ${detail.name}`} onKeyDown={press}>
        {rows.map((row, index) => (
          <Row
            key={row.node.id}
            row={row}
            stop={index === at}
            onFocus={() => setCurrent(row.node.id)}
            onFold={(open) => fold(row.node.id, open)}
            onOpen={() => onOpen(row.node.ref)}
          />
        ))}
      </div>
    </>
  );
}

interface RowProps {
  readonly row: TreeRow;
  readonly stop: boolean;
  readonly onFocus: () => void;
  readonly onFold: (open: boolean) => void;
  readonly onOpen: () => void;
}

function Row({ row, stop, onFocus, onFold, onOpen }: RowProps): ReactNode {
  const { node, depth, lines, last, children, expanded, place, siblings } = row;
  const standing = nodeStanding(node);
  const Chevron = expanded ? ChevronDown : ChevronRight;
  const said = node.health?.message ?? (node.sync === 'drifted' ? reasonWords(node.reason) : undefined);
  return (
    <div
      role="treeitem"
      className="tree-row"
      data-node={node.id}
      data-standing={standing}
      tabIndex={stop ? 0 : -1}
      aria-level={depth + 1}
      aria-posinset={place}
      aria-setsize={siblings}
      aria-expanded={children === 0 ? undefined : expanded}
      aria-selected={false}
      onFocus={onFocus}
      onClick={onOpen}
    >
      <span className="tree-what">
        <span className="tree-lines" aria-hidden="true">
          {lines.slice(1).map((through, level) => (
            <i key={level} data-through={through || undefined} />
          ))}
          {depth > 0 && <i data-turn={last ? 'last' : 'on'} />}
          {children > 0 ? (
            <span
              className="tree-fold"
              onClick={(event) => {
                event.stopPropagation();
                onFold(!expanded);
              }}
            >
              <Chevron size={14} />
            </span>
          ) : (
            <span className="tree-leaf" />
          )}
        </span>
        <span className="tree-label">
          <span className="tree-kind">{node.ref.kind}</span>
          <span
            className="tree-name"
            title={node.ref.namespace === '' ? node.ref.name : `${node.ref.namespace}/${node.ref.name}`}
          >
            {node.ref.name}
          </span>
        </span>
      </span>
      <StandingMark standing={standing} word={nodeWord(node)} terms={nodeTerms(row)} />
      <span className="tree-said" title={said}>
        {said}
      </span>
      <span className="tree-facts">
        {node.facts.map((fact) => (
          <span key={fact}>{fact}</span>
        ))}
      </span>
      <span className="tree-age quiet">{node.createdAtMs !== undefined && <Age atMs={node.createdAtMs} />}</span>
    </div>
  );
}

function nodeTerms({ node }: TreeRow): string {
  const words = [node.sync && `sync ${node.sync}`, node.health && `health ${node.health.status}`].filter(Boolean);
  return words.length === 0 ? 'has no state of its own' : words.join(', ');
}

function Age({ atMs }: { readonly atMs: number }): ReactNode {
  const now = useNow();
  return <>{duration(Math.max(0, now - atMs))}</>;
}
