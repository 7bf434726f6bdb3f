// The frame of every page: rail, connection line, content, notices, palette, help, keyboard.

import { Outlet } from '@tanstack/react-router';
import { GitCommitVertical, Keyboard, Layers, Search, X } from 'lucide-react';
import { type ReactNode, Suspense, lazy, useEffect, useRef, useState } from 'react';
import { address } from '../address.ts';
import { Link, useGo, usePlace } from '../parts/link.tsx';
import { useStore } from '../live/store.ts';
import { StripPatterns } from '../waterline/strip.tsx';
import { ConnectionLine } from './connection-line.tsx';
import { useKeys } from './keys.ts';
import { dismiss, noticeStore } from './notices.ts';
import { overlayStore } from './overlay.ts';
import { ThemeSwitch } from './theme-switch.tsx';

const Palette = lazy(() => import('./palette.tsx').then((module) => ({ default: module.Palette })));
const Help = lazy(() => import('./help.tsx').then((module) => ({ default: module.Help })));

/** The frame. */
export function Shell(): ReactNode {
  const { path } = usePlace();
  const go = useGo();
  const overlay = useStore(overlayStore);
  const main = useRef<HTMLElement>(null);
  const first = useRef(true);
  const [spoken, setSpoken] = useState('');
  useEffect(() => {
    if (first.current) {
      first.current = false;
      return;
    }
    main.current?.scrollTo({ top: 0 });
    main.current?.focus({ preventScroll: true });
    setSpoken(document.title);
  }, [path]);
  useKeys({
    'g f': () => go(address.fleet()),
    'g t': () => go(address.timeline()),
    '?': () => overlayStore.set('help'),
    'Control+k': () => overlayStore.set('palette'),
    'Meta+k': () => overlayStore.set('palette'),
  });
  return (
    <div className="shell">
      <a className="skip" href="#main">
        Skip to the content
      </a>
      <StripPatterns />
      <Rail path={path} />
      <div className="column">
        <ConnectionLine />
        <main id="main" ref={main} tabIndex={-1}>
          <Outlet />
        </main>
      </div>
      <Notices />
      <span className="unseen" aria-live="polite">
        {spoken}
      </span>
      <Suspense fallback={null}>
        {overlay === 'palette' && <Palette onClose={() => overlayStore.set('none')} />}
        {overlay === 'help' && <Help onClose={() => overlayStore.set('none')} />}
      </Suspense>
    </div>
  );
}

function Rail({ path }: { readonly path: string }): ReactNode {
  const inFleet = path === '/' || path.startsWith('/applications/');
  return (
    <nav className="rail" aria-label="Main">
      <Link className="brand" to={address.fleet()} aria-label="Evenkeel, all applications" title="Evenkeel">
        <svg viewBox="0 0 28 28" width="24" height="24" aria-hidden="true">
          <path className="brand-line" d="M2 9h8v7h7v-7h9" />
          <path className="brand-bed" d="M2 23h24" />
        </svg>
        <span className="rail-label brand-name">Evenkeel</span>
      </Link>
      <Link className="rail-item" to={address.fleet()} aria-current={inFleet ? 'page' : undefined} title="Fleet (g f)">
        <Layers size={18} aria-hidden="true" />
        <span className="rail-label">Fleet</span>
      </Link>
      <Link
        className="rail-item"
        to={address.timeline()}
        aria-current={path === '/timeline' ? 'page' : undefined}
        title="Timeline (g t)"
      >
        <GitCommitVertical size={18} aria-hidden="true" />
        <span className="rail-label">Timeline</span>
      </Link>
      <button type="button" className="rail-item" title="Find (Ctrl K)" onClick={() => overlayStore.set('palette')}>
        <Search size={18} aria-hidden="true" />
        <span className="rail-label">Find</span>
        <kbd className="rail-label rail-key">Ctrl K</kbd>
      </button>
      <span className="rail-gap" />
      <ThemeSwitch />
      <button type="button" className="rail-item" title="Keyboard (?)" onClick={() => overlayStore.set('help')}>
        <Keyboard size={18} aria-hidden="true" />
        <span className="rail-label">Keyboard</span>
        <kbd className="rail-label rail-key">?</kbd>
      </button>
    </nav>
  );
}

function Notices(): ReactNode {
  const notices = useStore(noticeStore);
  return (
    <div className="notices" role="status" aria-live="polite">
      {notices.map(({ id, tone, sentence, remedy }) => (
        <div key={id} className="notice" data-tone={tone}>
          <p>
            {sentence}
            {remedy !== undefined && <span className="quiet"> {remedy}</span>}
          </p>
          <button type="button" className="icon-button" aria-label="Dismiss" onClick={() => dismiss(id)}>
            <X size={14} aria-hidden="true" />
          </button>
        </div>
      ))}
    </div>
  );
}
