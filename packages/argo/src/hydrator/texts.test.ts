// Messages, references, READMEs and commands: cases with what Argo CD 3.6.1's own tests expect, and some of ours beside them.
// `npm run oracle hydrator` compares whole commits.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type RenderRequest, emptyHelmSettings } from '@evenkeel/delivery';
import { memoryTree } from '@evenkeel/std';
import { type CommandInput, renderCommands } from './commands.ts';
import { type HydratorMetadata, commitMetadata, metadataFile, metadataJson } from './metadata.ts';
import { readReferences, trailersOf } from './references.ts';
import {
  cleanMessage,
  defaultMessageTemplate,
  defaultReadmeTemplate,
  renderMessage,
  renderReadme,
} from './templates.ts';

const repoURL = 'https://github.com/test/argocd-example-apps';
const drySha = '3ff41cc5247197a6caf50216c4c76cc29d78a97d';
const author = 'test <test@test.com>';

const messages: readonly (readonly [name: string, metadata: HydratorMetadata, template: string, want: string])[] = [
  [
    'author and multiple references',
    {
      repoURL,
      drySha,
      author,
      subject: 'testSubject',
      body: 'testBody',
      references: [
        { commit: { author: 'ref test <ref-test@test.com>', subject: 'test' } },
        { commit: { author: 'ref test 2 <ref-test-2@test.com>', subject: 'test 2' } },
      ],
    },
    defaultMessageTemplate,
    `3ff41cc: testSubject

testBody

Co-authored-by: ref test <ref-test@test.com>
Co-authored-by: ref test 2 <ref-test-2@test.com>
Co-authored-by: test <test@test.com>
`,
  ],
  [
    'no references',
    { repoURL, drySha, author, subject: 'testSubject', body: 'testBody' },
    defaultMessageTemplate,
    '3ff41cc: testSubject\n\ntestBody\n\nCo-authored-by: test <test@test.com>\n',
  ],
  [
    'no body',
    { repoURL, drySha, author, subject: 'testSubject' },
    defaultMessageTemplate,
    '3ff41cc: testSubject\n\nCo-authored-by: test <test@test.com>\n',
  ],
  ['a field that is not there', { drySha }, '{{ .metadata.author }}|{{ .metadata.nothing }}', '<no value>|<no value>'],
];

for (const [name, metadata, template, want] of messages) {
  test(`a message: ${name}`, () => assert.equal(renderMessage(template, metadata), want));
}

test('templates cannot ask for the environment, and say what is wrong with them', () => {
  for (const call of ['env "HOME"', 'expandenv "$HOME"', 'getHostByName "localhost"']) {
    assert.throws(
      () => renderMessage(`{{ ${call} }}`, {}),
      /^Error: failed to parse template .*function ".*" not defined/,
    );
  }
  assert.throws(() => renderReadme('{{ .Unknown }}', {}), /failed to execute go template/);
});

test('a README says how to render the same, and where the change comes from', () => {
  const sha = '7f0f2b1c'.repeat(5);
  const commit = {
    author: 'test-code-author <test@example.com>',
    subject: 'test-code-subject',
    sha,
    repoUrl: 'https://example.com/test/repo.git',
  };
  assert.equal(
    renderReadme(defaultReadmeTemplate, {
      repoURL: 'https://github.com/example/repo',
      drySha: 'abc123',
      references: [{ commit }],
    }),
    `# Manifest Hydration

To hydrate the manifests in this repository, run the following commands:

\`\`\`shell
git clone https://github.com/example/repo
# cd into the cloned directory
git checkout abc123
\`\`\`
## References

* [7f0f2b1](https://example.com/test/repo.git): test-code-subject (test-code-author <test@example.com>)
`,
  );
});

const bad = `Argocd-reference-commit-repourl: % invalid %
Argocd-reference-commit-date: invalid-date
Argocd-reference-commit-sha: xyz123
Argocd-reference-commit-body: this isn't json
Argocd-reference-commit-author: % not email %
Argocd-reference-commit-bogus:`;

const references: readonly (readonly [name: string, text: string, reference: object | undefined, rest: string])[] = [
  ['none', 'This is a commit message without trailers.', undefined, 'This is a commit message without trailers.\n'],
  ['invalid ones', bad, undefined, `${bad}\n`],
  ['unknown ones', 'Argocd-reference-commit-unknown: foobar', undefined, 'Argocd-reference-commit-unknown: foobar\n'],
  [
    'some of both',
    'Argocd-reference-commit-sha: abc123\nArgocd-reference-commit-repourl: % invalid %\nArgocd-reference-commit-date: invalid-date',
    { sha: 'abc123' },
    'Argocd-reference-commit-repourl: % invalid %\nArgocd-reference-commit-date: invalid-date\n',
  ],
  [
    'valid ones',
    `Argocd-reference-commit-repourl: https://github.com/org/repo.git
Argocd-reference-commit-author: John Doe <john.doe@example.com>
Argocd-reference-commit-date: 2025-06-09T13:50:18-04:00
Argocd-reference-commit-subject: Fix bug
Argocd-reference-commit-body: "Fix bug\\n\\nSome: trailer"
Argocd-reference-commit-sha: abc123`,
    {
      repoUrl: 'https://github.com/org/repo.git',
      author: '"John Doe" <john.doe@example.com>',
      date: '2025-06-09T13:50:18-04:00',
      subject: 'Fix bug',
      body: 'Fix bug\n\nSome: trailer',
      sha: 'abc123',
    },
    '',
  ],
  [
    'the last of two',
    'Argocd-reference-commit-repourl: https://github.com/org/repo.git\nArgocd-reference-commit-repourl: https://github.com/another/repo.git',
    { repoUrl: 'https://github.com/another/repo.git' },
    '',
  ],
  ['another zone', 'Argocd-reference-commit-date: 2025-06-09T13:50:18.123+00:00', { date: '2025-06-09T13:50:18Z' }, ''],
  [
    'a name of another script',
    'Argocd-reference-commit-author: Jörg <j@x.org>',
    { author: '=?utf-8?q?J=C3=B6rg?= <j@x.org>' },
    '',
  ],
  ['an address alone', 'Argocd-reference-commit-author: j@x.org', { author: '<j@x.org>' }, ''],
  ['a SHA in capitals', 'Argocd-reference-commit-sha: ABC123', undefined, 'Argocd-reference-commit-sha: ABC123\n'],
];

for (const [name, text, reference, rest] of references) {
  test(`references: ${name}`, () => assert.deepEqual(readReferences(text), { reference, rest }));
}

test('trailers are those that git finds', () => {
  const rows: readonly (readonly [message: string, trailers: string])[] = [
    ['subject: a colon is none', ''],
    ['subject\n\na: 1\nb : 2', 'a: 1\nb: 2\n'],
    ['subject\n\na: 1\n\nprose', ''],
    ['subject\n\nprose here\na: 1', ''],
    ['subject\n\nprose here\nSigned-off-by: A <a@b>\na: 1', 'Signed-off-by: A <a@b>\na: 1\n'],
    ['subject\n\na: 1\n  goes on\nb: 2\n', 'a: 1 goes on\nb: 2\n'],
  ];
  for (const [message, want] of rows) assert.equal(trailersOf(message), want, message);
});

test('what is said of a dry commit, in the order of its fields', () => {
  const date = '2026-01-02T03:04:05Z';
  const message = 'test-message\n\nSigned-off-by: Test User <test@example.com>\nArgocd-reference-commit-sha: abc123\n';
  const said = commitMetadata(repoURL, { sha: drySha, author: { name: 'Ada', email: 'a@b', date }, message });
  assert.equal(
    metadataFile(said),
    `{
  "repoURL": "${repoURL}",
  "drySha": "${drySha}",
  "author": "Ada <a@b>",
  "date": "${date}",
  "subject": "test-message",
  "body": "Signed-off-by: Test User <test@example.com>\\n",
  "references": [
    {
      "commit": {
        "sha": "abc123"
      }
    }
  ]
}
`,
  );
  assert.deepEqual(metadataJson({ commands: [], author: '', drySha: 'x' }), { drySha: 'x' });
  assert.equal(metadataFile({ subject: '<&>\u2028' }), '{\n  "subject": "<&>\\u2028"\n}\n');
});

test('messages are cleaned as git cleans them', () => {
  assert.equal(cleanMessage('\n\n  a  \n\n\n\nb\t\n# c\n\n'), '  a\n\nb\n# c\n');
  assert.equal(cleanMessage(' \n\t\n'), '');
});

const request: RenderRequest = {
  renderer: 'detect',
  kustomize: { overlay: {}, generate: false },
  helm: { ...emptyHelmSettings, releaseName: 'app', namespace: 'here' },
  directory: { recurse: false, include: '', exclude: '' },
};
const files = memoryTree({ 'charts/web/values.yaml': '', 'charts/web/env-a.yaml': '', 'charts/web/env-b.yaml': '' });

const commands: readonly (readonly [name: string, input: Partial<CommandInput>, want: readonly string[]])[] = [
  ['plain manifests', { renderer: 'directory' }, []],
  ['a plugin', { renderer: 'plugin' }, []],
  ['a chart', {}, ['helm template . --name-template app --namespace here --include-crds']],
  [
    'everything that a chart can be told',
    {
      request: {
        ...request,
        helm: {
          ...request.helm,
          valueFiles: ['env-*.yaml', 'values.yaml', '/charts/web/env-b.yaml', 'https://example.com/v.yaml'],
          values: 'a: b',
          parameters: [
            { name: 's', value: 'x,y', forceString: true },
            { name: 'a', value: 'two words', forceString: false },
            { name: 'l', value: '{a,b}', forceString: false },
          ],
          fileParameters: [{ name: 'f', path: 'values.yaml' }],
          kubeVersion: '1.30.0',
          apiVersions: ['a/v1', 'b/v1'],
          skipCrds: true,
          skipTests: true,
          skipSchemaValidation: true,
        },
      },
    },
    [
      String.raw`helm template . --name-template app --namespace here --kube-version 1.30.0 --set "a=two words" --set l={a,b} --set-string s=x\,y --set-file f=./charts/web/values.yaml --values ./charts/web/env-a.yaml --values ./charts/web/values.yaml --values ./charts/web/env-b.yaml --values https://example.com/v.yaml --values <temp file with values from source.helm.values/valuesObject> --api-versions a/v1 --api-versions b/v1 --skip-schema-validation --skip-tests`,
    ],
  ],
  [
    'a kustomization',
    { renderer: 'kustomize', directory: 'base', buildOptions: '--enable-helm  --load-restrictor none' },
    ['kustomize build ./base --enable-helm --load-restrictor none'],
  ],
  [
    'a kustomization that is edited first',
    {
      renderer: 'kustomize',
      directory: 'base',
      request: {
        ...request,
        kustomize: {
          generate: false,
          edits: [
            ['set', 'nameprefix', '--', 'x-'],
            ['add', 'label', 'a:b c'],
          ],
          overlay: { patches: [{ patch: '' }], components: ['../c'] },
        },
      },
    },
    [
      'kustomize edit set nameprefix -- x-',
      'kustomize edit add label "a:b c"',
      '# kustomization.yaml updated with patches. There is no `kustomize edit` command for adding patches. In order to generate the manifests in your local environment, you will need to copy the patches into kustomization.yaml manually.',
      'kustomize edit add component ../c',
      'kustomize build ./base',
    ],
  ],
];

for (const [name, input, want] of commands) {
  test(`commands: ${name}`, () => {
    const whole: CommandInput = {
      renderer: 'helm',
      files,
      directory: 'charts/web',
      request,
      buildOptions: '',
      ...input,
    };
    assert.deepEqual(renderCommands(whole), want);
  });
}
