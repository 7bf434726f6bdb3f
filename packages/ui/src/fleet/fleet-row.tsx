// One application in the fleet: a row, or a card where the screen is narrow.

import type { DeliverySummary, Waterline } from '@evenkeel/api';
import { type KeyboardEvent, type PointerEvent, type ReactNode, memo, useState } from 'react';
import { address } from '../address.ts';
import { repositoryName, shortHash, subject } from '../format/names.ts';
import { duration } from '../format/time.ts';
import { frontEndName, ownTerms } from '../format/words.ts';
import { waitingStore } from '../live/actions.ts';
import { useNow } from '../live/server-clock.ts';
import { useStore } from '../live/store.ts';
import { Glow } from '../parts/glow.tsx';
import { Link, useGo } from '../parts/link.tsx';
import { Time } from '../parts/small.tsx';
import { StandingMark } from '../parts/standing.tsx';
import { type Line, type Span, momentAt, positionOf } from '../waterline/geometry.ts';
import { Strip } from '../waterline/strip.tsx';
import { Tip, momentIn } from '../waterline/tip.tsx';
import { nextStop, summaryWords } from '../waterline/walk.ts';

interface RowProps {
  readonly item: DeliverySummary;
  readonly line: Waterline | undefined;
  readonly span: Span;
  readonly width: number;
  readonly narrow: boolean;
  readonly index: number;
  readonly label: string;
  readonly top: number;
  /** Told where on the strips the pointer or the keys are, so that all rows show the moment. */
  readonly onWalk: (x: number | undefined) => void;
}

const nothing: Line = { runs: [], ticks: [] };

/** Drawn again only when something of it changed. */
export const FleetRow: (props: RowProps) => ReactNode = memo(function FleetRow(props: RowProps) {
  const { item, index, top, narrow, span, width } = props;
  const line = props.line ?? nothing;
  const go = useGo();
  const [at, setAt] = useState<{ readonly atMs: number; readonly x: number; readonly y: number }>();
  const walkTo = (atMs: number | undefined, strip: Element | null): void => {
    const box = strip?.getBoundingClientRect();
    const body = strip?.closest('.fleet-body')?.getBoundingClientRect();
    const x = atMs === undefined || !box || !body ? undefined : box.left - body.left + positionOf(atMs, span, width);
    props.onWalk(x);
    setAt(
      atMs === undefined || !box ? undefined : { atMs, x: box.left + positionOf(atMs, span, width), y: box.bottom + 6 },
    );
  };
  const press = (event: KeyboardEvent<HTMLAnchorElement>): void => {
    const step = event.key === 'ArrowLeft' ? -1 : event.key === 'ArrowRight' ? 1 : undefined;
    const strip = event.currentTarget.closest('[role="row"]')?.querySelector('[data-strip]') ?? null;
    if (step !== undefined) walkTo(nextStop(line, { span, atMs: at?.atMs ?? span.toMs, step }), strip);
    else if (event.key === 'Enter' && at)
      go(address.application(item.key, { tab: 'timeline', atMs: Math.round(at.atMs) }));
    else if (event.key === 'Escape' && at) walkTo(undefined, null);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const hover = (event: PointerEvent<HTMLDivElement>): void => {
    const { left } = event.currentTarget.getBoundingClientRect();
    walkTo(momentAt(event.clientX - left, span, width), event.currentTarget);
  };
  const place = { transform: `translateY(${top}px)` };
  return (
    <div role="row" className="fleet-row" aria-rowindex={index + 2} style={place} data-standing={item.standing}>
      <div role="cell" className="cell-state">
        <Glow of={item.standing}>
          <StandingMark standing={item.standing} terms={ownTerms(item)} note={<Since item={item} line={line} />} />
        </Glow>
      </div>
      <div role="cell" className="cell-name">
        <Link
          to={address.application(item.key)}
          data-row={item.key}
          onKeyDown={press}
          onBlur={() => at && walkTo(undefined, null)}
        >
          {item.name}
        </Link>
        <span
          className="badge"
          title={`${frontEndName(item.frontEnd)} ${item.kind} in ${item.namespace}, project ${item.project}`}
        >
          {item.frontEnd === 'argo' ? 'Argo' : 'Flux'}
        </span>
      </div>
      <div role="cell" className="cell-strip">
        <div
          className="strip-frame"
          data-strip
          role="img"
          aria-label={summaryWords(line, span, props.label)}
          onPointerMove={hover}
          onPointerLeave={() => walkTo(undefined, null)}
          onClick={() => at && go(address.application(item.key, { tab: 'timeline', atMs: Math.round(at.atMs) }))}
        >
          {width > 0 && <Strip line={line} span={span} width={width} height={narrow ? 22 : 24} />}
        </div>
        {at && <Tip moment={momentIn(line, span, at.atMs)} nowMs={span.toMs} x={at.x} y={at.y} />}
      </div>
      <WhatCell item={item} />
      <div role="cell" className="cell-commit">
        {item.commit ? (
          <>
            <Glow of={item.commit.sha}>
              <code title={item.commit.sha}>{shortHash(item.commit.sha)}</code>
            </Glow>
            <span className="quiet">
              {item.commit.author}, <Time atMs={item.commit.dateMs} brief />
            </span>
          </>
        ) : (
          <span className="quiet">{item.source.revision}</span>
        )}
      </div>
      <div
        role="cell"
        className="cell-destination"
        title={`${item.destination.cluster}, ${repositoryName(item.source.url)}`}
      >
        {item.destination.namespace === '' ? (
          <span className="quiet">as the manifests say</span>
        ) : (
          item.destination.namespace
        )}
      </div>
    </div>
  );
});

/** What is wrong or waited for; on a good day, quietly, what was last committed. */
function WhatCell({ item }: { readonly item: DeliverySummary }): ReactNode {
  const wait = useStore(waitingStore).get(item.key);
  const text = wait
    ? `Asked for a ${wait.action}`
    : (item.sentence ?? (item.commit && subject(item.commit.message)) ?? '');
  const quiet = !wait && item.sentence === undefined;
  return (
    <div role="cell" className={quiet ? 'cell-what quiet' : 'cell-what'} title={text}>
      {text}
    </div>
  );
}

/** How long it has stood like this; quiet while level. */
function Since({ item, line }: Pick<RowProps, 'item'> & { readonly line: Line }): ReactNode {
  const now = useNow();
  const last = line.runs.at(-1);
  return item.standing === 'level' || last?.state !== item.standing ? null : <>{duration(now - last.fromMs)}</>;
}
