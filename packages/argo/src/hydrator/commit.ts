// The commits of a hydration, laid upon what stands in the repository: the manifests on their branch, and a note that says
// which dry commit they come from. Pure but for what it asks of the view.
// Mirrors argoproj/argo-cd:commitserver/commit/commit.go handleCommitRequest (3.6).

import { type CommitStep, type PublishPlan, type PublishView, blobOid } from '@evenkeel/git';
import { type LayoutInput, type ManifestThere, layOut, manifestPath } from './layout.ts';

/** What is to be committed. */
export interface CommitInput extends LayoutInput {
  readonly branch: string;
  /** What the branch begins with where it is not there; begun itself where that is not there either. */
  readonly syncBranch: string;
  readonly drySha: string;
  readonly message: string;
  readonly author: { readonly name: string; readonly email: string };
  readonly seconds: number;
}

/** The plan, and where the manifests stand then: at a commit that is there, or at one of the steps. */
export interface CommitPlan {
  readonly plan: PublishPlan;
  readonly at: string | number;
}

const notesRef = 'refs/notes/hydrator.metadata';

/** All references that a hydration looks at. */
export function refsOf({ branch, syncBranch }: Pick<CommitInput, 'branch' | 'syncBranch'>): readonly string[] {
  return [...new Set([headOf(syncBranch), headOf(branch), notesRef])];
}

/** Plans. Nothing is committed where every manifest is as it should be; the note is brought up to date all the same. */
export async function planCommit(input: CommitInput, view: PublishView): Promise<CommitPlan> {
  const { author, seconds, message, branch, syncBranch } = input;
  const steps: CommitStep[] = [];
  const synced = view.heads.get(headOf(syncBranch));
  if (synced === undefined) {
    const first = `Initial commit for ${syncBranch}\n`;
    steps.push({ ref: headOf(syncBranch), parent: undefined, author, seconds, message: first });
  }
  const base = view.heads.get(headOf(branch)) ?? synced ?? 0;
  const files = layOut(input, await manifestsThere(input, base, view));
  let at: string | number = base;
  if (files.length > 0) {
    if (message === '') throw new Error('the commit message template of argocd-cm gives an empty message');
    at = steps.length;
    steps.push({ ref: headOf(branch), parent: base, author, seconds, message, files });
  }
  const text = `${JSON.stringify({ drySha: input.drySha })}\n`;
  const branches = steps.length > 0 ? [steps] : [];
  if (typeof at === 'string' && (await isNoted(view, at, text))) return { plan: branches, at };
  const noted: CommitStep = {
    ref: notesRef,
    parent: view.heads.get(notesRef),
    author,
    seconds,
    message: "Notes added by 'git notes add'\n",
    notes: [{ commit: at, text }],
  };
  // The note follows the commit it is about, as upstream has it.
  return { plan: [...branches, [noted]], at };
}

function headOf(branch: string): string {
  return `refs/heads/${branch}`;
}

async function manifestsThere(
  { paths }: CommitInput,
  base: string | number,
  view: PublishView,
): Promise<ReadonlyMap<string, ManifestThere>> {
  const there = new Map<string, ManifestThere>();
  if (typeof base === 'number') return there;
  const places = paths.map(({ path }) => manifestPath(path));
  const entries = await Promise.all(places.map((at) => view.entry(base, at)));
  for (const [index, at] of places.entries()) {
    const entry = entries[index];
    if (entry?.kind !== 'file' && entry?.kind !== 'executable') continue;
    const { kind, oid } = entry;
    there.set(at, { executable: kind === 'executable', isSame: (content) => blobOid(content, oid) === oid });
  }
  return there;
}

/** Whether a commit carries exactly this note. Notes lie below directories once there are many. */
async function isNoted(view: PublishView, commit: string, text: string): Promise<boolean> {
  const notes = view.heads.get(notesRef);
  if (notes === undefined) return false;
  const wanted = blobOid(new TextEncoder().encode(text), commit);
  for (let depth = 0; depth < 4; depth += 1) {
    const parts = Array.from({ length: depth }, (_part, index) => commit.slice(index * 2, index * 2 + 2));
    const entry = await view.entry(notes, [...parts, commit.slice(depth * 2)].join('/'));
    if (entry) return entry.oid === wanted;
  }
  return false;
}
