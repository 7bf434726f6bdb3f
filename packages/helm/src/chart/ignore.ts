// .helmignore: which files of a chart directory are left out. Mirrors helm:pkg/ignore/rules.go (v4.3.0).

import { treeBasename } from '@evenkeel/std';

import { trimSpace } from '../go-text.ts';
import { matchFilePattern } from './file-pattern.ts';

/** Parsed ignore rules. */
export interface IgnoreRules {
  /** Whether the file or directory at `path` (relative to the chart) is left out. */
  ignores(path: string, isDirectory: boolean): boolean;
}

interface IgnorePattern {
  readonly negate: boolean;
  readonly mustBeDirectory: boolean;
  matches(path: string): boolean;
}

/**
 * Parses the text of a .helmignore ('' when there is none) and adds Helm's own rule for dot files in templates/.
 * Throws an Error with Helm's wording for `**` and for patterns that do not compile.
 */
export function parseIgnoreRules(text: string): IgnoreRules {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  const patterns = [...lines, 'templates/.?*'].flatMap((line) => parseRule(trimSpace(line)) ?? []);
  return {
    ignores(path, isDirectory) {
      if (path === '' || path === '.' || path === './') return false;
      for (const pattern of patterns) {
        // A negated rule ignores everything that it does not name; Helm documents this as its own semantics.
        if (pattern.negate) {
          if ((pattern.mustBeDirectory && !isDirectory) || !pattern.matches(path)) return true;
          continue;
        }
        if (pattern.mustBeDirectory && !isDirectory) continue;
        if (pattern.matches(path)) return true;
      }
      return false;
    },
  };
}

function parseRule(line: string): IgnorePattern | undefined {
  if (line === '' || line.startsWith('#')) return undefined;
  if (line.includes('**')) throw new Error('double-star (**) syntax is not supported');
  matchFilePattern(line, 'abc');
  const negate = line.startsWith('!');
  const unsigned = negate ? line.slice(1) : line;
  const mustBeDirectory = unsigned.endsWith('/');
  const rule = mustBeDirectory ? unsigned.slice(0, -1) : unsigned;
  return { negate, mustBeDirectory, matches: ruleMatcher(rule) };
}

function ruleMatcher(rule: string): (path: string) => boolean {
  if (rule.startsWith('/')) return (path) => quietMatch(rule.slice(1), path);
  if (rule.includes('/')) return (path) => quietMatch(rule, path);
  return (path) => quietMatch(rule, treeBasename(path));
}

/** Helm logs a pattern that turns out malformed while matching, and treats it as "no match". */
function quietMatch(rule: string, path: string): boolean {
  try {
    return matchFilePattern(rule, path);
  } catch {
    return false;
  }
}
