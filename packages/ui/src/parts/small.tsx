// The small parts every page uses: times, hashes, buttons that say why not, lines that say what failed, empty states.

import type { Commit } from '@evenkeel/api';
import { Check, Copy, LoaderCircle } from 'lucide-react';
import { type ButtonHTMLAttributes, type ReactNode, useId, useState } from 'react';
import { shortHash, subject } from '../format/names.ts';
import { absoluteTime, briefTime, relativeTime } from '../format/time.ts';
import { ApiError } from '../live/queries.ts';
import { useNow } from '../live/server-clock.ts';

/** A moment as people say it; the exact one on hover and in copies. */
export function Time({ atMs, brief = false }: { readonly atMs: number; readonly brief?: boolean }): ReactNode {
  const now = useNow();
  return (
    <time dateTime={new Date(atMs).toISOString()} title={absoluteTime(atMs)}>
      {(brief ? briefTime : relativeTime)(atMs, Math.max(now, atMs))}
    </time>
  );
}

/** A commit in one line: hash, subject, author, when. */
export function CommitLine({ commit }: { readonly commit: Commit }): ReactNode {
  return (
    <span className="commit">
      <code title={commit.sha}>{shortHash(commit.sha)}</code>
      <span className="commit-subject" title={commit.message}>
        {subject(commit.message)}
      </span>
      <span className="quiet">
        {commit.author}, <Time atMs={commit.dateMs} />
      </span>
    </span>
  );
}

type ButtonProps = ButtonHTMLAttributes<HTMLButtonElement> & {
  readonly tone?: 'plain' | 'main' | 'danger';
  readonly pending?: boolean;
  /** Why it cannot be pressed now. The button stays reachable by keyboard, so that the reason can be read. */
  readonly disabledReason?: string | undefined;
  readonly icon?: ReactNode;
};

/** A button. Where it may not be pressed it says why, as a tooltip and as its description. */
export function Button({ tone = 'plain', pending = false, disabledReason, icon, ...rest }: ButtonProps): ReactNode {
  const id = useId();
  const off = disabledReason !== undefined || pending;
  return (
    <>
      <button
        type="button"
        {...rest}
        className={`button ${tone} ${rest.className ?? ''}`}
        aria-disabled={off || undefined}
        aria-describedby={disabledReason === undefined ? undefined : id}
        title={disabledReason ?? rest.title}
        onClick={off ? undefined : rest.onClick}
      >
        {pending ? <LoaderCircle className="spinning" size={14} aria-hidden="true" /> : icon}
        {rest.children}
      </button>
      {disabledReason !== undefined && (
        <span id={id} hidden>
          {disabledReason}
        </span>
      )}
    </>
  );
}

/** A command to type, with a button that copies it. */
export function Command({ text }: { readonly text: string }): ReactNode {
  const [copied, setCopied] = useState(false);
  const copy = (): void => {
    void navigator.clipboard.writeText(text).then(
      () => {
        setCopied(true);
        setTimeout(() => setCopied(false), 1500);
      },
      () => undefined,
    );
  };
  return (
    <span className="command">
      <code>{text}</code>
      <button type="button" className="icon-button" onClick={copy} aria-label={copied ? 'Copied' : `Copy: ${text}`}>
        {copied ? <Check size={14} aria-hidden="true" /> : <Copy size={14} aria-hidden="true" />}
      </button>
    </span>
  );
}

interface EmptyProps {
  readonly title: string;
  readonly children?: ReactNode;
  readonly icon?: ReactNode;
}

/** Nothing to show: says why, and what to do next. */
export function Empty({ title, children, icon }: EmptyProps): ReactNode {
  return (
    <div className="empty">
      {icon}
      <p className="empty-title">{title}</p>
      {children}
    </div>
  );
}

interface FailureProps {
  readonly error: Error | null;
  /** When what is still shown was read; 0 where nothing could be. */
  readonly readAtMs: number;
  readonly onRetry: () => void;
}

/** What could not be read, how old what is shown is, and a way to try again. Nothing while all is well. */
export function Failure({ error, readAtMs, onRetry }: FailureProps): ReactNode {
  if (!error) return null;
  const remedy = error instanceof ApiError ? error.remedy : undefined;
  return (
    <div className="failure" role="alert">
      <p>
        <strong>{error.message.charAt(0).toUpperCase() + error.message.slice(1)}</strong>
        {remedy !== undefined && <> {remedy}</>}
        {readAtMs > 0 && (
          <span className="quiet">
            {' '}
            What is shown was read <Time atMs={readAtMs} />.
          </span>
        )}
      </p>
      <Button onClick={onRetry}>Try again</Button>
    </div>
  );
}

/** Grey lines of the final size while something is read. */
export function Skeleton({ lines, label }: { readonly lines: number; readonly label: string }): ReactNode {
  return (
    <div className="skeleton" role="status" aria-label={label}>
      {Array.from({ length: lines }, (_, index) => (
        <div key={index} className="skeleton-line" style={{ inlineSize: `${92 - ((index * 17) % 40)}%` }} />
      ))}
    </div>
  );
}
