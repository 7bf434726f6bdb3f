// A state as shape, colour and word: never by colour alone.

import type { Standing } from '@evenkeel/api';
import type { ReactNode } from 'react';
import { standingWords } from '../format/words.ts';

/** The shape alone, for where the word stands beside it anyway. */
export function StandingShape({ standing }: { readonly standing: Standing }): ReactNode {
  return (
    <svg className="shape" data-standing={standing} viewBox="0 0 14 14" width="14" height="14" aria-hidden="true">
      {shapes[standing]}
    </svg>
  );
}

const shapes: Readonly<Record<Standing, ReactNode>> = {
  level: <circle cx="7" cy="7" r="4.5" fill="currentColor" />,
  drifted: (
    <>
      <circle cx="7" cy="7" r="4.75" fill="none" stroke="currentColor" strokeWidth="1.5" />
      <path d="M7 2.25a4.75 4.75 0 0 0 0 9.5z" fill="currentColor" />
    </>
  ),
  progressing: (
    <circle
      className="turning"
      cx="7"
      cy="7"
      r="4.75"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.75"
      strokeDasharray="3.2 1.776"
    />
  ),
  degraded: <path d="M7 1.6 13 12.4H1z" fill="currentColor" />,
  missing: <circle cx="7" cy="7" r="4.5" fill="none" stroke="currentColor" strokeWidth="1.75" />,
  suspended: <path d="M4 2.5v9M10 2.5v9" stroke="currentColor" strokeWidth="2.25" />,
  unknown: (
    <path
      d="M4.4 5.1c0-3.6 5.3-3.5 5.3-.4 0 2-2.6 2-2.6 4M7.1 11.2v1.2"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.75"
    />
  ),
};

interface StandingMarkProps {
  readonly standing: Standing;
  /** The front end's own terms, told on hover. */
  readonly terms?: string;
  /** Instead of the usual word, where it would not be exact. */
  readonly word?: string;
  /** Said after the word: since when. */
  readonly note?: ReactNode;
}

/** Shape and word. */
export function StandingMark({ standing, terms, word, note }: StandingMarkProps): ReactNode {
  return (
    <span className="standing" data-standing={standing} title={terms}>
      <StandingShape standing={standing} />
      <span>{word ?? standingWords[standing]}</span>
      {note !== undefined && <span className="standing-note">{note}</span>}
    </span>
  );
}
