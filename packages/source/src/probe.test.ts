// Whether repositories can be reached, asked without keeping anything.

import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { test } from 'node:test';
import {
  createAuthority,
  opensslIsMissing,
  registryIsMissing,
  startFileServer,
  startRealRegistry,
} from '@evenkeel/oci/testing';
import type { ChartAccess, RepositoryAccess } from './access.ts';
import { probeRepository } from './probe.ts';
import { createTestbed } from './testbed.ts';

function accessOf(remote: ChartAccess): RepositoryAccess {
  return { git: () => ({}), remote: () => Promise.resolve(remote), onChange: () => () => undefined };
}

const me = (password: string): ChartAccess => ({ access: { credentials: { username: 'me', password } } });

test('a Git repository is asked for its references only', async () => {
  await using bed = await createTestbed();
  await bed.push({ 'a.txt': 'a' });
  const before = await readdir(`${bed.directory}/private`);
  const probe = (url: string): Promise<string | undefined> =>
    probeRepository({ git: bed.git, url, kind: 'git', access: accessOf({}) });
  assert.equal(await probe(bed.url), undefined);
  assert.match((await probe(bed.url.replace('demo', 'gone'))) ?? '', /gone\.git was not found/);
  assert.deepEqual(await readdir(`${bed.directory}/private`), before);
});

test('a chart repository is asked for its index', { skip: opensslIsMissing() }, async () => {
  await using bed = await createTestbed();
  using authority = createAuthority();
  const files = (): Readonly<Record<string, string>> => ({ '/charts/index.yaml': 'apiVersion: v1\nentries: {}\n' });
  await using server = await startFileServer({ files, login: 'me:secret', tls: authority.issue(['127.0.0.1']) });
  const url = `${server.url}/charts`;
  const probe = (remote: ChartAccess, at = url): Promise<string | undefined> =>
    probeRepository({ git: bed.git, url: at, kind: 'charts', access: accessOf(remote) });
  const tls = { ca: authority.ca };
  const trusted = (password: string): ChartAccess => ({ access: { ...me(password).access, tls } });
  assert.equal(await probe(trusted('secret')), undefined);
  const wrong = (await probe(trusted('wr0ng'))) ?? '';
  assert.match(wrong, /index\.yaml : 401 Unauthorized; the credentials are missing, wrong or may not read it/);
  assert.ok(!wrong.includes('wr0ng'));
  assert.match((await probe(me('secret'))) ?? '', /; add the authority that signed its certificate$/);
  assert.match((await probe(trusted('secret'), `${server.url}/none`)) ?? '', /none\/index\.yaml : 404/);
});

test('a registry is logged in to', { skip: registryIsMissing() }, async () => {
  await using bed = await createTestbed();
  await using registry = await startRealRegistry({ login: true });
  const probe = (remote: ChartAccess): Promise<string | undefined> =>
    probeRepository({
      git: bed.git,
      url: `${registry.url}/charts`,
      kind: 'registry',
      access: accessOf({ ...remote, plainHttp: true }),
    });
  assert.equal(await probe(me('secret')), undefined);
  assert.match(
    (await probe(me('wrong'))) ?? '',
    /; the credentials are missing, wrong or may not read it: correct them$/,
  );
});
