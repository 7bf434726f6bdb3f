// The rows of the fleet, virtualised: thousands cost what fits on the screen. At 390 px the rows become cards.

import type { DeliverySummary } from '@evenkeel/api';
import { useVirtualizer } from '@tanstack/react-virtual';
import { ArrowDown, ArrowUp } from 'lucide-react';
import { type ReactNode, type RefCallback, useLayoutEffect, useRef, useState } from 'react';
import type { FleetView, SortColumn } from '../address.ts';
import { useStore } from '../live/store.ts';
import { narrowScreen, useMedia, useWidth } from '../parts/use-width.ts';
import { densityStore } from '../shell/preferences.ts';
import { Axis } from '../waterline/axis.tsx';
import { spanWords } from '../waterline/geometry.ts';
import type { Strips } from '../waterline/use-span.ts';
import { FleetRow } from './fleet-row.tsx';

interface TableProps {
  readonly rows: readonly DeliverySummary[];
  readonly view: FleetView;
  readonly strips: Strips;
  readonly onChange: (wish: Partial<FleetView>) => void;
  readonly onHold: (held: boolean) => void;
}

/** The table. */
export function FleetTable({ rows, view, strips, onChange, onHold }: TableProps): ReactNode {
  const body = useRef<HTMLDivElement>(null);
  const narrow = useMedia(narrowScreen);
  const density = useStore(densityStore);
  const [measure, width] = useWidth<HTMLDivElement>();
  const [walking, setWalking] = useState<number>();
  const [offset, setOffset] = useState(0);
  useLayoutEffect(() => setOffset(body.current?.offsetTop ?? 0), [narrow]);
  const height = narrow ? 124 : density === 'compact' ? 28 : 36;
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => document.getElementById('main'),
    estimateSize: () => height,
    getItemKey: (index) => rows[index]?.key ?? index,
    overscan: 12,
    scrollMargin: offset,
  });
  useLayoutEffect(() => virtual.measure(), [height, virtual]);
  return (
    <div
      className="fleet-table"
      role="table"
      aria-label="Applications"
      aria-rowcount={rows.length + 1}
      onPointerEnter={() => onHold(true)}
      onPointerLeave={() => onHold(false)}
    >
      <Columns view={view} strips={strips} measure={measure} width={width} onChange={onChange} />
      <div role="rowgroup" ref={body} className="fleet-body" style={{ blockSize: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map(({ index, key, start }) => {
          const item = rows[index];
          const line = item && strips.lines.get(item.key);
          return item ? (
            <FleetRow
              key={String(key)}
              item={item}
              line={line}
              span={strips.span}
              width={width}
              narrow={narrow}
              index={index}
              label={spanWords(strips.hours)}
              top={start - offset}
              onWalk={setWalking}
            />
          ) : null;
        })}
        {walking !== undefined && !narrow && <div className="moment-line" style={{ insetInlineStart: walking }} />}
      </div>
    </div>
  );
}

interface ColumnsProps extends Pick<TableProps, 'view' | 'strips' | 'onChange'> {
  /** Measures how wide the strips are. */
  readonly measure: RefCallback<HTMLDivElement>;
  readonly width: number;
}

function Columns({ view, strips, measure, width, onChange }: ColumnsProps): ReactNode {
  return (
    <div role="rowgroup">
      <div role="row" className="fleet-columns" aria-rowindex={1}>
        <Column name="State" sort="standing" view={view} onChange={onChange} />
        <Column name="Application" sort="name" view={view} onChange={onChange} />
        <div role="columnheader" className="strip-column">
          <span className="strip-span">{spanWords(strips.hours)}</span>
          <div ref={measure} className="strip-measure">
            <Axis span={strips.span} width={width} />
          </div>
        </div>
        <div role="columnheader">What is going on</div>
        <Column name="Commit" sort="commit" view={view} onChange={onChange} />
        <Column name="Destination" sort="destination" view={view} onChange={onChange} />
      </div>
    </div>
  );
}

interface ColumnProps {
  readonly name: string;
  readonly sort: SortColumn;
  readonly view: FleetView;
  readonly onChange: (wish: Partial<FleetView>) => void;
}

function Column({ name, sort, view, onChange }: ColumnProps): ReactNode {
  const active = view.sort === sort;
  const Arrow = view.reversed ? ArrowUp : ArrowDown;
  return (
    <div role="columnheader" aria-sort={active ? (view.reversed ? 'descending' : 'ascending') : 'none'}>
      <button type="button" className="column" onClick={() => onChange({ sort, reversed: active && !view.reversed })}>
        {name}
        {active && <Arrow size={12} aria-hidden="true" />}
      </button>
    </div>
  );
}

/** Rows of the final size while the list is read. */
export function FleetSkeleton(): ReactNode {
  return (
    <div className="fleet-skeleton" role="status" aria-label="Reading the applications">
      {Array.from({ length: 8 }, (_, index) => (
        <div key={index} className="fleet-skeleton-row">
          <div className="skeleton-line" />
          <div className="skeleton-line" />
          <div className="skeleton-line" />
        </div>
      ))}
    </div>
  );
}
