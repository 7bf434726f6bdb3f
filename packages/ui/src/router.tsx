// Which page stands at which address. Each page is a chunk of its own.

import { type AnyRouter, createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { address, parseQuery, printQuery } from './address.ts';
import { Link } from './parts/link.tsx';
import { Empty, Skeleton } from './parts/small.tsx';
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

function NotFound(): ReactNode {
  return (
    <div className="page">
      <Empty title="There is no page at this address">
        <p>
          <Link to={address.fleet()}>All applications</Link>
        </p>
      </Empty>
    </div>
  );
}
