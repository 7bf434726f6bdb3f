import assert from 'node:assert/strict';
import { test } from 'node:test';
import { packArchive } from '@evenkeel/helm';
import { parseChallenges } from './challenge.ts';
import { parseDockerConfig } from './docker-config.ts';
import { readManifest } from './manifest.ts';
import { chooseTag } from './tag-choice.ts';
import { untarLayer } from './untar.ts';

const challenges: readonly (readonly [string, readonly (readonly [string, Readonly<Record<string, string>>])[]])[] = [
  ['', []],
  ['Basic realm="a, b"', [['basic', { realm: 'a, b' }]]],
  [
    'Bearer realm="https://auth.example.com/token",service=registry,scope="repository:a/b:pull,push"',
    [['bearer', { realm: 'https://auth.example.com/token', service: 'registry', scope: 'repository:a/b:pull,push' }]],
  ],
  [
    'Negotiate, Basic realm="x" , charset="UTF-8"',
    [
      ['negotiate', {}],
      ['basic', { realm: 'x', charset: 'UTF-8' }],
    ],
  ],
  ['Basic realm="say \\"hi\\""', [['basic', { realm: 'say "hi"' }]]],
  ['===', []],
];

for (const [header, wanted] of challenges) {
  test(`challenges of ${JSON.stringify(header)}`, () => {
    const found = parseChallenges(header).map(({ scheme, parameters }) => [scheme, Object.fromEntries(parameters)]);
    assert.deepEqual(found, wanted);
  });
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const config = parseDockerConfig(
  JSON.stringify({
    auths: {
      'a.example.com': { auth: base64('me:se:cret') },
      'https://b.example.com/v2/': { username: 'you', password: 'x' },
      'https://index.docker.io/v1/': { auth: base64('hub:y') },
      'c.example.com': { auth: '', identitytoken: 't' },
      'd.example.com': { registrytoken: 'r' },
      'e.example.com': {},
    },
    credHelpers: { 'f.example.com': 'ecr' },
  }),
);

test('logins of a docker configuration', () => {
  const logins = ['a', 'b', 'c', 'd', 'e', 'g'].map((name) => config.login(`${name}.example.com`));
  assert.deepEqual(logins, [
    { username: 'me', password: 'se:cret' },
    { username: 'you', password: 'x' },
    { identityToken: 't' },
    { bearer: 'r' },
    undefined,
    undefined,
  ]);
  assert.deepEqual(config.login('docker.io'), { username: 'hub', password: 'y' });
  assert.equal(config.helper('f.example.com'), 'ecr');
  assert.equal(config.helper('a.example.com'), undefined);
  assert.equal(parseDockerConfig('{"credsStore":"desktop"}').helper('a.example.com'), 'desktop');
  for (const text of ['{"auths": "s3cret', '[]', 'null']) {
    assert.throws(
      () => parseDockerConfig(text),
      (error: Error) => !error.message.includes('s3cret'),
    );
  }
});

const tags: readonly (readonly [readonly string[], string, string | RegExp])[] = [
  [['1.0.0', 'v1.5.0', 'latest', '2.0.0'], '^1', 'v1.5.0'],
  [['1.0.0', '1.1.0-rc.1'], '*', '1.0.0'],
  [['1.0.0', '1.1.0-rc.1'], '>=1.0.0-0', '1.1.0-rc.1'],
  [['latest'], '*', /no match found for semver: \*/],
  [['1.0.0'], 'one', /semver 'one' parse error: /],
];

for (const [list, range, wanted] of tags) {
  test(`the tag for ${range} among ${list.join(' ')}`, () => {
    if (typeof wanted === 'string') assert.equal(chooseTag(list, { range }), wanted);
    else assert.throws(() => chooseTag(list, { range }), wanted);
  });
}

test('chart tags have an underscore for the plus', () => {
  assert.equal(chooseTag(['1.0.0_b', '0.9.0'], { range: '^1', chart: true }), '1.0.0_b');
});

for (const name of ['../a', 'a/../../b', '/etc/passwd', 'a\\..\\b', 'a/../b']) {
  test(`an artifact with ${name} is refused`, () => {
    assert.throws(() => untarLayer(packArchive([{ name, data: 'x' }])), { code: 'unsupported' });
  });
}

test('an artifact that is too large, or none, is refused; names of prototypes are names', () => {
  assert.throws(() => untarLayer(packArchive([{ name: 'a', data: 'x'.repeat(99) }]), { bytesMax: 50 }), {
    code: 'too-large',
  });
  assert.throws(() => untarLayer(new TextEncoder().encode('kind: Pod')), {
    code: 'protocol',
    message: /gzip: invalid header/,
  });
  const tree = untarLayer(
    packArchive([
      { name: '__proto__', data: 'x' },
      { name: 'b/constructor', data: 'y' },
    ]),
  );
  assert.deepEqual(
    [tree.stat('__proto__'), tree.stat('b/constructor'), tree.stat('toString')],
    ['file', 'file', undefined],
  );
});

test('what is no manifest is refused', () => {
  const read = (text: string): unknown => readManifest(new TextEncoder().encode(text), 'sha256:0', '');
  for (const text of ['', '[]', '<html>', '{"layers":[{"digest":"md5:1"}]}', '{"config":{"digest":"../../x"}}']) {
    assert.throws(() => read(text), { code: 'protocol' });
  }
});
