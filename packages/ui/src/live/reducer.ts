// What the live stream does to what is already known. Pure; untouched entries keep their identity, so that rows which did
// not change are not drawn again.

import type {
  DeliveryDetail,
  DeliveryList,
  DeliverySummary,
  StreamEvent,
  Tick,
  Waterline,
  Waterlines,
} from '@evenkeel/api';

/** The list after an event. */
export function reduceList(list: DeliveryList | undefined, event: StreamEvent): DeliveryList | undefined {
  switch (event.event) {
    case 'snapshot':
      return { items: event.data.items.toSorted(byKey) };
    case 'delivery': {
      const { item } = event.data;
      const items = list?.items ?? [];
      const at = items.findIndex(({ key }) => key === item.key);
      return { items: at < 0 ? [...items, item].sort(byKey) : items.with(at, item) };
    }
    case 'removed':
      return list && { items: list.items.filter(({ key }) => key !== event.data.key) };
    case 'touched':
    case 'waterline':
      return list;
  }
}

function byKey(left: DeliverySummary, right: DeliverySummary): number {
  return left.key < right.key ? -1 : left.key > right.key ? 1 : 0;
}

/** What only the detail knows stays; everything the row knows is taken from the row, absences included. */
export function mergeDetail(detail: DeliveryDetail, item: DeliverySummary): DeliveryDetail {
  const { renderers, images, refusals, warnings, resources, currentOperation, history, hold, hydration, actions } =
    detail;
  return {
    ...item,
    renderers,
    images,
    refusals,
    warnings,
    resources,
    ...(currentOperation ? { currentOperation } : {}),
    history,
    ...(hold ? { hold } : {}),
    ...(hydration ? { hydration } : {}),
    actions,
  };
}

/** Two ticks of one kind and revision this near are the same one, told twice. */
const SAME_TICK_MS = 3000;

/** The strips after an event; `before` is the row as it was, from which ticks are told. */
export function reduceWaterlines(
  lines: Waterlines | undefined,
  event: StreamEvent,
  at: { readonly nowMs: number; readonly before: DeliverySummary | undefined },
): Waterlines | undefined {
  if (!lines) return lines;
  switch (event.event) {
    case 'snapshot':
    case 'touched':
      return lines;
    case 'removed':
      return { ...lines, items: lines.items.filter(({ key }) => key !== event.data.key) };
    case 'delivery': {
      const { item } = event.data;
      const ticks = ticksBetween(at.before, item, at.nowMs);
      return ticks.length === 0 ? lines : changeLine(lines, item.key, (line) => ticks.reduce(addTick, line));
    }
    case 'waterline': {
      const { key, run, tick } = event.data;
      return changeLine(lines, key, (line) => {
        const longer = run ? extend(line, run) : line;
        return tick ? addTick(longer, tick) : longer;
      });
    }
  }
}

function changeLine(lines: Waterlines, key: string, change: (line: Waterline) => Waterline): Waterlines {
  const at = lines.items.findIndex((line) => line.key === key);
  const before = lines.items[at] ?? { key, runs: [], ticks: [] };
  const after = change(before);
  return { ...lines, items: at < 0 ? [...lines.items, after] : lines.items.with(at, after) };
}

function extend(line: Waterline, run: Waterline['runs'][number]): Waterline {
  const last = line.runs.at(-1);
  if (!last) return { ...line, runs: [run] };
  if (last.state === run.state) {
    return { ...line, runs: line.runs.with(-1, { ...last, toMs: Math.max(last.toMs, run.toMs) }) };
  }
  return { ...line, runs: [...line.runs.slice(0, -1), { ...last, toMs: Math.max(last.fromMs, run.fromMs) }, run] };
}

function addTick(line: Waterline, tick: Tick): Waterline {
  const known = line.ticks.some(
    ({ kind, revision, atMs }) =>
      kind === tick.kind && revision === tick.revision && Math.abs(atMs - tick.atMs) < SAME_TICK_MS,
  );
  return known ? line : { ...line, ticks: [...line.ticks, tick] };
}

/** A commit that is new in the row, and a sync that ended in it, are ticks. */
function ticksBetween(before: DeliverySummary | undefined, item: DeliverySummary, nowMs: number): Tick[] {
  if (!before) return [];
  const ticks: Tick[] = [];
  const revision = item.commit?.sha ?? '';
  if (item.commit && before.commit && before.commit.sha !== revision)
    ticks.push({ atMs: nowMs, kind: 'commit', revision });
  const finishedAtMs = item.operation?.finishedAtMs;
  if (item.operation && finishedAtMs !== undefined && before.operation?.finishedAtMs !== finishedAtMs) {
    ticks.push({ atMs: finishedAtMs, kind: 'sync', revision, outcome: item.operation.phase });
  }
  return ticks;
}
