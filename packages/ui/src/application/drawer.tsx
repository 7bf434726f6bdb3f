// One resource, in a drawer beside its application: manifest, differences, events, logs. It has its own address; Esc closes it.

import type { DeliveryDetail, ObjectRef, ResourceDetail } from '@evenkeel/api';
import { X } from 'lucide-react';
import { type ReactNode, useEffect, useRef } from 'react';
import { type ApplicationView, type DrawerPanel, drawerPanels, printRef } from '../address.ts';
import { nodeStanding, nodeWord } from '../format/words.ts';
import { ApiError, useLogs, useResource, useTree } from '../live/queries.ts';
import { Link, useGo } from '../parts/link.tsx';
import { Empty, Failure, Skeleton } from '../parts/small.tsx';
import { StandingMark } from '../parts/standing.tsx';
import { EventsList } from './events-list.tsx';
import { Fields } from './fields.tsx';
import { Yaml } from './yaml.tsx';

interface DrawerProps {
  readonly detail: DeliveryDetail;
  readonly view: ApplicationView & { readonly resource: ObjectRef };
  /** Where closing leads. */
  readonly closed: string;
  readonly panelAddress: (panel: DrawerPanel, container?: string) => string;
}

/** The drawer. Focus moves into it and returns to the row it came from. */
export function Drawer({ detail, view, closed, panelAddress }: DrawerProps): ReactNode {
  const { resource: ref } = view;
  const { data, error, dataUpdatedAt, refetch } = useResource(detail.key, ref);
  const frame = useRef<HTMLElement>(null);
  const go = useGo();
  useEffect(() => {
    const before = document.activeElement;
    frame.current?.focus({ preventScroll: true });
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true });
    };
  }, []);
  const panel = view.panel ?? 'live';
  return (
    <aside
      ref={frame}
      className="drawer"
      tabIndex={-1}
      aria-label={`${ref.kind} ${ref.name}`}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.preventDefault();
        event.stopPropagation();
        go(closed);
      }}
    >
      <Head detail={detail} resource={ref} version={data?.version ?? ''} closed={closed} />
      <Panels resource={ref} panel={panel} differences={data?.fields.length ?? 0} panelAddress={panelAddress} />
      {/* Scrolls by itself, and must be reachable by keyboard to do so. */}
      <div className="drawer-body" tabIndex={0} role="region" aria-label={panelNames[panel]} key={printRef(ref)}>
        {data ? (
          <>
            <Failure error={error} readAtMs={dataUpdatedAt} onRetry={() => void refetch()} />
            <Panel deliveryKey={detail.key} data={data} panel={panel} view={view} panelAddress={panelAddress} />
          </>
        ) : error instanceof ApiError && error.status === 404 ? (
          <Empty title="This object is gone">
            <p>It was deleted, or replaced by another.</p>
          </Empty>
        ) : error ? (
          <Failure error={error} readAtMs={0} onRetry={() => void refetch()} />
        ) : (
          <Skeleton lines={14} label={`Reading ${ref.name}`} />
        )}
      </div>
    </aside>
  );
}

interface HeadProps {
  readonly detail: DeliveryDetail;
  readonly resource: ObjectRef;
  readonly version: string;
  readonly closed: string;
}

function Head({ detail, resource: ref, version, closed }: HeadProps): ReactNode {
  return (
    <header className="drawer-head">
      <div>
        <p className="quiet">
          {ref.kind}
          {ref.group !== '' && ` · ${ref.group}`}
          {version !== '' && `/${version}`}
        </p>
        <h2>{ref.namespace === '' ? ref.name : `${ref.namespace}/${ref.name}`}</h2>
      </div>
      <Status detail={detail} resource={ref} />
      <Link className="icon-button" to={closed} aria-label="Close (Esc)" title="Close (Esc)">
        <X size={18} aria-hidden="true" />
      </Link>
    </header>
  );
}

interface PanelsProps {
  readonly resource: ObjectRef;
  readonly panel: DrawerPanel;
  readonly differences: number;
  readonly panelAddress: DrawerProps['panelAddress'];
}

function Panels({ resource: ref, panel, differences, panelAddress }: PanelsProps): ReactNode {
  return (
    <nav className="tabs" aria-label={`Parts of ${ref.kind} ${ref.name}`}>
      {drawerPanels
        .filter((name) => name !== 'logs' || ref.kind === 'Pod')
        .map((name) => (
          <Link
            key={name}
            className="tab"
            to={panelAddress(name)}
            replace
            aria-current={panel === name ? 'page' : undefined}
          >
            {panelNames[name]}
            {name === 'diff' && differences > 0 && <span className="tab-count">{differences}</span>}
          </Link>
        ))}
    </nav>
  );
}

const panelNames: Readonly<Record<DrawerPanel, string>> = {
  live: 'Live',
  desired: 'In Git',
  diff: 'Diff',
  events: 'Events',
  logs: 'Logs',
};

function Status({ detail, resource }: { readonly detail: DeliveryDetail; readonly resource: ObjectRef }): ReactNode {
  const { data } = useTree(detail.key);
  const id = printRef(resource);
  const node = data?.nodes.find((candidate) => printRef(candidate.ref) === id);
  return node ? (
    <StandingMark standing={nodeStanding(node)} word={nodeWord(node)} terms={node.health?.message ?? ''} />
  ) : null;
}

interface PanelProps {
  readonly deliveryKey: string;
  readonly data: ResourceDetail;
  readonly panel: DrawerPanel;
  readonly view: ApplicationView;
  readonly panelAddress: DrawerProps['panelAddress'];
}

function Panel({ deliveryKey, data, panel, view, panelAddress }: PanelProps): ReactNode {
  switch (panel) {
    case 'live':
      return data.live === undefined ? <Empty title="Not in the cluster" /> : <Yaml text={data.live} />;
    case 'desired':
      return data.desired === undefined ? (
        <Empty title="Not in Git">
          <p>{data.resource ? 'Git no longer has it.' : 'The cluster made it from another object.'}</p>
        </Empty>
      ) : (
        <Yaml text={data.desired} />
      );
    case 'diff':
      return data.fields.length === 0 ? (
        <Empty title="Nothing differs from Git" />
      ) : (
        <>
          <Fields fields={data.fields} />
          <p className="same-line">every other field as in Git</p>
        </>
      );
    case 'events':
      return <EventsList deliveryKey={deliveryKey} resource={data.ref} />;
    case 'logs':
      return <Logs deliveryKey={deliveryKey} data={data} view={view} panelAddress={panelAddress} />;
  }
}

function Logs({ deliveryKey, data, view, panelAddress }: Omit<PanelProps, 'panel'>): ReactNode {
  const container = data.containers.includes(view.container) ? view.container : (data.containers[0] ?? '');
  const { data: logs, error, refetch } = useLogs(deliveryKey, { ref: data.ref, container });
  const end = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // In braces: newer browsers answer a promise, which React would take for a clean-up.
    end.current?.scrollIntoView({ block: 'nearest' });
  }, [logs]);
  return (
    <>
      {data.containers.length > 1 && (
        <nav className="chips" aria-label="Containers">
          {data.containers.map((name) => (
            <Link
              key={name}
              className="chip"
              to={panelAddress('logs', name)}
              replace
              aria-current={name === container || undefined}
            >
              {name}
            </Link>
          ))}
        </nav>
      )}
      <Failure error={error} readAtMs={0} onRetry={() => void refetch()} />
      {logs && logs.lines.length === 0 && <Empty title={`${container} has written nothing yet`} />}
      {logs && logs.lines.length > 0 && (
        <pre className="logs">
          <code>{logs.lines.join('\n')}</code>
        </pre>
      )}
      <div ref={end} />
    </>
  );
}
