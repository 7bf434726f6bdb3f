// Which page stands at which address. Each page is a chunk of its own.

import {
  type AnyRouter,
  type ErrorComponentProps,
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
} from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { address, parseQuery, printQuery } from './address.ts';
import { Link } from './parts/link.tsx';
import { Button, Empty, Skeleton } from './parts/small.tsx';
import { Shell } from './shell/shell.tsx';

/** Makes the router. */
export function createPageRouter(): AnyRouter {
  const root = createRootRoute({ component: Shell, notFoundComponent: NotFound });
  const fleet = createRoute({
    getParentRoute: () => root,
    path: '/',
    component: lazyRouteComponent(() => import('./fleet/fleet-page.tsx'), 'FleetPage'),
  });
  const application = createRoute({
    getParentRoute: () => root,
    path: '/applications/$frontEnd/$namespace/$name',
    component: lazyRouteComponent(() => import('./application/application-page.tsx'), 'ApplicationPage'),
  });
  const timeline = createRoute({
    getParentRoute: () => root,
    path: '/timeline',
    component: lazyRouteComponent(() => import('./timeline/timeline-page.tsx'), 'TimelinePage'),
  });
  return createRouter({
    routeTree: root.addChildren([fleet, application, timeline]),
    parseSearch: parseQuery,
    stringifySearch: printQuery,
    defaultPreload: 'intent',
    defaultPendingComponent: Pending,
    defaultPendingMs: 150,
    defaultErrorComponent: Broken,
    scrollRestoration: false,
  });
}

function Pending(): ReactNode {
  return (
    <div className="page">
      <Skeleton lines={8} label="Loading the page" />
    </div>
  );
}

/** A part of the page that could not be drawn: says so, with a way on. */
function Broken({ error, reset }: ErrorComponentProps): ReactNode {
  return (
    <div className="page">
      <h1 className="unseen">This page failed</h1>
      <Empty title="This page could not be drawn">
        <p>{error instanceof Error ? error.message : String(error)}</p>
        <Button onClick={reset}>Try again</Button>
        <p>
          <Link to={address.fleet()}>All applications</Link>
        </p>
      </Empty>
    </div>
  );
}

function NotFound(): ReactNode {
  return (
    <div className="page">
      <h1 className="unseen">Not found</h1>
      <Empty title="There is no page at this address">
        <p>
          <Link to={address.fleet()}>All applications</Link>
        </p>
      </Empty>
    </div>
  );
}
