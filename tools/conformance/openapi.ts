// The schemas of OpenAPI 3, one by one: what the sandbox tells of a type is what the real server tells, description texts and
// the wrapping that they need aside.

import type { SuiteResult } from './kubectl.ts';
import { differences } from './normalize.ts';
import type { Server } from './servers.ts';

interface Document {
  readonly components: { readonly schemas: Readonly<Record<string, unknown>> };
}

/** Compares the schemas of all group versions that the sandbox serves. */
export async function compareOpenApi(real: Server, sandbox: Server, word: string): Promise<SuiteResult> {
  if (!'openapi'.startsWith(word)) return { passed: 0, total: 0, failures: [] };
  const index = (await sandbox.ask({ method: 'GET', path: '/openapi/v3' })).body as {
    readonly paths: Readonly<Record<string, unknown>>;
  };
  const failures: { readonly name: string; readonly differences: readonly string[] }[] = [];
  const seen = new Set<string>();
  for (const groupVersion of Object.keys(index.paths)) {
    if (groupVersion.includes('example.com')) continue;
    const [theirs = {}, ours = {}] = await Promise.all(
      [real, sandbox].map((server) => schemasOf(server, groupVersion)),
    );
    for (const [name, schema] of Object.entries(ours)) {
      if (seen.has(name)) continue;
      seen.add(name);
      const found = differences(compared(name, theirs[name]), compared(name, schema));
      if (found.length > 0) failures.push({ name: `openapi ${groupVersion} ${name}`, differences: found });
    }
  }
  return { passed: seen.size - failures.length, total: seen.size, failures };
}

async function schemasOf(server: Server, groupVersion: string): Promise<Readonly<Record<string, unknown>>> {
  const { body } = await server.ask({ method: 'GET', path: `/openapi/v3/${groupVersion}` });
  return (body as Document).components?.schemas ?? {};
}

// Options are told to be of each group, also of those that nobody serves; see DEVIATIONS.md.
function compared(name: string, schema: unknown): unknown {
  if (!name.endsWith('.DeleteOptions')) return plain(schema);
  return plain({ ...(schema as object), 'x-kubernetes-group-version-kind': [] });
}

// A reference with members beside it stands in a list of one.
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  const result: Record<string, unknown> = {};
  for (const [key, member] of Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (key === 'description' && typeof member === 'string') continue;
    if (key === 'allOf' && Array.isArray(member) && member.length === 1) Object.assign(result, plain(member[0]));
    else result[key] = plain(member);
  }
  return Object.fromEntries(Object.entries(result).sort(([a], [b]) => (a < b ? -1 : 1)));
}
