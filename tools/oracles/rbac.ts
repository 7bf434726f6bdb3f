// Compares our judge of policies with Argo CD's own util/rbac on thousands of questions: policies by hand and made up, in both match
// modes, with projects, groups and default roles; and lines that cannot be read. Needs Go.
//
//   npm run oracle -- rbac [number of made-up worlds]
//
// SEED chooses others.

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  type Project,
  builtinPolicies,
  createJudge,
  joinPolicies,
  permissionDenied,
  policySources,
  projectPolicies,
  readPolicies,
} from '@evenkeel/argo';
import { hash } from './health-objects.ts';
import { seededFrom } from './seed.ts';
import { tokenCases } from './rbac-tokens.ts';
import { type Question, type RbacWorld, handWritten, madeUp, unreadable } from './rbac-worlds.ts';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const SHOWN_MAX = Number(process.env['SHOWN'] ?? 20);

interface Answer {
  readonly error?: string;
  readonly allowed: readonly boolean[];
  readonly denied: readonly string[];
  /** What golang-jwt makes of the claims of a good token. */
  readonly signed?: string;
}

/** What our judge says of a world. */
function ourAnswer({ builtin, data, matchMode, defaultRole, projects, asked }: RbacWorld): Answer {
  const read = readPolicies(policySources(data));
  const [problem] = read.problems;
  if (problem) return { error: problem.sentence, allowed: [], denied: [] };
  const judge = createJudge({
    policies: joinPolicies(builtin ? builtinPolicies : { rules: [], bindings: [] }, read),
    defaultRole,
    matchMode,
    project: (name) => projects.find((each) => each.name === name),
  });
  const allowed = asked.map((question) =>
    question.groups
      ? judge.allows({ subject: question.subject, groups: question.groups }, question)
      : judge.allowsSubject(question.subject, question),
  );
  const denied = asked.flatMap((question, index) =>
    allowed[index] === true ? [] : [permissionDenied(question, question.groups ? question.subject : undefined)],
  );
  return { allowed, denied };
}

function theirAnswers(questions: readonly object[]): readonly Answer[] {
  const place = mkdtempSync(join(tmpdir(), 'evenkeel-rbac-'));
  try {
    const program = join(place, 'oracle');
    execFileSync('go', ['build', '-o', program, '.'], {
      cwd: join(root, 'tools/go/rbac'),
      stdio: 'inherit',
      // Argo CD asks for a newer Go than may be here.
      env: { ...process.env, GOTOOLCHAIN: 'auto' },
    });
    const input = questions.map((question) => `${JSON.stringify(question)}\n`).join('');
    const { stdout, stderr, status } = spawnSync(program, [], { input, maxBuffer: 1 << 28 });
    if (status !== 0) throw new Error(stderr.toString());
    return stdout
      .toString()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Answer);
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

function policiesOf(project: Project): { readonly name: string; readonly policies: string } {
  return { name: project.name, policies: projectPolicies(project).join('\n') };
}

interface Counts {
  worlds: number;
  questions: number;
  allowed: number;
  errors: number;
  different: number;
}

function compare(world: RbacWorld, ours: Answer, theirs: Answer, counts: Counts): void {
  counts.worlds += 1;
  if (theirs.error !== undefined || ours.error !== undefined) {
    counts.errors += 1;
    // Behind the original's words ours say what the line should look like.
    const words = ours.error?.replace(/ \((?:a line|a p line|a g line) .*\)$/s, '');
    if (words === undefined || theirs.error?.endsWith(words) !== true)
      show(world, `ours: ${ours.error ?? 'taken'}\n  theirs: ${theirs.error ?? 'taken'}`, counts);
    return;
  }
  let refusals = 0;
  for (const [index, question] of world.asked.entries()) {
    counts.questions += 1;
    if (theirs.allowed[index] === true) counts.allowed += 1;
    const isSame = ours.allowed[index] === theirs.allowed[index];
    const said = theirs.allowed[index] === true ? undefined : theirs.denied[refusals++];
    if (!isSame) {
      show(world, `${tell(question)}: theirs ${theirs.allowed[index]}`, counts);
    } else if (said !== undefined && !said.endsWith(permissionDenied(question, nameOf(question)))) {
      show(world, `${tell(question)}: theirs "${said}"`, counts);
    }
  }
}

function nameOf({ subject, groups }: Question): string | undefined {
  return groups && subject !== '' ? subject : undefined;
}

function tell({ subject, groups, resource, action, object }: Question): string {
  return JSON.stringify([subject, groups, resource, action, object]);
}

function show({ data, matchMode, defaultRole, projects }: RbacWorld, what: string, counts: Counts): void {
  counts.different += 1;
  if (counts.different > SHOWN_MAX) return;
  console.log(`DIFFERENT ${what}`);
  console.log(`  ${matchMode}, default "${defaultRole}"`);
  console.log(JSON.stringify({ data, projects: projects.map(policiesOf) }, null, 2));
}

const worlds: readonly RbacWorld[] = [
  ...handWritten,
  ...unreadable,
  ...madeUp(seededFrom(hash('rbac')), Number(process.argv[2] ?? 1500)),
];
const tokens = await tokenCases();
const answers = theirAnswers([
  ...worlds.map((world) => ({ ...world, projects: world.projects.map(policiesOf) })),
  ...tokens,
]);
const theirs = answers.slice(0, worlds.length);
const counts: Counts = { worlds: 0, questions: 0, allowed: 0, errors: 0, different: 0 };
for (const [index, world] of worlds.entries()) {
  const answer = theirs[index];
  if (!answer) throw new Error('the original answered less than it was asked');
  compare(world, ourAnswer(world), answer, counts);
}
for (const [index, { token, error }] of tokens.entries()) {
  const answer = answers[worlds.length + index];
  const isSame = error === undefined ? answer?.signed === token : answer?.error?.startsWith(error) === true;
  if (isSame) continue;
  counts.different += 1;
  console.log(`DIFFERENT token ${token}\n  ours: ${error ?? 'good'}\n  theirs: ${answer?.error ?? answer?.signed}`);
}
mkdirSync(join(root, '.results'), { recursive: true });
writeFileSync(join(root, '.results/rbac.json'), `${JSON.stringify(counts, null, 2)}\n`);
console.log(
  `RESULT rbac worlds=${counts.worlds} questions=${counts.questions} tokens=${tokens.length} allowed=${counts.allowed} unreadable=${counts.errors} different=${counts.different}`,
);
process.exitCode = counts.different > 0 ? 1 : 0;
