// Logs of a container: its last lines, or all it writes from now on.

import type { LogLines, ObjectRef } from '@evenkeel/api';
import { KubeError } from '@evenkeel/kube';
import type { Backend } from '../backend.ts';
import { ActionRefused } from '../faces/face.ts';
import { worldOf } from './resource.ts';
import { treeOf } from './tree.ts';

type Query = Readonly<Record<string, string>>;

const TAIL_DEFAULT = '500';

/** The lines that there are. Options are those of the API server, each by its name there; tailLines=0 is all of them. */
export async function logsOf(key: string, ref: ObjectRef, query: Query, backend: Backend): Promise<LogLines> {
  const lines: string[] = [];
  for await (const line of linesOf(key, ref, query, backend)) lines.push(line);
  return { lines };
}

/** The lines as they are written, each with its end, until the container or the listener goes. */
export async function* followLogs(key: string, ref: ObjectRef, query: Query, backend: Backend): AsyncGenerator<string> {
  for await (const line of linesOf(key, ref, { ...query, follow: 'true' }, backend)) yield `${line}\n`;
}

async function* linesOf(key: string, ref: ObjectRef, query: Query, backend: Backend): AsyncGenerator<string> {
  const { report, cluster } = worldOf(key, backend);
  const { namespace, name } = ref;
  const isOurs = treeOf(report, cluster).nodes.some(
    (node) => node.ref.kind === 'Pod' && node.ref.namespace === namespace && node.ref.name === name,
  );
  if (!isOurs) throw new ActionRefused('NOT_FOUND', `"${key}" has no Pod "${name}"`);
  const { container = '', tailLines = TAIL_DEFAULT } = query;
  const passed = ['sinceSeconds', 'previous', 'timestamps', 'follow'].flatMap((option) => {
    const value = query[option];
    return value === undefined || value === '' ? [] : [[option, value] as const];
  });
  const request = {
    method: 'GET',
    path: `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(name)}/log`,
    query: {
      ...(tailLines === '0' ? {} : { tailLines }),
      ...(container === '' ? {} : { container }),
      ...Object.fromEntries(passed),
    },
  } as const;
  try {
    yield* cluster.client.transport.stream(request);
  } catch (error) {
    if (error instanceof KubeError) throw new ActionRefused('LOGS', error.message);
    throw error;
  }
}
