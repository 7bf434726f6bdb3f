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
  const { at, press, hover, leave, open } = useWalk(props, line);
  const place = { transform: `translateY(${top}px)` };
  const kind = `${frontEndName(item.frontEnd)} ${item.kind} in ${item.namespace}, project ${item.project}`;
  return (
    <div role="row" className="fleet-row" aria-rowindex={index + 2} style={place} data-standing={item.standing}>
      <div role="cell" className="cell-state">
        <Glow of={item.standing}>
          <StandingMark standing={item.standing} terms={ownTerms(item)} note={<Since item={item} line={line} />} />
        </Glow>
      </div>
      <div role="cell" className="cell-name">
        <Link to={address.application(item.key)} data-row={item.key} onKeyDown={press} onBlur={leave}>
          {item.name}
        </Link>
        <span className="badge" title={kind}>
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
          onPointerLeave={leave}
          onClick={open}
        >
          {width > 0 && <Strip line={line} span={span} width={width} height={narrow ? 22 : 24} />}
        </div>
        {at && <Tip moment={momentIn(line, span, at.atMs)} nowMs={span.toMs} x={at.x} y={at.y} />}
      </div>
      <WhatCell item={item} />
      <CommitCell item={item} />
      <div
        role="cell"
        className="cell-destination"
        title={`${item.destination.cluster}, ${repositoryName(item.source.url)}`}
      >
        {item.destination.namespace || <span className="quiet">as the manifests say</span>}
      </div>
    </div>
  );
});

interface Walk {
  /** The moment that is shown, and where on the screen it is. */
  readonly at: { readonly atMs: number; readonly x: number; readonly y: number } | undefined;
  readonly press: (event: KeyboardEvent<HTMLAnchorElement>) => void;
  readonly hover: (event: PointerEvent<HTMLDivElement>) => void;
  readonly leave: () => void;
  readonly open: () => void;
}

/** Walking along the strip of a row, by pointer or by arrow keys on its link; Enter opens the timeline there. */
function useWalk({ item, span, width, onWalk }: RowProps, line: Line): Walk {
  const go = useGo();
  const [at, setAt] = useState<Walk['at']>();
  const walkTo = (atMs: number, strip: Element | null | undefined): void => {
    const box = strip?.getBoundingClientRect();
    const body = strip?.closest('.fleet-body')?.getBoundingClientRect();
    if (!box || !body) return;
    const x = box.left + positionOf(atMs, span, width);
    onWalk(x - body.left);
    setAt({ atMs, x, y: box.bottom + 6 });
  };
  const leave = (): void => {
    onWalk(undefined);
    setAt(undefined);
  };
  const open = (): void => {
    if (at) go(address.application(item.key, { tab: 'timeline', atMs: Math.round(at.atMs) }));
  };
  const press = (event: KeyboardEvent<HTMLAnchorElement>): void => {
    const step = event.key === 'ArrowLeft' ? -1 : event.key === 'ArrowRight' ? 1 : undefined;
    const strip = event.currentTarget.closest('[role="row"]')?.querySelector('[data-strip]');
    if (step !== undefined) walkTo(nextStop(line, { span, atMs: at?.atMs ?? span.toMs, step }), strip);
    else if (event.key === 'Enter' && at) open();
    else if (event.key === 'Escape' && at) leave();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const hover = ({ clientX, currentTarget }: PointerEvent<HTMLDivElement>): void =>
    walkTo(momentAt(clientX - currentTarget.getBoundingClientRect().left, span, width), currentTarget);
  return { at, press, hover, leave, open };
}

function CommitCell({ item }: { readonly item: DeliverySummary }): ReactNode {
  const { commit, source } = item;
  return (
    <div role="cell" className="cell-commit">
      {commit ? (
        <>
          <Glow of={commit.sha}>
            <code title={commit.sha}>{shortHash(commit.sha)}</code>
          </Glow>
          <span className="quiet">
            {commit.author}, <Time atMs={commit.dateMs} brief />
          </span>
        </>
      ) : (
        <span className="quiet">{source.revision}</span>
      )}
    </div>
  );
}

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
