// Every address of the page. The URL is the state: filters, tabs, drawers and moments can all be linked to, and this is
// the one place that writes and reads them.

import { type ObjectRef, type Standing, parseDeliveryKey } from '@evenkeel/api';

/** The query of an address, one value a name. */
export type Query = Readonly<Record<string, string>>;

export const sortColumns = ['standing', 'name', 'commit', 'destination'] as const;
export type SortColumn = (typeof sortColumns)[number];

/** What the fleet page shows. */
export interface FleetView {
  readonly text: string;
  readonly standings: readonly Standing[];
  readonly frontEnd: string;
  readonly project: string;
  readonly label: string;
  readonly sort: SortColumn;
  readonly reversed: boolean;
  /** Hours of the strips; undefined chooses by how much history there is. */
  readonly hours: number | undefined;
}

export const applicationTabs = ['resources', 'diff', 'history', 'timeline', 'events', 'conditions'] as const;
export type ApplicationTab = (typeof applicationTabs)[number];

export const drawerPanels = ['live', 'desired', 'diff', 'events', 'logs'] as const;
export type DrawerPanel = (typeof drawerPanels)[number];

/** What the page of an application shows. */
export interface ApplicationView {
  readonly tab: ApplicationTab;
  readonly resource: ObjectRef | undefined;
  readonly panel: DrawerPanel | undefined;
  readonly container: string;
  readonly atMs: number | undefined;
}

/** What the timeline page shows. */
export interface TimelineView {
  readonly kind: string;
  readonly atMs: number | undefined;
}

const standings: readonly Standing[] = [
  'degraded',
  'missing',
  'drifted',
  'progressing',
  'suspended',
  'unknown',
  'level',
];

/** Builds addresses; values that are the default are left out, so that addresses stay short. */
export const address = {
  fleet: (view: Partial<FleetView> = {}): string =>
    withQuery('/', {
      q: view.text,
      standing: view.standings?.join(','),
      frontEnd: view.frontEnd,
      project: view.project,
      label: view.label,
      sort: view.sort === 'standing' ? undefined : view.sort,
      order: view.reversed === true ? 'reversed' : undefined,
      hours: view.hours?.toString(),
    }),
  application: (key: string, view: Partial<ApplicationView> = {}): string =>
    withQuery(`/applications/${key.split('/').map(encodeURIComponent).join('/')}`, {
      tab: view.tab === 'resources' ? undefined : view.tab,
      resource: view.resource && printRef(view.resource),
      panel: view.resource && view.panel,
      container: view.container,
      at: view.atMs?.toString(),
    }),
  timeline: (view: Partial<TimelineView> = {}): string =>
    withQuery('/timeline', { kind: view.kind, at: view.atMs?.toString() }),
} as const;

/** The fleet page's view from its query; what makes no sense is the default. */
export function readFleetView(query: Query): FleetView {
  const hours = Number(query['hours']);
  return {
    text: query['q'] ?? '',
    standings: (query['standing'] ?? '').split(',').flatMap((word) => oneOf(standings, word) ?? []),
    frontEnd: query['frontEnd'] ?? '',
    project: query['project'] ?? '',
    label: query['label'] ?? '',
    sort: oneOf(sortColumns, query['sort']) ?? 'standing',
    reversed: query['order'] === 'reversed',
    hours: hours > 0 ? hours : undefined,
  };
}

/** An application page's view from its query. */
export function readApplicationView(query: Query): ApplicationView {
  return {
    tab: oneOf(applicationTabs, query['tab']) ?? 'resources',
    resource: parseRef(query['resource'] ?? ''),
    panel: oneOf(drawerPanels, query['panel']),
    container: query['container'] ?? '',
    atMs: momentOf(query['at']),
  };
}

/** The timeline page's view from its query. */
export function readTimelineView(query: Query): TimelineView {
  return { kind: query['kind'] ?? '', atMs: momentOf(query['at']) };
}

/** The key of the application an address names; undefined for other pages. */
export function applicationOf(path: string): string | undefined {
  const match = /^\/applications\/([^/]+)\/([^/]+)\/([^/]+)\/?$/.exec(path);
  if (!match) return undefined;
  const key = match.slice(1, 4).map(decodeURIComponent).join('/');
  return parseDeliveryKey(key) && key;
}

/** "Deployment.apps/shop/web"; without a namespace "Namespace/shop". */
export function printRef(ref: ObjectRef): string {
  const kind = ref.group === '' ? ref.kind : `${ref.kind}.${ref.group}`;
  return ref.namespace === '' ? `${kind}/${ref.name}` : `${kind}/${ref.namespace}/${ref.name}`;
}

/** The reverse of `printRef`; undefined where it is none. */
export function parseRef(text: string): ObjectRef | undefined {
  const parts = text.split('/');
  const [full = '', ...rest] = parts;
  if (full === '' || rest.length === 0 || rest.length > 2 || rest.includes('')) return undefined;
  const dot = full.indexOf('.');
  const kind = dot < 0 ? full : full.slice(0, dot);
  const [namespace = '', name = ''] = rest.length === 2 ? rest : ['', ...rest];
  return { group: dot < 0 ? '' : full.slice(dot + 1), kind, namespace, name };
}

/** A query string as a record; the reverse of `printQuery`. */
export function parseQuery(text: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(text));
}

/** A record as a query string, "?" included; empty values are left out. */
export function printQuery(query: Readonly<Record<string, unknown>>): string {
  const parts = Object.entries(query).flatMap(([name, value]) =>
    typeof value === 'string' && value !== '' ? [`${name}=${encodeValue(value)}`] : [],
  );
  return parts.length === 0 ? '' : `?${parts.join('&')}`;
}

/** Slashes, commas, colons and equal signs are allowed in a query, and addresses are read by people. */
function encodeValue(value: string): string {
  return encodeURIComponent(value).replace(/%(2F|2C|3A|3D)/g, (escape) => decodeURIComponent(escape));
}

function withQuery(path: string, query: Readonly<Record<string, string | undefined>>): string {
  return path + printQuery(query);
}

function momentOf(text: string | undefined): number | undefined {
  const moment = Number(text);
  return text !== undefined && Number.isFinite(moment) && moment > 0 ? moment : undefined;
}

function oneOf<Word extends string>(words: readonly Word[], word: string | undefined): Word | undefined {
  return words.find((candidate) => candidate === word);
}
