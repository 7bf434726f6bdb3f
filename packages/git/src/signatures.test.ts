// Signatures of commits and tags, made and verified by the real gpg.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { test } from 'node:test';
import { openRepository } from './repository.ts';
import { type VerifyRequest, openKeyring, verifyCommit } from './signatures.ts';
import { type Testbed, createTestbed } from './testbed.ts';

function gpgIsMissing(): string | false {
  try {
    execFileSync('gpg', ['--version'], { stdio: 'ignore' });
    return false;
  } catch {
    return 'gpg is not installed';
  }
}

interface Signer {
  readonly id: string;
  readonly armored: string;
}

/** People with keys, in the home that the user's git signs with. */
function makeSigners(bed: Testbed, names: readonly string[]): readonly Signer[] {
  const home = bed.path('user-home', '.gnupg');
  mkdirSync(home, { mode: 0o700 });
  const gpg = (...args: readonly string[]): string =>
    execFileSync('gpg', ['--homedir', home, '--batch', '--quiet', '--passphrase', '', ...args], {
      encoding: 'utf8',
      stdio: 'pipe',
    });
  return names.map((name) => {
    gpg('--quick-generate-key', `${name} <${name}@example.com>`, 'ed25519', 'sign', 'never');
    const listed = gpg('--list-keys', '--with-colons', name);
    const id = /^pub:[^:]*:\d+:\d+:([0-9A-F]{16}):/m.exec(listed)?.[1] ?? '';
    return { id, armored: gpg('--armor', '--export', name) };
  });
}

test(
  'commits and tags: who signed, whether the key is known, and back to the last seal',
  { skip: gpgIsMissing() },
  async () => {
    await using bed = await createTestbed();
    const [ada, bob] = makeSigners(bed, ['ada', 'bob']);
    assert.ok(ada && bob);
    const work = await bed.workingTree('work', { a: '1' });
    const unsigned = await bed.user(work, 'rev-parse', 'HEAD');
    const commit = async (message: string, ...how: readonly string[]): Promise<string> => {
      await bed.user(work, 'commit', '--quiet', '--allow-empty', '--message', message, ...how);
      return bed.user(work, 'rev-parse', 'HEAD');
    };
    const byBob = await commit('by bob', `--gpg-sign=${bob.id}`);
    const seal = await commit('seal\n\nArgocd-gpg-seal: checked by hand', `--gpg-sign=${ada.id}`);
    const byAda = await commit('by ada', `--gpg-sign=${ada.id}`);
    await bed.user(work, 'tag', '--sign', '--local-user', bob.id, '-m', 'release', 'v1');
    await bed.user(work, 'tag', '-a', '-m', 'nobody signed', 'v2');
    await bed.user(work, 'tag', 'v3');
    await using repository = openRepository(bed.git, `${work}/.git`);
    await using keyring = await openKeyring(bed.git, [ada.armored]);
    assert.deepEqual(keyring.keyIds, [ada.id]);
    const request: VerifyRequest = { git: bed.git, repository, keyring };
    const verdicts = async (sha: string, more: Partial<VerifyRequest> = {}): Promise<readonly string[]> =>
      (await verifyCommit(sha, { ...request, ...more })).map(({ revision, state, keyId }) =>
        `${revision.slice(0, 7)} ${state} ${keyId}`.trim(),
      );
    const short = (sha: string): string => sha.slice(0, 7);
    assert.deepEqual(await verdicts(byAda), [`${short(byAda)} signed ${ada.id}`]);
    assert.deepEqual(await verdicts(unsigned), [`${short(unsigned)} unsigned`]);
    assert.deepEqual(await verdicts(byBob), [`${short(byBob)} signed with key not in keyring ${bob.id}`]);
    assert.deepEqual(await verdicts(byAda, { history: true }), [
      `${short(byAda)} signed ${ada.id}`,
      `${short(seal)} signed ${ada.id}`,
    ]);
    assert.deepEqual(await verdicts(byBob, { history: true }), [
      `${short(byBob)} signed with key not in keyring ${bob.id}`,
      `${short(unsigned)} unsigned`,
    ]);
    assert.deepEqual(await verdicts(byAda, { tag: 'v1' }), [`v1 signed with key not in keyring ${bob.id}`]);
    assert.deepEqual(await verdicts(byAda, { tag: 'v2' }), ['v2 unsigned']);
    assert.deepEqual(
      await verdicts(byAda, { tag: 'v3' }),
      [`${short(byAda)} signed ${ada.id}`],
      'a name is no signature',
    );
    assert.deepEqual(
      await verdicts(byBob, { tag: 'v1' }),
      [`${short(byBob)} signed with key not in keyring ${bob.id}`],
      'a tag vouches for the commit it names',
    );
    await using both = await openKeyring(bed.git, [ada.armored, bob.armored]);
    assert.deepEqual(await verdicts(byAda, { tag: 'v1', keyring: both }), [`v1 signed ${bob.id}`]);
    await bed.user(bed.directory, 'clone', '--quiet', '--bare', '--depth=1', `file://${work}`, 'shallow');
    await using shallow = openRepository(bed.git, bed.path('shallow'));
    await assert.rejects(
      verdicts(byAda, { history: true, repository: shallow }),
      /only a part of it is fetched; remove "depth"/,
    );
    const [detail] = await verifyCommit(byBob, { ...request, keyring: both });
    assert.deepEqual([detail?.author, detail?.primaryKeyId], ['Ada <ada@example.com>', bob.id]);
    execFileSync('gpgconf', ['--homedir', bed.path('user-home', '.gnupg'), '--kill', 'all']);
  },
);

test('a commit that was changed after it was signed; keys that are none', { skip: gpgIsMissing() }, async () => {
  await using bed = await createTestbed();
  const [ada] = makeSigners(bed, ['ada']);
  assert.ok(ada);
  const work = await bed.workingTree('work', { a: '1' });
  await bed.user(work, 'commit', '--quiet', '--allow-empty', '--message', 'honest', `--gpg-sign=${ada.id}`);
  await using repository = openRepository(bed.git, `${work}/.git`);
  const text = execFileSync('git', ['cat-file', 'commit', 'HEAD'], { cwd: work, encoding: 'utf8' });
  const forged = execFileSync('git', ['hash-object', '-t', 'commit', '-w', '--stdin'], {
    cwd: work,
    encoding: 'utf8',
    input: text.replace('honest', 'forged'),
  }).trim();
  await using keyring = await openKeyring(bed.git, [ada.armored]);
  const [signature] = await verifyCommit(forged, { git: bed.git, repository, keyring });
  assert.equal(signature?.state, 'bad signature');
  await using empty = await openKeyring(bed.git, []);
  const [unknown] = await verifyCommit(await bed.user(work, 'rev-parse', 'HEAD'), {
    git: bed.git,
    repository,
    keyring: empty,
  });
  assert.equal(unknown?.state, 'signed with key not in keyring');
  await assert.rejects(openKeyring(bed.git, ['no key']), {
    code: 'invalid-argument',
    message: /public key cannot be read/,
  });
  execFileSync('gpgconf', ['--homedir', bed.path('user-home', '.gnupg'), '--kill', 'all']);
});
