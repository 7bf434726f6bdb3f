// Who is let in without a token, where a token is required; everything else about access is tested on a whole world (world/src/roles.test.ts).

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { apiRoot } from '@evenkeel/api';
import Fastify from 'fastify';
import type { Backend } from '../backend.ts';
import { ActionRefused } from '../faces/face.ts';
import { guardRoutes, statusOf } from './guard-routes.ts';

/** Asks a server with one route, from an address; answers the status and what is said. */
async function ask(
  remoteAddress: string,
  requireToken: boolean,
  headers: Record<string, string> = {},
): Promise<string> {
  const app = Fastify();
  app.setErrorHandler((error, _request, reply) =>
    reply.code(error instanceof ActionRefused ? statusOf(error) : 500).send((error as Error).message),
  );
  // No gate: whoever shows a token is refused.
  guardRoutes(app, {} as Backend, { requireToken });
  app.get(`${apiRoot}/deliveries`, () => 'everything');
  app.get('/healthz', () => 'ok');
  const { statusCode, body } = await app.inject({ url: `${apiRoot}/deliveries`, remoteAddress, headers });
  assert.equal((await app.inject({ url: '/healthz', remoteAddress, headers })).statusCode, 200);
  await app.close();
  return `${statusCode} ${body}`;
}

test('where a token is required, only this machine needs none', async () => {
  for (const local of ['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1'])
    assert.equal(await ask(local, true), '200 everything', local);
  for (const other of ['10.0.0.7', '::ffff:10.0.0.7', 'fe80::1', '1127.0.0.1', '127.0.0.1.evil'])
    assert.equal(await ask(other, true), '401 no session information', other);
});

test('where it is not, everybody is the owner until they show one', async () => {
  assert.equal(await ask('10.0.0.7', false), '200 everything');
  const shown = await ask('127.0.0.1', false, { authorization: 'Bearer a.b.c' });
  assert.equal(shown, '401 invalid session: this server verifies no tokens');
});
