// The fleet: every application, one line each, their waterlines lined up.

import type { DeliverySummary } from '@evenkeel/api';
import { SearchX, Waves } from 'lucide-react';
import { type ReactNode, useEffect, useMemo, useRef, useState } from 'react';
import { type FleetView, address, readFleetView } from '../address.ts';
import { count } from '../format/time.ts';
import { act } from '../live/actions.ts';
import { useDeliveries, useInfo } from '../live/queries.ts';
import { Link, useGo, usePlace } from '../parts/link.tsx';
import { Button, Command, Empty, Failure } from '../parts/small.tsx';
import { useKeys } from '../shell/keys.ts';
import { useStrips } from '../waterline/use-span.ts';
import { FleetTable, FleetSkeleton } from './fleet-table.tsx';
import { FleetToolbar } from './fleet-toolbar.tsx';
import { keepOrder, selectRows } from './select.ts';

/** The page at "/". */
export function FleetPage(): ReactNode {
  const { query } = usePlace();
  const go = useGo();
  const view = useMemo(() => readFleetView(query), [query]);
  const { data, error, dataUpdatedAt, refetch } = useDeliveries();
  const strips = useStrips(view.hours);
  const items = data?.items;
  const selected = useMemo(() => selectRows(items ?? [], view), [items, view]);
  const { rows, hold } = useHeldOrder(selected, address.fleet(view));
  const change = (wish: Partial<FleetView>): void => go(address.fleet({ ...view, ...wish }), { replace: true });
  useEffect(() => {
    const wrong = items?.filter(({ standing }) => standing === 'degraded' || standing === 'drifted').length ?? 0;
    document.title = wrong === 0 ? 'Fleet · Evenkeel' : `(${wrong}) Fleet · Evenkeel`;
  }, [items]);
  useFleetKeys();
  return (
    <div className="page fleet">
      <div className="page-head">
        <h1>Fleet</h1>
        {items && <p className="quiet">{fleetWords(items)}</p>}
      </div>
      <Failure error={error} readAtMs={dataUpdatedAt} onRetry={() => void refetch()} />
      {items === undefined ? (
        error ? null : (
          <FleetSkeleton />
        )
      ) : items.length === 0 ? (
        <NothingYet />
      ) : (
        <>
          <FleetToolbar items={items} view={view} onChange={change} />
          {rows.length === 0 ? (
            <Empty icon={<SearchX size={28} aria-hidden="true" />} title="No application fits these filters">
              <Button onClick={() => go(address.fleet({ hours: view.hours ?? 0, sort: view.sort }), { replace: true })}>
                Show all {items.length}
              </Button>
            </Empty>
          ) : (
            <FleetTable rows={rows} view={view} strips={strips} onChange={change} onHold={hold} />
          )}
        </>
      )}
    </div>
  );
}

function fleetWords(items: readonly DeliverySummary[]): string {
  const wrong = items.filter(({ standing }) => !['level', 'progressing', 'suspended'].includes(standing)).length;
  const all = count(items.length, 'application');
  return wrong === 0 ? `${all}, all as Git says` : `${all}, ${wrong} not as Git says`;
}

/** Rows do not move while the pointer is over them; they take their new places when it leaves. */
function useHeldOrder(
  selected: readonly DeliverySummary[],
  view: string,
): { readonly rows: readonly DeliverySummary[]; readonly hold: (held: boolean) => void } {
  const [held, setHeld] = useState<{ readonly keys: readonly string[]; readonly view: string }>();
  const rows = useMemo(
    () => (held && held.view === view ? keepOrder(held.keys, selected) : selected),
    [held, selected, view],
  );
  const shown = useRef(rows);
  useEffect(() => {
    shown.current = rows;
  });
  return {
    rows,
    hold: (wanted) => setHeld(wanted ? { keys: shown.current.map(({ key }) => key), view } : undefined),
  };
}

function useFleetKeys(): void {
  const step = (by: number): void => {
    const links = [...document.querySelectorAll<HTMLAnchorElement>('a[data-row]')];
    const at = links.findIndex((link) => link === document.activeElement);
    const next = links[at < 0 ? 0 : Math.max(0, Math.min(links.length - 1, at + by))];
    next?.focus();
    next?.scrollIntoView({ block: 'nearest' });
  };
  useKeys({
    j: () => step(1),
    k: () => step(-1),
    '/': () => document.getElementById('fleet-search')?.focus(),
    s: () => {
      const key = (document.activeElement as HTMLElement | null)?.dataset['row'];
      if (key !== undefined) void act(key, 'sync');
    },
    Escape: () => (document.activeElement as HTMLElement | null)?.blur(),
  });
}

function NothingYet(): ReactNode {
  const { data } = useInfo();
  const kubeconfig = data?.kubeconfig === undefined ? '' : `--kubeconfig ${data.kubeconfig} `;
  return (
    <Empty icon={<Waves size={32} aria-hidden="true" />} title="No applications yet">
      <p>
        An application says which directory of which repository should run where. Apply one, an Argo CD Application or a
        Flux Kustomization, and it appears here at once:
      </p>
      <Command text={`kubectl ${kubeconfig}apply -f application.yaml`} />
      <p>
        Or write one with the command line; <Link to={address.timeline()}>the timeline</Link> then tells what happened.
      </p>
      <Command text="evenkeel app create web --repo URL --path DIRECTORY --dest-namespace web" />
    </Empty>
  );
}
