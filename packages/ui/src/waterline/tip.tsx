// What a strip shows at one moment, in words, beside the pointer or the walked-to place.

import type { ReactNode } from 'react';
import { createPortal } from 'react-dom';
import { shortHash } from '../format/names.ts';
import { absoluteTime, clockTime } from '../format/time.ts';
import { standingWords } from '../format/words.ts';
import { StandingShape } from '../parts/standing.tsx';
import { type Line, type Span, openRuns } from './geometry.ts';
import { type Moment, momentOf, rangeWords } from './walk.ts';

/** Looks the moment up, with the last run still going on. */
export function momentIn(line: Line, span: Span, atMs: number): Moment {
  return momentOf({ runs: openRuns(line.runs, span.toMs), ticks: line.ticks }, atMs);
}

/** One line for screen readers. */
export function momentWords(moment: Moment, nowMs: number): string {
  const state = moment.run ? `${standingWords[moment.run.state]}, ${rangeWords(moment.run, nowMs)}` : 'Nothing known';
  return `${clockTime(moment.atMs, true)}: ${state}${moment.revision === undefined ? '' : `, commit ${shortHash(moment.revision)}`}`;
}

interface TipProps {
  readonly moment: Moment;
  readonly nowMs: number;
  /** Where on the screen it points to. */
  readonly x: number;
  readonly y: number;
}

/** The tooltip. Stays within the window; drawn outside of rows, which are moved and would move it too. */
export function Tip({ moment, nowMs, x, y }: TipProps): ReactNode {
  const left = Math.max(8, Math.min(x - 110, window.innerWidth - 248));
  return createPortal(
    <div className="tip" style={{ insetInlineStart: left, insetBlockStart: y }} aria-hidden="true">
      <span className="tip-time">{absoluteTime(moment.atMs).slice(0, 19)}</span>
      {moment.run ? (
        <>
          <span className="standing" data-standing={moment.run.state}>
            <StandingShape standing={moment.run.state} />
            {standingWords[moment.run.state]}
          </span>
          <span className="quiet">{rangeWords(moment.run, nowMs)}</span>
        </>
      ) : (
        <span className="quiet">Nothing known yet</span>
      )}
      {moment.revision !== undefined && <code>{shortHash(moment.revision)}</code>}
    </div>,
    document.body,
  );
}
