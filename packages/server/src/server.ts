// The HTTP server: our API, the live stream, and the page.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import { type StreamEvent, apiRoot } from '@evenkeel/api';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { guardRoutes, rightsOf, statusOf } from './access/guard-routes.ts';
import { seenEvents } from './access/seen-stream.ts';
import type { Backend } from './backend.ts';
import { ActionRefused } from './faces/face.ts';
import { addAccountRoutes } from './routes/account.ts';
import { addActionRoutes } from './routes/act.ts';
import { addApplicationRoutes } from './routes/applications.ts';
import { addCreateRoute } from './routes/create-application.ts';
import { addGovernanceRoutes } from './routes/governance.ts';
import { addReadRoutes } from './routes/read.ts';
import { addResourceActionRoutes } from './routes/resource-actions.ts';
import { addRepositoryRoutes } from './routes/repositories.ts';
import { addSetRoutes } from './routes/application-sets.ts';
import { addWebhookRoute } from './routes/webhook.ts';
import { type Stream, createStream } from './stream.ts';

export interface ServerOptions {
  readonly backend: Backend;
  readonly host: string;
  readonly port: number;
  /** Requests from other machines need a token; without it they may do what the owner may. */
  readonly requireToken?: boolean;
  /** The built page; without it `/` says how to build it. */
  readonly pageDirectory?: string;
}

export interface Server extends AsyncDisposable {
  readonly url: string;
  /** "METHOD path" of every route. */
  readonly routes: readonly string[];
}

/** Starts listening. Rejects with one sentence when the address is taken. */
export async function startServer(options: ServerOptions): Promise<Server> {
  const app = Fastify({
    logger: false,
    forceCloseConnections: true,
    bodyLimit: 1024 * 1024,
    // A cluster is named by its address, and those of clouds are long.
    routerOptions: { maxParamLength: 2048 },
  });
  const stream = createStream(options.backend);
  const routes: string[] = [];
  app.addHook('onRoute', ({ method, url }) => {
    for (const one of [method].flat()) if (one !== 'HEAD') routes.push(`${one} ${url}`);
  });
  app.setErrorHandler((error, _request, reply) => answerError(error, reply));
  app.addHook('onRequest', guard(options.host));
  app.addHook('onSend', addSecurityHeaders);
  guardRoutes(app, options.backend, options);
  app.get('/healthz', () => 'ok');
  addReadRoutes(app, options.backend);
  addActionRoutes(app, options.backend);
  addApplicationRoutes(app, options.backend);
  addCreateRoute(app, options.backend);
  addResourceActionRoutes(app, options.backend);
  addSetRoutes(app, options.backend);
  addGovernanceRoutes(app, options.backend);
  addRepositoryRoutes(app, options.backend);
  await addWebhookRoute(app, options.backend);
  addAccountRoutes(app, options.backend);
  addStreamRoute(app, stream, options.backend);
  await addPage(app, options.pageDirectory);
  try {
    await app.listen({ host: options.host, port: options.port });
  } catch (error) {
    await app.close();
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (code === 'EADDRINUSE')
      throw new Error(`port ${options.port} on ${options.host} is taken; choose another with --port`, { cause: error });
    throw error;
  }
  const address = app.server.address();
  const port = address !== null && typeof address === 'object' ? address.port : options.port;
  return {
    routes,
    url: `http://${options.host === '0.0.0.0' ? 'localhost' : options.host}:${port}`,
    async [Symbol.asyncDispose]() {
      await stream[Symbol.asyncDispose]();
      await app.close();
    },
  };
}

function answerError(error: unknown, reply: FastifyReply): FastifyReply {
  if (error instanceof ActionRefused) {
    const { code, message, remedy } = error;
    return reply.code(statusOf(error)).send({ code, sentence: message, ...(remedy === undefined ? {} : { remedy }) });
  }
  const status =
    error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number' ? error.statusCode : 500;
  const sentence = error instanceof Error ? error.message : String(error);
  return reply.code(status).send({ code: status < 500 ? 'BAD_REQUEST' : 'FAILED', sentence });
}

/** Where the server listens on this machine only, a page of another site must not reach it through the browser. */
function guard(host: string): (request: FastifyRequest, reply: FastifyReply) => Promise<unknown> {
  const local = host === '127.0.0.1' || host === '::1' || host === 'localhost';
  return async (request, reply) => {
    const named = (request.headers.host ?? '').replace(/:\d+$/, '');
    if (local && !['127.0.0.1', 'localhost', '[::1]'].includes(named)) {
      return reply.code(421).send({ code: 'HOST', sentence: `this server does not answer for "${named}"` });
    }
    const { origin } = request.headers;
    const changes = request.method !== 'GET' && request.method !== 'HEAD';
    if (changes && origin !== undefined && new URL(origin).host !== request.headers.host) {
      return reply.code(403).send({ code: 'ORIGIN', sentence: `requests from ${origin} are not accepted` });
    }
    return undefined;
  };
}

const contentPolicy =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'";

async function addSecurityHeaders(_request: FastifyRequest, reply: FastifyReply, payload: unknown): Promise<unknown> {
  void reply
    .header('x-content-type-options', 'nosniff')
    .header('referrer-policy', 'no-referrer')
    .header('content-security-policy', contentPolicy);
  return payload;
}

/** Comments keep connections open through proxies that close silent ones. */
const HEARTBEAT_MS = 20_000;

function addStreamRoute(app: FastifyInstance, stream: Stream, backend: Backend): void {
  app.get(`${apiRoot}/stream`, (request, reply) => {
    reply.hijack();
    const { raw } = reply;
    raw.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      connection: 'keep-alive',
      'x-accel-buffering': 'no',
    });
    const seen = seenEvents(backend, rightsOf(request));
    const send = (happened: StreamEvent): void => {
      for (const { event, data } of seen(happened)) raw.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
    };
    const stop = stream.subscribe({ send });
    const beat = setInterval(() => raw.write(': still here\n\n'), HEARTBEAT_MS);
    request.raw.on('close', () => {
      clearInterval(beat);
      stop();
    });
  });
}

/** Serves the built page; every path that is no file is the page too, since the URL is its state. */
async function addPage(app: FastifyInstance, directory: string | undefined): Promise<void> {
  if (directory === undefined || !existsSync(join(directory, 'index.html'))) {
    app.get('/', (_request, reply) =>
      reply.code(503).type('text/plain').send('The page is not built. Run: npm run build:page\n'),
    );
    return;
  }
  await app.register(fastifyStatic, {
    root: directory,
    index: ['index.html'],
    immutable: true,
    maxAge: '1y',
    setHeaders: revalidateIndex,
  });
  app.setNotFoundHandler((request, reply) => {
    if (request.method !== 'GET' || request.url.startsWith('/api/')) {
      return reply
        .code(404)
        .send({ code: 'NOT_FOUND', sentence: `there is no ${request.method} ${request.url.split('?')[0] ?? ''}` });
    }
    return reply.sendFile('index.html', { maxAge: 0, immutable: false });
  });
}

function revalidateIndex(reply: { header(name: string, value: string): unknown }, path: string): void {
  if (path.endsWith('index.html')) void reply.header('cache-control', 'no-cache');
}
