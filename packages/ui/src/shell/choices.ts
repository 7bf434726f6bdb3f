// What the palette offers.

import type { DeliverySummary, Standing, TreeNode } from '@evenkeel/api';
import { address } from '../address.ts';
import { shortHash, subject } from '../format/names.ts';
import { frontEndName, nodeStanding, standingWords } from '../format/words.ts';
import { act } from '../live/actions.ts';
import { densityStore, themeStore } from './preferences.ts';

/** Something to go to or to do. */
export interface Choice {
  readonly id: string;
  readonly name: string;
  readonly note: string;
  readonly standing?: Standing;
  readonly to?: string;
  readonly run?: () => void;
}

/** Everything there is to choose from: what is here first, then applications, commits and the page itself. */
export function choicesFor(
  items: readonly DeliverySummary[],
  at: { readonly here: string | undefined; readonly nodes: readonly TreeNode[] },
): readonly Choice[] {
  const { here, nodes } = at;
  const present = items.find(({ key }) => key === here);
  return [
    ...(present ? actionsOf(present) : []),
    ...items.map((item) => ({
      id: item.key,
      name: item.name,
      note: `${frontEndName(item.frontEnd)} ${item.kind} in ${item.namespace} · ${standingWords[item.standing]}`,
      standing: item.standing,
      to: address.application(item.key),
    })),
    ...(here === undefined
      ? []
      : nodes.map((node) => ({
          id: node.id,
          name: node.ref.name,
          note: node.ref.kind,
          standing: nodeStanding(node),
          to: address.application(here, { resource: node.ref }),
        }))),
    ...commitsOf(items),
    { id: 'page:fleet', name: 'Fleet', note: 'all applications', to: address.fleet() },
    { id: 'page:timeline', name: 'Timeline', note: 'everything that happened', to: address.timeline() },
    { id: 'theme:light', name: 'Light theme', note: 'this page', run: () => themeStore.set('light') },
    { id: 'theme:dark', name: 'Dark theme', note: 'this page', run: () => themeStore.set('dark') },
    { id: 'theme:contrast', name: 'High contrast', note: 'this page', run: () => themeStore.set('contrast') },
    { id: 'theme:auto', name: 'Theme of the system', note: 'this page', run: () => themeStore.set('auto') },
    { id: 'rows:compact', name: 'Compact rows', note: 'this page', run: () => densityStore.set('compact') },
    { id: 'rows:comfortable', name: 'Comfortable rows', note: 'this page', run: () => densityStore.set('comfortable') },
  ];
}

function actionsOf(item: DeliverySummary): Choice[] {
  const { key, name } = item;
  return [
    { id: 'act:sync', name: `Sync ${name}`, note: 'make the cluster as Git says', run: () => void act(key, 'sync') },
    { id: 'act:refresh', name: `Refresh ${name}`, note: 'compare again', run: () => void act(key, 'refresh') },
    { id: 'act:diff', name: `Diff of ${name}`, note: 'field by field', to: address.application(key, { tab: 'diff' }) },
    {
      id: 'act:history',
      name: `History of ${name}`,
      note: 'earlier syncs',
      to: address.application(key, { tab: 'history' }),
    },
  ];
}

function commitsOf(items: readonly DeliverySummary[]): Choice[] {
  const commits = new Map<string, Choice>();
  for (const { commit } of items) {
    if (!commit || commits.has(commit.sha)) continue;
    commits.set(commit.sha, {
      id: `commit:${commit.sha}`,
      name: subject(commit.message),
      note: `commit ${shortHash(commit.sha)} by ${commit.author}`,
      to: address.fleet({ text: commit.sha.slice(0, 12) }),
    });
  }
  return [...commits.values()];
}
