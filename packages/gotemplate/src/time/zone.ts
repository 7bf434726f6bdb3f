// Time zones: offsets from the runtime's zone data (Intl), abbreviations from the tz database's rules, which Intl does
// not carry for most zones.

/** A time zone: offset in seconds and abbreviation at an instant (seconds since 1970). */
export interface Zone {
  readonly name: string;
  at(unixSeconds: number): { readonly offset: number; readonly abbreviation: string };
}

export const utc: Zone = { name: 'UTC', at: () => ({ offset: 0, abbreviation: 'UTC' }) };

/** time.FixedZone. */
export function fixedZone(abbreviation: string, offset: number): Zone {
  return { name: abbreviation, at: () => ({ offset, abbreviation }) };
}

const cache = new Map<string, Zone | undefined>();

/** time.LoadLocation, except for "Local"; undefined when there is no such zone. */
export function loadZone(name: string): Zone | undefined {
  if (name === '' || name === 'UTC') return utc;
  if (!cache.has(name)) cache.set(name, intlZone(name));
  return cache.get(name);
}

function intlZone(name: string): Zone | undefined {
  // Go finds zones by file name, which is case-sensitive on the systems that count; Intl is not.
  if (!/^[A-Z][A-Za-z0-9_+\-/]*$/.test(name)) return undefined;
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
      era: 'short',
    });
  } catch (error) {
    // Only an unknown zone is an answer.
    if (error instanceof RangeError && error.message.includes('time zone')) return undefined;
    throw error;
  }
  const offsetAt = (unixSeconds: number): number => wallSeconds(format, unixSeconds) - unixSeconds;
  // Standard time is the smaller offset of a recent year; anything above it is named as daylight saving time.
  const standard = Math.min(offsetAt(1_672_531_200), offsetAt(1_688_169_600));
  return {
    name,
    at: (unixSeconds) => {
      const offset = offsetAt(Math.min(Math.max(unixSeconds, -98_000_000_000), 253_402_300_799));
      return { offset, abbreviation: abbreviationOf(name, offset, offset > standard) };
    },
  };
}

function wallSeconds(format: Intl.DateTimeFormat, unixSeconds: number): number {
  const parts: Record<string, string> = {};
  for (const part of format.formatToParts(unixSeconds * 1000)) parts[part.type] = part.value;
  const field = (key: string): number => Number(parts[key] ?? 0);
  const year = parts['era']?.startsWith('B') === true ? 1 - field('year') : field('year');
  const date = new Date(0);
  date.setUTCFullYear(year, field('month') - 1, field('day'));
  date.setUTCHours(field('hour'), field('minute'), field('second'));
  return Math.round(date.getTime() / 1000);
}

/** Standard and daylight abbreviations by zone or by its region; the tz database names no others with letters. */
const abbreviations: readonly (readonly [RegExp, string, string])[] = [
  [/^(GMT|Etc\/GMT|Etc\/Greenwich|Africa\/(Abidjan|Accra|Dakar)|Atlantic\/Reykjavik)$/, 'GMT', 'GMT'],
  [/^Etc\/(UTC|UCT|Zulu|Universal)$/, 'UTC', 'UTC'],
  [/^(Europe\/(London|Belfast|Jersey|Guernsey|Isle_of_Man)|GB)$/, 'GMT', 'BST'],
  [/^(Europe\/(Dublin)|Eire)$/, 'GMT', 'IST'],
  [/^(Europe\/Lisbon|Atlantic\/(Madeira|Canary|Faroe)|WET|Portugal)$/, 'WET', 'WEST'],
  [
    /^(Europe\/(Athens|Bucharest|Helsinki|Kiev|Kyiv|Riga|Sofia|Tallinn|Vilnius|Chisinau|Mariehamn|Kaliningrad)|Asia\/(Nicosia|Beirut)|Africa\/(Cairo|Tripoli)|EET)$/,
    'EET',
    'EEST',
  ],
  [/^(Europe\/(Moscow|Simferopol)|W-SU)$/, 'MSK', 'MSD'],
  [/^Europe\/(Istanbul|Minsk|Samara|Saratov|Volgograd|Astrakhan|Ulyanovsk|Kirov)$/, '', ''],
  [/^(Europe\/|Africa\/(Algiers|Tunis|Ceuta)$|CET$|MET$|Poland$|Arctic\/Longyearbyen$)/, 'CET', 'CEST'],
  [/^(Asia\/(Jerusalem|Tel_Aviv)|Israel)$/, 'IST', 'IDT'],
  [/^Asia\/(Kolkata|Calcutta)$/, 'IST', 'IST'],
  [/^(Asia\/Tokyo|Japan)$/, 'JST', 'JDT'],
  [/^(Asia\/(Seoul|Pyongyang)|ROK)$/, 'KST', 'KDT'],
  [/^(Asia\/(Shanghai|Chongqing|Taipei|Macau)|PRC|ROC)$/, 'CST', 'CDT'],
  [/^(Asia\/Hong_Kong|Hongkong)$/, 'HKT', 'HKST'],
  [/^Asia\/Karachi$/, 'PKT', 'PKST'],
  [/^Asia\/Manila$/, 'PST', 'PDT'],
  [/^Asia\/(Jakarta|Pontianak)$/, 'WIB', 'WIB'],
  [/^Africa\/(Johannesburg|Maseru|Mbabane)$/, 'SAST', 'SAST'],
  [/^Africa\/(Lagos|Luanda|Kinshasa|Douala|Bangui|Libreville|Niamey|Malabo|Brazzaville|Ndjamena)$/, 'WAT', 'WAT'],
  [/^Africa\/(Nairobi|Addis_Ababa|Kampala|Dar_es_Salaam|Mogadishu|Djibouti|Asmara)$/, 'EAT', 'EAT'],
  [
    /^Africa\/(Maputo|Harare|Lusaka|Kigali|Lubumbashi|Blantyre|Gaborone|Bujumbura|Khartoum|Juba|Windhoek)$/,
    'CAT',
    'CAT',
  ],
  [
    /^Australia\/(Sydney|Melbourne|Hobart|Canberra|Currie|ACT|NSW|Victoria|Tasmania|Brisbane|Queensland|Lindeman)$/,
    'AEST',
    'AEDT',
  ],
  [/^Australia\/(Adelaide|Darwin|Broken_Hill|South|North)$/, 'ACST', 'ACDT'],
  [/^Australia\/(Perth|West)$/, 'AWST', 'AWDT'],
  [/^(Pacific\/Auckland|NZ|Antarctica\/McMurdo)$/, 'NZST', 'NZDT'],
  [/^(Pacific\/Honolulu|HST|US\/Hawaii)$/, 'HST', 'HDT'],
  [
    /^(America\/(New_York|Toronto|Detroit|Montreal|Nassau|Port-au-Prince|Indiana\/.*|Kentucky\/.*|Indianapolis)|EST5EDT|US\/Eastern|Canada\/Eastern)$/,
    'EST',
    'EDT',
  ],
  [/^(America\/(Panama|Jamaica|Cancun|Cayman)|EST|Jamaica)$/, 'EST', 'EST'],
  [
    /^(America\/(Chicago|Winnipeg|Mexico_City|Costa_Rica|Guatemala|El_Salvador|Managua|Tegucigalpa|Regina|Monterrey|Merida|Matamoros|North_Dakota\/.*)|CST6CDT|US\/Central|Canada\/Central)$/,
    'CST',
    'CDT',
  ],
  [/^(America\/(Havana)|Cuba)$/, 'CST', 'CDT'],
  [
    /^(America\/(Denver|Edmonton|Boise|Ciudad_Juarez|Phoenix|Hermosillo|Mazatlan)|MST7MDT|US\/Mountain|US\/Arizona|MST|Canada\/Mountain)$/,
    'MST',
    'MDT',
  ],
  [/^(America\/(Los_Angeles|Vancouver|Tijuana)|PST8PDT|US\/Pacific|Canada\/Pacific)$/, 'PST', 'PDT'],
  [/^(America\/(Anchorage|Juneau|Nome|Sitka)|US\/Alaska)$/, 'AKST', 'AKDT'],
  [
    /^(America\/(Halifax|Puerto_Rico|Martinique|Barbados|Santo_Domingo|Moncton|Thule|Goose_Bay)|Atlantic\/Bermuda|Canada\/Atlantic)$/,
    'AST',
    'ADT',
  ],
  [/^(America\/St_Johns|Canada\/Newfoundland)$/, 'NST', 'NDT'],
];

function abbreviationOf(name: string, offset: number, daylight: boolean): string {
  // Before standard time there was local mean time, which is never a whole number of quarter hours.
  if (offset % 900 !== 0) return 'LMT';
  const known = abbreviations.find(([pattern]) => pattern.test(name));
  const text = known === undefined ? '' : daylight ? known[2] : known[1];
  if (text !== '') return text;
  const sign = offset < 0 ? '-' : '+';
  const minutes = Math.floor(Math.abs(offset) / 60);
  const hours = String(Math.floor(minutes / 60)).padStart(2, '0');
  return minutes % 60 === 0 ? sign + hours : `${sign}${hours}${String(minutes % 60).padStart(2, '0')}`;
}
