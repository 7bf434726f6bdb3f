// Credentials lent to a program: the real git finds them, and nobody else's host is told of them.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { lendCredentials } from './lent-credentials.ts';

const directory = await mkdtemp(join(tmpdir(), 'evenkeel-lent-'));
after(() => rm(directory, { recursive: true, force: true }));
let count = 0;
const privateDirectory = async (): Promise<string> => mkdtemp(join(directory, `${(count += 1)}-`));

/** A server that wants credentials, and what it was told. */
async function listen(): Promise<{ readonly url: string; readonly told: string[]; readonly server: Server }> {
  const told: string[] = [];
  const server = createServer((request, response) => {
    told.push(request.headers.authorization ?? 'nothing');
    response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  after(() => server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, told, server };
}

/** Runs git as the program would: with nothing but what was lent. */
async function listRemote(url: string, environment: Readonly<Record<string, string>>): Promise<void> {
  const env = { PATH: '/usr/local/bin:/usr/bin:/bin', HOME: directory, ...environment };
  await new Promise<void>((resolve) => {
    execFile('git', ['ls-remote', url], { env, timeout: 20_000 }, () => resolve());
  });
}

const basic = { username: 'ada', password: 'pass "word"\\' };
const header = `Basic ${Buffer.from(`${basic.username}:${basic.password}`).toString('base64')}`;

test('git asks for a name and a password, and is told them for this remote only', async () => {
  const [ours, others] = [await listen(), await listen()];
  await using lent = await lendCredentials(`${ours.url}/team/app.git`, { basic }, await privateDirectory());
  assert.ok(!JSON.stringify(lent.environment).includes('word'));
  assert.deepEqual(lent.secrets, [basic.password]);
  await listRemote(`${ours.url}/team/other.git`, lent.environment);
  assert.deepEqual(ours.told.slice(0, 2), ['nothing', header]);
  for (const url of [others.url, others.url.replace('//', `//${ours.url.slice(7)}@`)]) {
    await listRemote(`${url}/team/app.git`, lent.environment);
  }
  assert.deepEqual(
    [...new Set(others.told)].filter((text) => text.includes(header.slice(6))),
    [],
  );
});

test('a name in the URL is what git asks the password for', async () => {
  const { url, told } = await listen();
  await using lent = await lendCredentials(url, { basic }, await privateDirectory());
  await listRemote(`${url.replace('//', '//ada@')}/a.git`, lent.environment);
  assert.ok(told.includes(header), told.join('; '));
});

test('a token stands in a file that only we may read, and goes to this remote only', async () => {
  const [ours, others] = [await listen(), await listen()];
  const place = await privateDirectory();
  await using lent = await lendCredentials(`${ours.url}/a.git`, { bearer: 'token-1' }, place);
  assert.ok(!JSON.stringify(lent.environment).includes('token-1'));
  for (const { url } of [ours, others]) await listRemote(`${url}/a.git`, lent.environment);
  assert.equal(ours.told[0], 'Bearer token-1');
  assert.deepEqual([...new Set(others.told)], ['nothing']);
  for (const name of await readdir(join(place, 'lent'))) {
    assert.equal((await stat(join(place, 'lent', name))).mode & 0o077, 0, name);
  }
});

test('credentials that are made anew are those of the moment', async () => {
  const { url, told } = await listen();
  const login = { identity: 'app', current: () => Promise.resolve(basic), outdate: () => undefined };
  await using lent = await lendCredentials(url, { login }, await privateDirectory());
  await listRemote(`${url}/a.git`, lent.environment);
  assert.equal(told[1], header);
});

test('SSH is led to a key in a file, which goes when it is given back', async () => {
  const place = await privateDirectory();
  const lent = await lendCredentials('git@example.com:a.git', { ssh: { privateKey: 'KEY', knownHosts: 'h' } }, place);
  assert.match(lent.environment['GIT_SSH_COMMAND'] ?? '', /identity/);
  assert.ok(!JSON.stringify(lent.environment).includes('KEY'));
  assert.equal((await readdir(place)).length, 1);
  await lent[Symbol.asyncDispose]();
  assert.deepEqual(await readdir(place), []);
});

test('without credentials nothing is answered', async () => {
  const { url, told } = await listen();
  await using lent = await lendCredentials(url, {}, await privateDirectory());
  await listRemote(`${url}/a.git`, lent.environment);
  assert.deepEqual([...new Set(told)], ['nothing']);
});
