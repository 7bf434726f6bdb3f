// POST /api/webhook, where forges expect it. The body is taken byte for byte, because signatures are over bytes.

import type { FastifyInstance } from 'fastify';
import type { Backend } from '../backend.ts';

/** argoproj/argo-cd:server/server.go (3.6) `webhook.maxPayloadSizeMB`. */
const bodyBytesMax = 50 * 1024 * 1024;

/** Adds the route where somebody listens. */
export async function addWebhookRoute(app: FastifyInstance, { webhook }: Backend): Promise<void> {
  if (!webhook) return;
  await app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: bodyBytesMax }, (_request, body, done) =>
      done(null, body),
    );
    scope.post('/api/webhook', { bodyLimit: bodyBytesMax }, async (request, reply) => {
      const headers = Object.fromEntries(
        Object.entries(request.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
      );
      const { body } = request;
      const { status, message } = await webhook({
        method: request.method,
        headers,
        query: new URL(request.url, 'http://localhost').searchParams,
        body: body instanceof Uint8Array ? body : new Uint8Array(),
      });
      return reply.code(status).type('text/plain').send(message);
    });
  });
}
