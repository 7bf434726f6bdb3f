// One application: how it stands and why, what it consists of, how it came to be so, and what can be done.

import { type ReactNode, useEffect, useMemo, useState } from 'react';
import {
  type ApplicationTab,
  type ApplicationView,
  address,
  applicationOf,
  applicationTabs,
  readApplicationView,
} from '../address.ts';
import { act } from '../live/actions.ts';
import { ApiError, useDetail } from '../live/queries.ts';
import { Link, useGo, usePlace } from '../parts/link.tsx';
import { Empty, Failure, Skeleton } from '../parts/small.tsx';
import { useKeys } from '../shell/keys.ts';
import { TimelineList } from '../timeline/timeline-list.tsx';
import { ApplicationHeader } from './application-header.tsx';
import { ConditionsTab } from './conditions-tab.tsx';
import { DiffTab } from './diff-tab.tsx';
import { Drawer } from './drawer.tsx';
import { EventsList } from './events-list.tsx';
import { HistoryTab } from './history-tab.tsx';
import { ResourcesTab } from './resources-tab.tsx';

type Detail = NonNullable<ReturnType<typeof useDetail>['data']>;

/** The page at "/applications/…". */
export function ApplicationPage(): ReactNode {
  const { path } = usePlace();
  const named = applicationOf(path);
  const [key, setKey] = useState(named ?? '');
  // While the next page is on its way, the address is its already, and this one is still drawn.
  if (named !== undefined && named !== key) setKey(named);
  return <Application key={key} deliveryKey={key} />;
}

function Application({ deliveryKey }: { readonly deliveryKey: string }): ReactNode {
  const { query } = usePlace();
  const view = useMemo(() => readApplicationView(query), [query]);
  const { data, error, dataUpdatedAt, refetch } = useDetail(deliveryKey);
  const go = useGo();
  const name = deliveryKey.split('/').at(-1) ?? '';
  useEffect(() => {
    document.title = `${name} · Evenkeel`;
  }, [name]);
  const to = (wish: Partial<ApplicationView>): string => address.application(deliveryKey, { tab: view.tab, ...wish });
  const can = (action: 'sync' | 'refresh'): boolean =>
    data !== undefined && data.actions[action].disabledReason === undefined;
  useKeys({
    s: () => void (can('sync') && act(deliveryKey, 'sync')),
    r: () => void (can('refresh') && act(deliveryKey, 'refresh')),
    d: () => go(address.application(deliveryKey, { tab: 'diff' }), { replace: true }),
    Escape: () => (view.resource ? go(to({ resource: undefined })) : go(address.fleet())),
  });
  if (!data) {
    return (
      <div className="page">
        <h1 className="unseen">{name}</h1>
        {error instanceof ApiError && error.status === 404 ? (
          <Empty title={`There is no application “${name}”`}>
            <p>It may have been deleted, or it has another name.</p>
            <Link to={address.fleet()}>All applications</Link>
          </Empty>
        ) : error ? (
          <Failure error={error} readAtMs={0} onRetry={() => void refetch()} />
        ) : (
          <Skeleton lines={12} label={`Reading ${name}`} />
        )}
      </div>
    );
  }
  return (
    <div className="page application">
      <ApplicationHeader detail={data} onMoment={(atMs) => go(to({ tab: 'timeline', atMs: Math.round(atMs) }))} />
      <Failure error={error} readAtMs={dataUpdatedAt} onRetry={() => void refetch()} />
      <Tabs detail={data} view={view} />
      <section className="tab-body" aria-label={tabNames[view.tab]}>
        <TabBody detail={data} view={view} onOpen={(resource) => go(to({ resource }))} />
      </section>
      {view.resource && (
        <Drawer
          detail={data}
          view={{ ...view, resource: view.resource }}
          closed={to({ resource: undefined })}
          panelAddress={(panel, container) => to({ resource: view.resource, panel, container: container ?? '' })}
        />
      )}
    </div>
  );
}

const tabNames: Readonly<Record<ApplicationTab, string>> = {
  resources: 'Resources',
  diff: 'Diff',
  history: 'History',
  timeline: 'Timeline',
  events: 'Events',
  conditions: 'Conditions',
};

function Tabs({ detail, view }: { readonly detail: Detail; readonly view: ApplicationView }): ReactNode {
  const numbers: Partial<Record<ApplicationTab, number>> = {
    resources: detail.resources.length,
    diff: detail.counts.drifted,
    history: detail.history.length,
    conditions: detail.refusals.length + detail.warnings.length,
  };
  return (
    <nav className="tabs" aria-label={`Parts of ${detail.name}`}>
      {applicationTabs.map((tab) => {
        const number = numbers[tab] ?? 0;
        return (
          <Link
            key={tab}
            to={address.application(detail.key, { tab })}
            replace
            className="tab"
            aria-current={view.tab === tab ? 'page' : undefined}
          >
            {tabNames[tab]}
            {number > 0 && <span className="tab-count">{number}</span>}
          </Link>
        );
      })}
    </nav>
  );
}

interface BodyProps {
  readonly detail: Detail;
  readonly view: ApplicationView;
  readonly onOpen: (resource: NonNullable<ApplicationView['resource']>) => void;
}

function TabBody({ detail, view, onOpen }: BodyProps): ReactNode {
  switch (view.tab) {
    case 'resources':
      return <ResourcesTab detail={detail} onOpen={onOpen} />;
    case 'diff':
      return <DiffTab detail={detail} onOpen={onOpen} />;
    case 'history':
      return <HistoryTab detail={detail} />;
    case 'timeline':
      return <TimelineList deliveryKey={detail.key} atMs={view.atMs} />;
    case 'events':
      return <EventsList deliveryKey={detail.key} />;
    case 'conditions':
      return <ConditionsTab detail={detail} />;
  }
}
