// What is read from and said in text: URLs, error sentences, push protocol lines, commit objects.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { GitError, explainGitFailure, maskSecrets } from './errors.ts';
import { parseCommit, parseTree } from './objects.ts';
import { createPushReportReader, createPushRequestReader, packetLine } from './push-report.ts';
import { displayUrl, repositoryIdentity, repositoryKey } from './url.ts';

test('what ssh says is told, and not that git could not read because of it', () => {
  const stderr =
    'ssh: connect to host h port 22: Connection refused\r\nfatal: Could not read from remote repository.\n\nPlease make sure you have the correct access rights\nand the repository exists.';
  const { message, code } = explainGitFailure(stderr, 'git@h:x.git');
  assert.equal(code, 'network');
  assert.equal(message, 'git@h:x.git could not be reached: ssh: connect to host h port 22: Connection refused');
});

test('the spellings of one repository have one key, and one identity over transports', () => {
  const same: readonly (readonly string[])[] = [
    [
      'https://github.com/org/repo',
      'https://GitHub.com/org/repo.git',
      'https://user:pw@github.com:443/org/repo/',
      ' https://github.com//org/repo.git ',
    ],
    [
      'git@github.com:org/repo.git',
      'ssh://git@github.com/org/repo',
      'ssh://github.com:22/org/repo.git',
      'git+ssh://git@github.com/org/repo',
    ],
    ['/srv/git/repo.git', 'file:///srv/git/repo'],
    ['git@[::1]:org/repo', 'ssh://git@[::1]/org/repo'],
  ];
  for (const spellings of same) assert.equal(new Set(spellings.map(repositoryKey)).size, 1, spellings.join(' '));
  assert.equal(repositoryIdentity('git@github.com:org/repo.git'), repositoryIdentity('https://github.com/org/repo'));
  assert.notEqual(repositoryKey('https://github.com/org/Repo'), repositoryKey('https://github.com/org/repo'));
  assert.notEqual(repositoryKey('https://github.com:8443/org/repo'), repositoryKey('https://github.com/org/repo'));
  assert.equal(displayUrl('https://u:p@host/x.git'), 'https://host/x.git');
  for (const bad of [
    '',
    '-x',
    '--upload-pack=x',
    'ext::sh',
    'relative/path',
    'ftp://h/x',
    'https://',
    'ssh://-o/x',
    '-o:x',
    'a\nb:c',
    'host::x',
  ]) {
    assert.throws(() => repositoryKey(bad), { code: 'invalid-argument' }, bad);
  }
});

test('git’s own words become one code and one sentence', () => {
  const cases: readonly (readonly [string, string])[] = [
    ["fatal: unable to access 'https://h/x/': Could not resolve host: h", 'network'],
    ["fatal: Authentication failed for 'https://h/x/'", 'authentication'],
    ["fatal: could not read Username for 'https://h': terminal prompts disabled", 'authentication'],
    ['git@h: Permission denied (publickey).\nfatal: Could not read from remote repository.', 'authentication'],
    ['Host key verification failed.\nfatal: Could not read from remote repository.', 'host-key'],
    ["fatal: repository 'https://h/x/' not found", 'not-found'],
    ['fatal: write error: No space left on device\nfatal: fetch-pack: invalid index-pack output', 'disk-full'],
    ["fatal: unable to access 'https://h/': SSL certificate problem: self-signed certificate", 'tls'],
    ["fatal: unable to access 'https://h/': server certificate verification failed. CAfile: none", 'tls'],
    ['error: object file objects/ab/cd is empty\nfatal: bad object HEAD', 'corrupt'],
    ["fatal: couldn't find remote ref refs/heads/x", 'revision-not-found'],
    ['error: RPC failed; curl 56 GnuTLS recv error\nfatal: early EOF', 'network'],
    ["fatal: unable to access 'https://h/': The requested URL returned error: 503", 'network'],
    ['fatal: something nobody has seen', 'failed'],
  ];
  for (const [stderr, code] of cases) {
    const error = explainGitFailure(stderr, 'https://h/x');
    assert.ok(error instanceof GitError);
    assert.equal(error.code, code, stderr);
    assert.ok(!error.message.includes('\n'));
  }
  assert.equal(
    maskSecrets("fatal: 'https://u:p@h/x' https://tok@h ssh://git@h"),
    "fatal: 'https://***@h/x' https://***@h ssh://***@h",
  );
  assert.ok(!maskSecrets('Authorization: Basic dTpw').includes('dTpw'));
});

test('property: a push is understood however its bytes are cut', () => {
  const zero = '0'.repeat(40);
  const one = '1'.repeat(40);
  const commands = `${packetLine(`${zero} ${one} refs/heads/a\0 report-status side-band-64k`)}${packetLine(`${one} ${zero} refs/heads/ünï b\n`)}0000PACK....`;
  const inner = `${packetLine('unpack ok\n')}${packetLine('ok refs/heads/a\n')}${packetLine('ng refs/heads/b hook declined\n')}0000`;
  const banded = Buffer.concat([
    Buffer.from(packetLine('\u0002progress')),
    ...[inner.slice(0, 7), inner.slice(7)].map((part) => Buffer.from(packetLine(`\u0001${part}`))),
    Buffer.from('0000'),
  ]);
  const cut = (bytes: Buffer, size: number, feed: (chunk: Buffer) => void): void => {
    for (let at = 0; at < bytes.length; at += size) feed(bytes.subarray(at, at + size));
  };
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 200 }), (size) => {
      const request = createPushRequestReader();
      cut(Buffer.from(commands), size, (chunk) => request.feed(chunk));
      assert.deepEqual(request.updates, [
        { ref: 'refs/heads/a', before: zero, after: one },
        { ref: 'refs/heads/ünï b', before: one, after: zero },
      ]);
      for (const answer of [banded, Buffer.from(inner)]) {
        const reports: string[][] = [];
        cut(
          answer,
          size,
          createPushReportReader((accepted) => reports.push([...accepted])),
        );
        assert.deepEqual(reports, [['refs/heads/a']]);
      }
    }),
  );
});

test('property: no bytes make the push readers throw', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 6 }), (chunks) => {
      const request = createPushRequestReader();
      const report = createPushReportReader(() => undefined);
      for (const chunk of chunks) {
        request.feed(Buffer.from(chunk));
        report(Buffer.from(chunk));
      }
    }),
  );
});

test('commit objects: signatures, encodings, odd authors, empty messages', () => {
  const text = [
    `tree ${'a'.repeat(40)}`,
    'author A <B> C <a@b> 1700000000 +0100',
    'committer  <> 0 +0000',
    'encoding ISO-8859-1',
    'gpgsig -----BEGIN PGP SIGNATURE-----',
    ' parent of nothing',
    ' -----END PGP SIGNATURE-----',
    '',
    'caf\u00e9\n',
  ].join('\n');
  const commit = parseCommit('c'.repeat(40), Buffer.from(text, 'latin1'));
  assert.equal(commit.message, 'café');
  assert.equal(commit.signed, true);
  assert.deepEqual(commit.parents, []);
  assert.equal(commit.committer.date, '1970-01-01T00:00:00Z');
  assert.equal(commit.author.date, '2023-11-14T22:13:20Z');
  const empty = parseCommit(
    'c'.repeat(40),
    Buffer.from(`tree ${'a'.repeat(40)}\nauthor x <y> 9999999999999999 +0000\n`),
  );
  assert.deepEqual([empty.message, empty.subject], ['', '']);
  const tree = Buffer.concat([
    Buffer.from('100755 a b\0'),
    Buffer.alloc(20, 1),
    Buffer.from('160000 s\0'),
    Buffer.alloc(20, 2),
  ]);
  assert.deepEqual(
    parseTree(tree, 20).map(({ name, kind }) => [name, kind]),
    [
      ['a b', 'executable'],
      ['s', 'submodule'],
    ],
  );
  assert.deepEqual(parseTree(Buffer.from('garbage'), 20), []);
});

test('what servers say that want a client certificate, in the words of both TLS libraries', () => {
  const said = [
    'getpeername() failed with errno 107: Transport endpoint is not connected',
    'GnuTLS recv error (-12): A TLS fatal alert has been received.',
    'OpenSSL SSL_read: error:0A00045C:SSL routines::tlsv13 alert certificate required, errno 0',
  ];
  for (const line of said) {
    const error = explainGitFailure(`fatal: unable to access 'https://x/': ${line}`, 'https://x/');
    assert.equal(error.code, 'tls');
    assert.match(error.message, /probably asks for a client certificate/, line);
  }
});
