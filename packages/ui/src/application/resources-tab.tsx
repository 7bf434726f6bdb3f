// The tree of what is live: what the application declares, and everything made from it, down to Pods.

import type { DeliveryDetail, ObjectRef, TreeNode } from '@evenkeel/api';
import { ChevronDown, ChevronRight } from 'lucide-react';
import { type KeyboardEvent, type ReactNode, type RefObject, useMemo, useRef, useState } from 'react';
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
  const { tree, rows, at, setCurrent, fold, press } = useTreeWalk(data?.nodes ?? none, onOpen);
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

const none: readonly TreeNode[] = [];

interface TreeWalk {
  readonly tree: RefObject<HTMLDivElement | null>;
  readonly rows: readonly TreeRow[];
  /** The row that is the tab stop. */
  readonly at: number;
  readonly setCurrent: (id: string) => void;
  readonly fold: (id: string, open: boolean) => void;
  readonly press: (event: KeyboardEvent) => void;
}

/** What is folded, which row is current, and what keys do about it. j and k begin at the top when nothing is focused. */
function useTreeWalk(nodes: readonly TreeNode[], onOpen: TabProps['onOpen']): TreeWalk {
  const [folded, setFolded] = useState<ReadonlySet<string>>(new Set());
  const [current, setCurrent] = useState('');
  const tree = useRef<HTMLDivElement>(null);
  const rows = useMemo(() => layoutTree(nodes, folded), [nodes, folded]);
  const found = rows.findIndex(({ node }) => node.id === current);
  const at = Math.max(0, found);
  const fold = (id: string, open: boolean): void =>
    setFolded((before) => (open ? new Set([...before].filter((other) => other !== id)) : new Set([...before, id])));
  const move = (key: string): boolean => {
    const inside = tree.current?.contains(document.activeElement) === true;
    const step = inside ? moveInTree(rows, at, key) : { select: at };
    if (!step) return false;
    if ('fold' in step) fold(step.fold, false);
    else if ('unfold' in step) fold(step.unfold, true);
    else {
      const id = rows[step.select]?.node.id ?? '';
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
  return { tree, rows, at, setCurrent, fold, press };
}

interface RowProps {
  readonly row: TreeRow;
  readonly stop: boolean;
  readonly onFocus: () => void;
  readonly onFold: (open: boolean) => void;
  readonly onOpen: () => void;
}

function Row({ row, stop, onFocus, onFold, onOpen }: RowProps): ReactNode {
  const { node, depth, children, expanded, place, siblings } = row;
  const standing = nodeStanding(node);
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
        <Lines row={row} onFold={onFold} />
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

/** The connectors to the parent, and what folds the children. */
function Lines({ row, onFold }: Pick<RowProps, 'row' | 'onFold'>): ReactNode {
  const { depth, lines, last, children, expanded } = row;
  const Chevron = expanded ? ChevronDown : ChevronRight;
  return (
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
