// One request of a verb to our HTTP API: answers are validated, refusals become argocd's exit codes.

import type { Problem } from '@evenkeel/api';
import * as v from 'valibot';
import { CommandFailure, type Io, exitCodes } from './io.ts';
import { authorization, serverFor, tokenHint } from './session.ts';

/** What is asked for. */
export interface Wish<Schema extends v.GenericSchema> {
  readonly path: string;
  readonly method?: 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly body?: unknown;
  readonly schema: Schema;
}

/** Sends to the server of the flag, or of the last `evenkeel up`. Rejects with CommandFailure. */
export async function send<Schema extends v.GenericSchema>(
  io: Io,
  options: { readonly server?: string },
  { path, method, body, schema }: Wish<Schema>,
): Promise<v.InferOutput<Schema>> {
  const server = serverFor(io, options.server);
  let response: Response;
  try {
    response = await fetch(new URL(path, server), {
      signal: io.signal,
      headers: { ...authorization(io), ...(method === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(method === undefined ? {} : { method, body: JSON.stringify(body ?? {}) }),
    });
  } catch (error) {
    io.signal.throwIfAborted();
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
    throw new CommandFailure(`the server at ${server} does not answer: ${cause}`, exitCodes.connection);
  }
  const answer: unknown = await response.json().catch(() => undefined);
  if (response.ok) return v.parse(schema, answer);
  const { sentence, remedy } = (answer ?? {}) as Partial<Problem>;
  const said = `${sentence ?? `the server answered ${response.status}`}${tokenHint(io, response.status)}`;
  throw new CommandFailure(remedy === undefined ? said : `${said}. ${remedy}`, exitCodes.generic);
}
