// What an artifact leaves out: rules in .sourceignore files and in spec.ignore, and the defaults where there are none.
// Mirrors fluxcd/pkg:sourceignore (0.18) and its gitignore/pattern.go, whose rules differ from git's own.

import { BadPattern, matchFilePattern } from '@evenkeel/helm';
import type { TreeFilter } from '@evenkeel/source';

const ruleFile = '.sourceignore';
const versionControl = ['.git/', '.gitignore', '.gitmodules', '.gitattributes'];
const images = ['*.jpg', '*.jpeg', '*.gif', '*.png', '*.wmv', '*.flv', '*.tar.gz', '*.zip'];
const pipelines = ['.github/', '.circleci/', '.travis.yml', '.gitlab-ci.yml', 'appveyor.yml', '.drone.yml'];
const builds = ['cloudbuild.yaml', 'codeship-services.yml', 'codeship-steps.yml'];
const tools = ['**/.goreleaser.yml', '**/.sops.yaml', '**/.flux.yaml'];
const defaults = [...images, ...pipelines, ...builds, ...tools];

/**
 * The filter of a source with that `spec.ignore`. The defaults apply only where neither a .sourceignore file nor
 * spec.ignore has a rule; files of version control are always left out, unless a rule brings them back.
 */
export function sourceFilter(ignore: string | undefined): TreeFilter {
  return {
    key: JSON.stringify(['sourceignore', ignore ?? null]),
    ruleFile,
    excludes(files) {
      const own = [...files].flatMap(([directory, text]) => readRules(text, directory));
      if (ignore !== undefined) own.push(...readRules(ignore, ''));
      const rest = own.length > 0 ? own : defaults.map((line) => parseRule(line, ''));
      return matcherOf([...versionControl.map((line) => parseRule(line, '')), ...rest]);
    },
  };
}

interface Rule {
  /** The directory it applies below. */
  readonly domain: readonly string[];
  readonly parts: readonly string[];
  readonly inclusion: boolean;
  readonly directoryOnly: boolean;
}

function readRules(text: string, directory: string): readonly Rule[] {
  return text
    .split('\n')
    .map((line) => line.replace(/\r$/, ''))
    .filter((line) => !line.startsWith('#') && line.trim() !== '')
    .map((line) => parseRule(line, directory));
}

function parseRule(line: string, directory: string): Rule {
  const inclusion = line.startsWith('!');
  let text = inclusion ? line.slice(1) : line;
  if (!text.endsWith('\\ ')) text = text.replace(/ +$/, '');
  const directoryOnly = text.endsWith('/');
  if (directoryOnly) text = text.slice(0, -1);
  return { domain: directory === '' ? [] : directory.split('/'), parts: text.split('/'), inclusion, directoryOnly };
}

/** The last rule that speaks of a path decides. */
function matcherOf(rules: readonly Rule[]): (path: string, isDirectory: boolean) => boolean {
  const latestFirst = rules.toReversed();
  return (path, isDirectory) => {
    const parts = path.split('/');
    const rule = latestFirst.find((candidate) => speaksOf(candidate, parts, isDirectory));
    return rule !== undefined && !rule.inclusion;
  };
}

function speaksOf(rule: Rule, path: readonly string[], isDirectory: boolean): boolean {
  if (path.length <= rule.domain.length || rule.domain.some((part, index) => path[index] !== part)) return false;
  const below = path.slice(rule.domain.length);
  try {
    return rule.parts.length > 1 ? matchesPath(rule, below, isDirectory) : matchesName(rule, below, isDirectory);
  } catch (error) {
    if (error instanceof BadPattern) return false;
    throw error;
  }
}

/** A rule without a slash names anything on the way to a path. */
function matchesName(rule: Rule, path: readonly string[], isDirectory: boolean): boolean {
  const at = path.findIndex((name) => matchFilePattern(rule.parts[0] ?? '', name));
  return at >= 0 && !(rule.directoryOnly && !isDirectory && at === path.length - 1);
}

/** A rule with slashes is matched part by part from its directory on; `**` skips any number of directories. */
function matchesPath(rule: Rule, path: readonly string[], isDirectory: boolean): boolean {
  let at = 0;
  let matched = false;
  let skips = false;
  for (const [index, part] of rule.parts.entries()) {
    if (part === '') {
      skips = false;
      continue;
    }
    if (part === '**') {
      if (index === rule.parts.length - 1) break;
      skips = true;
      continue;
    }
    if (part.includes('**') || at >= path.length) return false;
    if (!skips) {
      if (!matchFilePattern(part, path[at] ?? '')) return false;
      at += 1;
      matched = true;
      continue;
    }
    skips = false;
    const found = path.findIndex((name, position) => position >= at && matchFilePattern(part, name));
    // What upstream leaves standing from an earlier part when this one is nowhere: no match.
    matched = found >= 0;
    at = found < 0 ? path.length : found + 1;
  }
  return matched && !(rule.directoryOnly && !isDirectory && at === path.length);
}
