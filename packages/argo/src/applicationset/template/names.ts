// Names made from other texts: `normalize`, `slugify`, and the slugs of pull request branches.
// Mirrors argoproj/argo-cd:applicationset/utils/template_functions.go (3.6) and github.com/gosimple/slug v1.15.

import { transliterate } from './transliterate.ts';

const nameLengthMax = 253;
const slugLengthMax = 50;

/** Lower case, what may not stand in a DNS name as '-', at most 253 bytes, no '-' or '.' at the ends. */
export function sanitizeName(name: string): string {
  const cleaned = name.toLowerCase().replaceAll(/[^-a-z0-9.]/gu, '-');
  return cleaned.slice(0, nameLengthMax).replace(/^[-.]+|[-.]+$/g, '');
}

export interface SlugOptions {
  readonly lengthMax?: number;
  /** Cut at the last '-' before the limit rather than inside a word. Default true. */
  readonly smart?: boolean;
}

/** A slug of any text, for branch names. Underscores become dashes. */
export function branchSlug(text: string): string {
  return slugOf(text.trim().replaceAll('_', '-'), {});
}

/** gosimple/slug's Make. Scripts beyond Latin, Greek and Cyrillic are dropped rather than transliterated. */
export function slugOf(text: string, { lengthMax = slugLengthMax, smart = true }: SlugOptions): string {
  let slug = transliterate(text.trim()).toLowerCase();
  if (!smart && slug.length >= lengthMax) slug = slug.slice(0, lengthMax);
  slug = slug
    .replaceAll(/[^a-z0-9_-]/g, '-')
    .replaceAll(/-+/g, '-')
    .replace(/^[-_]+|[-_]+$/g, '');
  return lengthMax > 0 && smart ? cutAtDash(slug, lengthMax) : slug;
}

function cutAtDash(text: string, lengthMax: number): string {
  if (text.length <= lengthMax) return text;
  const dash = text.lastIndexOf('-', lengthMax);
  return dash < 0 ? text.slice(0, lengthMax) : text.slice(0, dash);
}
