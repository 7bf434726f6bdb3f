// What simulated containers print.

import type { KubeObject } from '@evenkeel/resource';
import type { Clock } from '@evenkeel/std';
import { ApiError, badRequest } from '../api/status.ts';
import type { LogSource } from '../api/server.ts';
import { bagsOf } from '../defaulting/drafts.ts';
import { type Draft, bagAt, scalarText } from '../store/draft.ts';
import type { Store } from '../store/store.ts';

interface Line {
  readonly atMs: number;
  readonly text: string;
}

const linesMax = 1000;

/** Keeps the last lines of each container and serves pods/log from them. */
export class ContainerLogs implements LogSource {
  readonly #clock: Clock;
  readonly #lines = new Map<string, Line[]>();
  readonly #followers = new Map<string, Set<() => void>>();

  constructor(store: Store, clock: Clock) {
    this.#clock = clock;
    store.collection('pods').subscribe({
      event: ({ type, object }) => {
        if (type === 'DELETED') this.#forget(object.metadata.uid ?? '');
      },
    });
  }

  /** A container prints a line. */
  print(pod: KubeObject, container: string, text: string): void {
    const key = `${pod.metadata.uid ?? ''}/${container}`;
    let lines = this.#lines.get(key);
    if (lines === undefined) {
      lines = [];
      this.#lines.set(key, lines);
    }
    lines.push({ atMs: this.#clock.now(), text });
    if (lines.length > linesMax) lines.splice(0, lines.length - linesMax);
    for (const wake of this.#followers.get(key) ?? []) wake();
  }

  open(pod: KubeObject, query: Readonly<Record<string, string>>): (signal: AbortSignal) => AsyncIterable<string> {
    const container = chosenContainer(pod, query['container']);
    refuseWaiting(pod, container);
    const key = `${pod.metadata.uid ?? ''}/${container}`;
    const stamps = query['timestamps'] === 'true';
    const format = (line: Line): string =>
      stamps ? `${new Date(line.atMs).toISOString().replace('Z', '000000Z')} ${line.text}` : line.text;
    const first = this.#selected(key, query);
    const follow = query['follow'] === 'true';
    return (signal) => this.#read({ key, first, format, follow, signal });
  }

  #selected(key: string, query: Readonly<Record<string, string>>): readonly Line[] {
    let lines: readonly Line[] = this.#lines.get(key) ?? [];
    const sinceSeconds = Number(query['sinceSeconds'] ?? '0');
    const since =
      query['sinceTime'] === undefined
        ? sinceSeconds > 0
          ? this.#clock.now() - sinceSeconds * 1000
          : 0
        : Date.parse(query['sinceTime']);
    if (since > 0) lines = lines.filter((line) => line.atMs >= since);
    const tail = query['tailLines'];
    if (tail !== undefined && Number(tail) >= 0) lines = Number(tail) === 0 ? [] : lines.slice(-Number(tail));
    return [...lines];
  }

  async *#read(reading: {
    key: string;
    first: readonly Line[];
    format: (line: Line) => string;
    follow: boolean;
    signal: AbortSignal;
  }): AsyncIterable<string> {
    for (const line of reading.first) yield reading.format(line);
    let last = reading.first.at(-1) ?? this.#lines.get(reading.key)?.at(-1);
    while (reading.follow && !reading.signal.aborted) {
      const ended = await this.#nextChange(reading.key, reading.signal);
      const lines = this.#lines.get(reading.key) ?? [];
      const from = last === undefined ? 0 : lines.indexOf(last) + 1;
      for (const line of lines.slice(from)) yield reading.format(line);
      last = lines.at(-1) ?? last;
      if (ended) return;
    }
  }

  // Resolves at the next line, or with true when the pod is gone or nobody listens any more.
  #nextChange(key: string, signal: AbortSignal): Promise<boolean> {
    return new Promise((resolve) => {
      const followers = this.#followers.get(key) ?? new Set();
      this.#followers.set(key, followers);
      const done = (): void => {
        followers.delete(done);
        signal.removeEventListener('abort', done);
        resolve(signal.aborted || !this.#lines.has(key));
      };
      followers.add(done);
      signal.addEventListener('abort', done, { once: true });
    });
  }

  #forget(uid: string): void {
    for (const key of this.#lines.keys()) {
      if (!key.startsWith(`${uid}/`)) continue;
      this.#lines.delete(key);
      for (const wake of this.#followers.get(key) ?? []) wake();
      this.#followers.delete(key);
    }
  }
}

function chosenContainer(pod: KubeObject, asked: string | undefined): string {
  const spec = bagAt(pod as unknown as Draft, 'spec');
  const names = bagsOf(spec?.['containers']).map((each) => scalarText(each['name']));
  const all = [...names, ...bagsOf(spec?.['initContainers']).map((each) => scalarText(each['name']))];
  const name = pod.metadata.name ?? '';
  if (asked === undefined || asked === '') {
    const [only, ...others] = names;
    if (only !== undefined && others.length === 0) return only;
    throw badRequest(`a container name must be specified for pod ${name}, choose one of: [${names.join(' ')}]`);
  }
  if (!all.includes(asked)) throw badRequest(`container ${asked} is not valid for pod ${name}`);
  return asked;
}

function refuseWaiting(pod: KubeObject, container: string): void {
  const status = bagAt(pod as unknown as Draft, 'status');
  const states = [...bagsOf(status?.['containerStatuses']), ...bagsOf(status?.['initContainerStatuses'])];
  const own = states.find((each) => each['name'] === container);
  const waiting = bagAt(bagAt(own, 'state'), 'waiting');
  if (waiting === undefined || bagAt(bagAt(own, 'lastState'), 'terminated') !== undefined) return;
  const reason = scalarText(waiting['reason'] ?? '');
  const why =
    reason === 'ErrImagePull' || reason === 'ImagePullBackOff'
      ? 'trying and failing to pull image'
      : reason === ''
        ? 'waiting to start'
        : `waiting to start: ${reason}`;
  throw new ApiError(400, 'BadRequest', `container "${container}" in pod "${pod.metadata.name ?? ''}" is ${why}`);
}
