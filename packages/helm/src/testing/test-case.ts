// The text form of a test case: headers, then files behind "-- name --" lines, then what Helm prints.

/** A chart with arguments and the recorded output. */
export interface TestCase {
  readonly comment: string;
  readonly args: readonly string[];
  readonly files: Readonly<Record<string, string>>;
  readonly links: Readonly<Record<string, string>>;
  /** Directories that become archives: "pack: sub -> charts/sub-1.0.0.tgz". */
  readonly pack: readonly { readonly from: string; readonly to: string }[];
  /** Files given in base64. */
  readonly base64: readonly string[];
  /** Files without a final newline. */
  readonly unterminated: readonly string[];
  readonly want: string;
  /** Where Helm 3 prints something else. */
  readonly want3: string | undefined;
}

/** Chart.yaml of cases that do not bring their own. */
const DEFAULT_CHART = 'apiVersion: v2\nname: c\nversion: 0.1.0\n';

/** Reads a case. */
export function parseCase(text: string): TestCase {
  const [head = '', ...sections] = text.split(/^(?=-- .+ --$)/m);
  const header = (name: string): string[] =>
    head
      .split('\n')
      .filter((line) => line.startsWith(`${name}: `))
      .map((line) => line.slice(name.length + 2));
  const unterminated = header('unterminated');
  const files: Record<string, string> = {};
  const wants = new Map<string, string>();
  for (const section of sections) {
    const name = /^-- (.+) --\n/.exec(section)?.[1] ?? '';
    const body = section.slice(section.indexOf('\n') + 1);
    if (name === 'want' || name === 'want3') wants.set(name, body);
    else files[name] = unterminated.includes(name) ? body.replace(/\n$/, '') : body;
  }
  if (!header('bare').includes('true')) files['Chart.yaml'] ??= DEFAULT_CHART;
  const links = header('link')
    .map((line) => line.split(' -> '))
    .map(([from = '', to = '']) => [from, to] as const);
  return {
    comment: head
      .split('\n')
      .filter((line) => line.startsWith('#'))
      .join('\n'),
    args: header('arg'),
    files,
    links: Object.fromEntries(links),
    pack: header('pack')
      .map((line) => line.split(' -> '))
      .map(([from = '', to = '']) => ({ from, to })),
    base64: header('base64'),
    unterminated,
    want: wants.get('want') ?? '',
    want3: wants.get('want3'),
  };
}

/** Writes a case. */
export function printCase(testCase: TestCase): string {
  const lines = [
    ...(testCase.comment === '' ? [] : [testCase.comment]),
    ...testCase.args.map((arg) => `arg: ${arg}`),
    ...Object.entries(testCase.links).map(([from, to]) => `link: ${from} -> ${to}`),
    ...testCase.pack.map(({ from, to }) => `pack: ${from} -> ${to}`),
    ...testCase.base64.map((path) => `base64: ${path}`),
    ...testCase.unterminated.map((path) => `unterminated: ${path}`),
    ...('Chart.yaml' in testCase.files ? [] : ['bare: true']),
  ];
  let text = `${lines.join('\n')}\n`;
  for (const [name, body] of Object.entries(testCase.files)) {
    if (name === 'Chart.yaml' && body === DEFAULT_CHART) continue;
    text += `-- ${name} --\n${body}${body === '' || body.endsWith('\n') ? '' : '\n'}`;
  }
  const sections = [
    ['want', testCase.want] as const,
    ...(testCase.want3 === undefined ? [] : [['want3', testCase.want3] as const]),
  ];
  for (const [name, body] of sections) text += `-- ${name} --\n${body}`;
  return text;
}
