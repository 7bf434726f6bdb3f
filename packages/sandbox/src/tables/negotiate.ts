// Whether a client wants a table, and the table: the server-side half of `kubectl get`.

import type { Json, JsonObject, KubeObject } from '@evenkeel/resource';
import { type ApiRequest, parseResourcePath } from '../api/request.ts';
import type { Registry } from '../api/registry.ts';
import type { ServedType } from '../api/served-type.ts';
import { badRequest } from '../api/status.ts';
import type { CustomType, PrinterColumn } from '../crd/custom-type.ts';
import { eventFromEventsGroup } from '../api/event-versions.ts';
import { scalerFromV1 } from '../api/scaler-versions.ts';
import { ageCell } from './cells.ts';
import { type ColumnDefinition, columnsOf, plainColumns } from './columns.ts';
import { simplePath } from './json-path.ts';
import { lateRows } from './late-cells.ts';
import { rows } from './rows.ts';

/** A table and the content type to send it as. */
export interface TableAnswer {
  readonly body: Json;
  readonly contentType: string;
  /** Set where the table was refused. */
  readonly status?: number;
}

const contentType = 'application/json';

/** True where the client prefers a table over the objects. */
export function wantsTable(read: ApiRequest): boolean {
  const first = (read.headers['accept'] ?? '').split(',')[0]?.replaceAll(' ', '') ?? '';
  return (
    (read.method === 'GET' || read.method === 'HEAD') && first.includes('as=Table') && first.includes('g=meta.k8s.io')
  );
}

/** The body as a table; undefined where it has none. `rowsOnly` leaves the columns out, as later watch events do. */
export function asTable(
  registry: Registry,
  body: KubeObject,
  options: { readonly read: ApiRequest; readonly nowMs: number; readonly rowsOnly?: boolean },
): TableAnswer | undefined {
  const { read, nowMs, rowsOnly = false } = options;
  const path = parseResourcePath(read.path);
  const type = path === undefined ? undefined : registry.byPath(path.group, path.version, path.plural);
  if (type === undefined || path?.subresource !== undefined) return undefined;
  const items = body.kind === type.listKind ? (body['items'] as unknown as readonly KubeObject[]) : [body];
  const columns = type.custom === undefined ? (columnsOf(type.collection) ?? plainColumns) : customColumns(type.custom);
  const include = read.query['includeObject'] ?? 'Metadata';
  if (!['Metadata', 'Object', 'None', ''].includes(include)) {
    const message = `Unable to convert to Table as requested: includeObject: Invalid value: ${JSON.stringify(include)}: must be 'Metadata', 'Object', 'None', or empty`;
    return { body: badRequest(message).status as unknown as Json, contentType, status: 400 };
  }
  const plain = type.custom === undefined && columnsOf(type.collection) === undefined;
  const table = {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata: listMeta(body, type),
    columnDefinitions: rowsOnly ? null : columns,
    // A list without columns of its own and without items has no rows, not none.
    rows:
      plain && items.length === 0
        ? null
        : items.map((item) => ({
            cells: cellsOf(item, type, nowMs),
            object: include === 'None' ? null : rowObject(item, include),
          })),
  };
  return { body: table as unknown as Json, contentType };
}

function listMeta(body: KubeObject, type: ServedType): JsonObject {
  const meta = body.metadata as unknown as JsonObject;
  if (body.kind === type.listKind) return meta;
  return { resourceVersion: meta['resourceVersion'] };
}

function rowObject(item: KubeObject, include: string): unknown {
  if (include === 'Object') return item;
  return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: item.metadata };
}

function cellsOf(item: KubeObject, type: ServedType, nowMs: number): readonly Json[] {
  if (item.kind !== type.kind) return [];
  if (type.custom !== undefined) return customCells(item, type.custom, nowMs);
  const row = rows[type.collection] ?? lateRows[type.collection];
  const plain =
    type.group === 'events.k8s.io'
      ? eventFromEventsGroup(item)
      : type.group === 'autoscaling' && type.version === 'v1'
        ? scalerFromV1(item)
        : item;
  return row === undefined ? [item.metadata.name ?? '', item.metadata.creationTimestamp ?? ''] : row(plain, nowMs);
}

const ageColumn: PrinterColumn = {
  name: 'Age',
  type: 'date',
  format: '',
  description: '',
  priority: 0,
  jsonPath: '.metadata.creationTimestamp',
};

function printerColumns(custom: CustomType): readonly PrinterColumn[] {
  return custom.columns.length === 0 ? [ageColumn] : custom.columns;
}

function customColumns(custom: CustomType): readonly ColumnDefinition[] {
  const named = printerColumns(custom).map(({ name, type, format, description, priority }) => ({
    name,
    type,
    format,
    description,
    priority,
  }));
  return [{ name: 'Name', type: 'string', format: 'name', description: '', priority: 0 }, ...named];
}

function customCells(item: KubeObject, custom: CustomType, nowMs: number): readonly Json[] {
  const cells = printerColumns(custom).map((column) =>
    customCell(simplePath(item as unknown as JsonObject, column.jsonPath), column, nowMs),
  );
  return [item.metadata.name ?? '', ...cells];
}

function customCell(found: readonly unknown[], column: PrinterColumn, nowMs: number): Json {
  const value = found[0];
  if (value === undefined || value === null) return null;
  switch (column.type) {
    case 'integer':
      return typeof value === 'number' ? Math.trunc(value) : null;
    case 'number':
      return typeof value === 'number' ? value : null;
    case 'boolean':
      return typeof value === 'boolean' ? value : null;
    case 'date':
      return ageCell(value, nowMs);
    default:
      return found.map((each) => (typeof each === 'string' ? each : JSON.stringify(each))).join(' ');
  }
}
