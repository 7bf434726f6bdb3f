// Letters of European scripts in ASCII, as github.com/gosimple/slug with unidecode writes them. Other scripts are left
// out: their tables are a hundred times this file, and branch names in them are rare.

const signs: Readonly<Record<string, string>> = {
  '"': '',
  "'": '',
  '’': '',
  '‒': '-',
  '–': '-',
  '—': '-',
  '―': '-',
  '&': 'and',
  '@': 'at',
};

const latin: Readonly<Record<string, string>> = {
  ß: 'ss',
  Æ: 'AE',
  æ: 'ae',
  Ø: 'O',
  ø: 'o',
  Œ: 'OE',
  œ: 'oe',
  Ł: 'L',
  ł: 'l',
  Đ: 'D',
  đ: 'd',
  Ð: 'D',
  ð: 'd',
  Þ: 'Th',
  þ: 'th',
  ı: 'i',
  Ħ: 'H',
  ħ: 'h',
  ŋ: 'ng',
  Ŋ: 'NG',
  ĸ: 'k',
  ŧ: 't',
  Ŧ: 'T',
  '…': '...',
  '“': '"',
  '”': '"',
  '«': '<<',
  '»': '>>',
  '€': 'EUR',
  '£': 'PS',
  '©': '(c)',
  '®': '(r)',
  '°': 'deg',
  '×': 'x',
  '№': '',
  '÷': '/',
  '·': '*',
};

const greek: Readonly<Record<string, string>> = {
  α: 'a',
  β: 'b',
  γ: 'g',
  δ: 'd',
  ε: 'e',
  ζ: 'z',
  η: 'e',
  θ: 'th',
  ι: 'i',
  κ: 'k',
  λ: 'l',
  μ: 'm',
  ν: 'n',
  ξ: 'x',
  ο: 'o',
  π: 'p',
  ρ: 'r',
  σ: 's',
  ς: 's',
  τ: 't',
  υ: 'u',
  φ: 'ph',
  χ: 'kh',
  ψ: 'ps',
  ω: 'o',
};

const cyrillic: Readonly<Record<string, string>> = {
  а: 'a',
  б: 'b',
  в: 'v',
  г: 'g',
  д: 'd',
  е: 'e',
  ё: 'io',
  ж: 'zh',
  з: 'z',
  и: 'i',
  й: 'i',
  к: 'k',
  л: 'l',
  м: 'm',
  н: 'n',
  о: 'o',
  п: 'p',
  р: 'r',
  с: 's',
  т: 't',
  у: 'u',
  ф: 'f',
  х: 'kh',
  ц: 'ts',
  ч: 'ch',
  ш: 'sh',
  щ: 'shch',
  ъ: '"',
  ы: 'y',
  ь: "'",
  э: 'e',
  ю: 'iu',
  я: 'ia',
  і: 'i',
  ї: 'yi',
  є: 'ie',
  ґ: "g'",
  ў: 'u',
  ђ: 'dj',
  ј: 'j',
  љ: 'lj',
  њ: 'nj',
  ћ: 'tsh',
  џ: 'dz',
};

/** The text in ASCII; what has no spelling here is dropped. */
export function transliterate(text: string): string {
  let result = '';
  for (const char of text.normalize('NFC')) result += signs[char] ?? (char < '\u0080' ? char : letter(char));
  return result;
}

function letter(char: string): string {
  const lower = char.toLowerCase();
  const known = latin[char] ?? greek[lower] ?? cyrillic[lower];
  if (known !== undefined) return known;
  // Letters with marks lose the marks.
  const bare = char.normalize('NFKD').replaceAll(/\p{M}/gu, '');
  if (bare === char) return '';
  return Array.from(bare, (part) => (part < '\u0080' ? part : letter(part))).join('');
}
