// `evenkeel app logs`: what the Pods of an application write. Mirrors argoproj/argo-cd:cmd/argocd/commands/app.go (3.6)
// NewApplicationLogsCommand; lines of several Pods come in the order of their times.

import { type ObjectRef, type TreeNode, apiPaths, logLines } from '@evenkeel/api';
import { createApiClient } from '../api-client.ts';
import { send } from '../api-request.ts';
import { CommandFailure, type Io, exitCodes } from '../io.ts';
import { authorization, serverFor } from '../session.ts';
import type { NamedOptions } from './app.ts';
import { namedApp } from './app-select.ts';

export interface LogOptions extends NamedOptions {
  readonly group?: string;
  readonly kind?: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly container?: string;
  readonly follow?: boolean;
  readonly previous?: boolean;
  readonly tail: string;
  readonly sinceSeconds: string;
  readonly untilTime?: string;
  readonly filter?: string;
  readonly matchCase?: boolean;
}

/** Prints the lines there are, or with `--follow` all that come. */
export async function appLogs(name: string, options: LogOptions, io: Io): Promise<void> {
  const client = createApiClient(serverFor(io, options.server), io);
  const app = await namedApp(client, name, options.appNamespace);
  const { nodes } = await client.tree(app.key);
  const pods = podsOf(nodes, options);
  if (pods.length === 0) throw new CommandFailure('failed to get pod logs: no pods found', exitCodes.generic);
  const shows = lineFilter(options);
  if (options.follow === true) {
    await Promise.all(pods.map((pod) => follow({ key: app.key, pod, shows }, options, io)));
    return;
  }
  const lines: string[] = [];
  for (const pod of pods) {
    const path = apiPaths.logs(app.key, pod, options.container ?? '', queryOf(options));
    lines.push(...(await send(io, options, { path, schema: logLines })).lines);
  }
  const sorted = lines.toSorted((left, right) => (timeOf(left) < timeOf(right) ? -1 : 1)).filter(shows);
  const { tail } = options;
  const last = Number(tail) > 0 ? sorted.slice(-Number(tail)) : sorted;
  io.out(last.map((line) => `${withoutTime(line)}\n`).join(''));
}

/** Pods that the flags mean, by themselves or by what they were made of. */
function podsOf(nodes: readonly TreeNode[], { group, kind, namespace, name }: LogOptions): readonly ObjectRef[] {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const isMeant = ({ ref }: TreeNode): boolean =>
    (!group || ref.group === group) &&
    (!kind || ref.kind === kind) &&
    (!namespace || ref.namespace === namespace) &&
    (!name || ref.name === name);
  const comesOf = (node: TreeNode): boolean =>
    isMeant(node) || node.parents.some((id) => comesOf(byId.get(id) ?? { ...node, parents: [] }));
  return nodes
    .filter((node) => node.ref.kind === 'Pod' && node.ref.group === '' && comesOf(node))
    .map(({ ref }) => ref);
}

function queryOf({ tail, sinceSeconds, previous }: LogOptions): Readonly<Record<string, string>> {
  for (const [flag, value] of [
    ['tail', tail],
    ['since-seconds', sinceSeconds],
  ] as const)
    if (!/^\d+$/.test(value)) throw new CommandFailure(`--${flag} "${value}" is no whole number`, exitCodes.generic);
  return {
    timestamps: 'true',
    tailLines: tail,
    ...(sinceSeconds === '0' ? {} : { sinceSeconds }),
    ...(previous === true ? { previous: 'true' } : {}),
  };
}

function timeOf(line: string): string {
  return line.slice(0, Math.max(0, line.indexOf(' ')));
}

function withoutTime(line: string): string {
  return line.slice(line.indexOf(' ') + 1);
}

/** Which lines are shown: those until a time, and with or (behind `!`) without a text. */
function lineFilter({ filter = '', matchCase = false, untilTime }: LogOptions): (line: string) => boolean {
  const untilMs = untilTime === undefined || untilTime === '' ? Infinity : Date.parse(untilTime);
  if (Number.isNaN(untilMs))
    throw new CommandFailure(`invalid untilTime parameter value: "${untilTime}" is no time`, exitCodes.generic);
  const isInverse = filter.startsWith('!');
  const fold = (text: string): string => (matchCase ? text : text.toLowerCase());
  const wanted = fold(isInverse ? filter.slice(1) : filter);
  return (line) => {
    if (Date.parse(timeOf(line)) > untilMs) return false;
    return wanted === '' || fold(withoutTime(line)).includes(wanted) !== isInverse;
  };
}

interface Followed {
  readonly key: string;
  readonly pod: ObjectRef;
  readonly shows: (line: string) => boolean;
}

async function follow({ key, pod, shows }: Followed, options: LogOptions, io: Io): Promise<void> {
  const path = apiPaths.followLogs(key, pod, options.container ?? '', queryOf(options));
  const server = serverFor(io, options.server);
  const response = await fetch(new URL(path, server), { signal: io.signal, headers: authorization(io) });
  if (!response.ok || !response.body)
    throw new CommandFailure(`failed to get pod logs: the server answered ${response.status}`, exitCodes.generic);
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (shows(line)) io.out(`${withoutTime(line)}\n`);
  }
}
