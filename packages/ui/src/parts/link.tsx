// A link within the page. Addresses come from address.ts; other clicks (new tab, download) are the browser's.

import { useRouter, useRouterState } from '@tanstack/react-router';
import type { AnchorHTMLAttributes, MouseEvent, ReactNode } from 'react';
import type { Query } from '../address.ts';

type LinkProps = AnchorHTMLAttributes<HTMLAnchorElement> & {
  readonly to: string;
  /** Replaces the present entry of the browser's history: for tabs and filters, which Back should not walk through. */
  readonly replace?: boolean;
};

/** An anchor that does not load the page anew. */
export function Link({ to, replace = false, onClick, ...rest }: LinkProps): ReactNode {
  const go = useGo();
  const follow = (event: MouseEvent<HTMLAnchorElement>): void => {
    onClick?.(event);
    if (
      event.defaultPrevented ||
      event.button !== 0 ||
      event.metaKey ||
      event.ctrlKey ||
      event.shiftKey ||
      event.altKey
    )
      return;
    event.preventDefault();
    go(to, { replace });
  };
  return <a {...rest} href={to} onClick={follow} />;
}

/** Goes to an address. */
export function useGo(): (to: string, options?: { readonly replace?: boolean }) => void {
  const { history } = useRouter();
  return (to, options) => (options?.replace === true ? history.replace(to) : history.push(to));
}

/** The path and the query of the present address. */
export function usePlace(): { readonly path: string; readonly query: Query } {
  const path = useRouterState({ select: (state) => state.location.pathname });
  const query = useRouterState({ select: (state) => state.location.search as Query });
  return { path, query };
}
