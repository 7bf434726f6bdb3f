// What the two hydrators are asked: messages of dry commits, templates, and manifests that change from commit to commit.

import type { Json } from '@evenkeel/resource';
import type { HydratedPath } from '../../packages/argo/src/hydrator/layout.ts';
import { randomFrom } from './seed.ts';

/**
 * Messages with and without bodies and trailers, well-formed and not. A commit that is named without its author is left out:
 * upstream writes "<@>" in its place, and we nothing.
 */
export const dryMessages: readonly string[] = [
  'A change',
  'A change\n\nWith a body.\n\nAnd another paragraph.\n',
  'Two lines of\nsubject\n\nbody  with trailing space   \n\n\n\nand gaps\n',
  'Bump image\n\nSigned-off-by: Ada <ada@example.com>\nArgocd-reference-commit-author: A <a@example.com>\nArgocd-reference-commit-sha: abc1234\n',
  `Bump image to v1.2.3

Argocd-reference-commit-author: Author Name <author@example.com>
Argocd-reference-commit-sha: b82add298aa045d3672880802d5305c5a8aaa46e
Argocd-reference-commit-subject: chore: make a change
Argocd-reference-commit-body: "make a change\\n\\nSigned-off-by: Author Name <author@example.com>"
Argocd-reference-commit-repourl: https://git.example.com/owner/repo
Argocd-reference-commit-date: 2025-06-09T13:50:18-04:00
`,
  `Bad trailers

Argocd-reference-commit-repourl: % invalid %
Argocd-reference-commit-date: invalid-date
Argocd-reference-commit-sha: xyz123
Argocd-reference-commit-body: this isn't json
Argocd-reference-commit-author: % not email %
Argocd-reference-commit-bogus: x
`,
  'Not at the end\n\nArgocd-reference-commit-sha: abc1234\n\nThe last paragraph is prose.\n',
  'Mixed block\n\nSome prose in the block\nSigned-off-by: Ada <ada@example.com>\nArgocd-reference-commit-author: A <a@example.com>\nArgocd-reference-commit-sha: 0123456\n',
  'Prose, no known trailer\n\nSome prose in the block\nmore: of it\nArgocd-reference-commit-author: A <a@example.com>\nArgocd-reference-commit-sha: 0123456\n',
  'Odd names\n\nArgocd-reference-commit-author: "Quoted, Name" <q@example.com>\nArgocd-reference-commit-sha: 0123456\n',
  'Odd names\n\nArgocd-reference-commit-author: J. R. Doe <q@example.com>\nArgocd-reference-commit-date: 2025-06-09T13:50:18+00:00\nArgocd-reference-commit-sha: 0123456\n',
  'Odd names\n\nArgocd-reference-commit-author: Jörg Überall <q@example.com>\nArgocd-reference-commit-sha: 0123456\n',
  'Odd names\n\nArgocd-reference-commit-author: plain@example.com\nArgocd-reference-commit-sha: 0123456\n',
  'Folded\n\nArgocd-reference-commit-subject: a subject that\n  goes on\nArgocd-reference-commit-author: A <a@example.com>\nArgocd-reference-commit-sha: 0123456\n',
  'Twice\n\nArgocd-reference-commit-author: A <a@example.com>\nArgocd-reference-commit-sha: 0123456\nArgocd-reference-commit-sha: 7654321\n',
  'Only a subject that names\nArgocd-reference-commit-sha: abc1234',
  'Angle <brackets> & "quotes" \u2028 and \\ backslashes\n\nbody <b> & "q" \t tab\n',
  'Date\n\nArgocd-reference-commit-date: 2025-06-09T13:50:18.123456Z\nArgocd-reference-commit-author: A <a@example.com>\nArgocd-reference-commit-sha: 0123456\n',
  '# a heading\n\n# comments stay\n',
];

/** [message, README]; '' for upstream's own. */
export const templates: readonly (readonly [string, string])[] = [
  ['', ''],
  [
    '{{ .metadata.drySha | trunc 4 }}\n\n\n\n  {{ .metadata.author }}  \n\n',
    '{{ .DrySHA | upper }} {{ len .Commands }}',
  ],
  [
    '{{ range .metadata.references }}{{ .commit.sha }} {{ .commit.author }}\n{{ end }}x {{ .metadata.date | len }}',
    '{{ .RepoURL }}\n{{ .Subject }}|',
  ],
  [
    '{{ .metadata.nothing }} {{ .metadata.body | default "none" | quote }}',
    '{{ range $i, $c := .Commands }}{{ $i }}={{ $c }}{{ end }}',
  ],
  ['fixed', '{{ .Unknown }}'],
  ['{{ fail "no" }}', ''],
  ['   ', ''],
];

const texts: readonly string[] = [
  'plain',
  '',
  'true',
  'yes',
  'null',
  '~',
  '1',
  '1.5',
  '0x1f',
  '1e3',
  '2025-06-09',
  '12:30',
  'with: colon',
  'trailing ',
  ' leading',
  '# hash',
  '- dash',
  "it's",
  '"quoted"',
  'two\nlines\n',
  'two\nlines',
  '\nbegins empty',
  'tab\tbed',
  'tail\n\n\n',
  '  indented\nfirst\n',
  'ünï ✓',
  '{{ braces }}',
  '*star',
  '&and',
  '!tag',
  '%percent',
  '@at',
  '`tick`',
  '|',
  'x'.repeat(200),
  `${'many words '.repeat(30)}end`,
  '\u0001control',
  'line\u2028separator',
  'on',
  'y',
  '=',
  '<<',
  '.inf',
  '0o17',
  '1_000',
];

const keys: readonly string[] = [
  'a',
  'B',
  'a1',
  'a10',
  'a2',
  'app.kubernetes.io/name',
  'x-y',
  '_z',
  'true',
  '1',
  'Ä',
  'a b',
  '',
];

function pick<T>(from: readonly T[], random: () => number): T {
  return from[Math.floor(random() * from.length)] as T;
}

function value(random: () => number, depth: number): Json {
  const kind = Math.floor(random() * (depth > 0 ? 9 : 6));
  if (kind <= 2) return pick(texts, random);
  if (kind === 3) return Math.floor(random() * 2000) - 1000;
  if (kind === 4) return pick([true, false, null, 0, 0.5, 1e21, 123456789.25, 1e-7, -0.001], random);
  if (kind === 5) return pick([[], {}], random);
  if (kind === 6) return Array.from({ length: Math.ceil(random() * 3) }, () => value(random, depth - 1));
  return Object.fromEntries(
    Array.from({ length: Math.ceil(random() * 4) }, () => [pick(keys, random), value(random, depth - 1)] as const),
  );
}

function manifest(name: string, random: () => number): Json {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, labels: { [pick(keys, random) || 'k']: pick(texts, random) } },
    data: Object.fromEntries(
      texts.slice(0, Math.floor(random() * texts.length)).map((text, index) => [`k${index}`, text]),
    ),
    spec: value(random, 3),
  };
}

/** Some commits: the manifests of a few paths, of which some stay as they are. */
export function hydrationsOf(seed: number): readonly (readonly HydratedPath[])[] {
  const random = randomFrom((seed + 1) * 2654435761);
  const names = ['app', 'deep/er/app', './odd//app2', 'app-b/'].slice(0, 1 + Math.floor(random() * 4));
  let current = names.map((path) => pathOf(path, random));
  return Array.from({ length: 4 }, (_commit, index) => {
    if (index > 0) current = current.map((path) => (random() < 0.5 ? path : pathOf(path.path, random)));
    return current;
  });
}

function pathOf(path: string, random: () => number): HydratedPath {
  const count = Math.floor(random() * 4);
  return {
    path,
    manifests: Array.from({ length: count }, (_manifest, index) => manifest(`m${index}`, random)),
    commands:
      random() < 0.5
        ? []
        : ['helm template . --name-template "<a & b>"', 'kustomize build ./x'].slice(0, 1 + (count % 2)),
  };
}
