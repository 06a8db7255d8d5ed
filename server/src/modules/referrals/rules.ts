import { firstSigns } from '#platform/first-signs.ts'

/** Letters and digits that nobody mistakes for others. */
const LETTERS = 'ABCDEFGHJKMNPQRSTUVWXYZ23456789'
const CODE_LENGTH = 8
/** The bytes that stand for each letter equally often. */
const FAIR_BELOW = 256 - (256 % LETTERS.length)

/**
 * A code of eight letters and digits without 0, O, 1, I and L, each equally likely. Returns null when the random bytes do
 * not suffice, which 32 practically always do. Source: D5.
 */
export function makeCode(random: Uint8Array): string | null {
  const letters = [...random]
    .filter((byte) => byte < FAIR_BELOW)
    .map((byte) => LETTERS.charAt(byte % LETTERS.length))
    .slice(0, CODE_LENGTH)
  return letters.length === CODE_LENGTH ? letters.join('') : null
}

const BOTS =
  /bot|crawl|spider|slurp|preview|fetch|scan|monitor|headless|python|curl|wget|httpclient|java\/|go-http|facebookexternalhit|whatsapp|telegram|slack|discord|embedly|pinterest|axios|node/i

/** Whether a browser's own words say that it is a program; without any words it is one. */
export function isBot(userAgent: string | undefined): boolean {
  return userAgent === undefined || userAgent.trim() === '' || BOTS.test(userAgent)
}

/** The network that an address is in: the first three numbers of IPv4, the first 48 bits of IPv6; null for anything else. */
export function networkOf(address: string): string | null {
  const mapped = /^::ffff:(\d{1,3}(?:\.\d{1,3}){3})$/i.exec(address)?.[1] ?? address
  const four = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.\d{1,3}$/.exec(mapped)
  if (four) return `${four[1]}.${four[2]}.${four[3]}.0/24`
  if (!mapped.includes(':')) return null
  const [head = '', tail] = mapped.toLowerCase().split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail === undefined || tail === '' ? [] : tail.split(':')
  const filled =
    tail === undefined
      ? left
      : [...left, ...Array<string>(8 - left.length - right.length).fill('0'), ...right]
  return `${filled
    .slice(0, 3)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':')}::/48`
}

const UTM = ['utm_source', 'utm_medium', 'utm_campaign', 'utm_term', 'utm_content'] as const
/** By which paid traffic is known; kept so that a rule can look for it. */
const PAID = ['gclid', 'gbraid', 'wbraid', 'msclkid', 'fbclid', 'ttclid'] as const
const UTM_LENGTH = 200
/** What the database keeps of all of it; its text has a space behind each sign between the words. */
const MOST_BYTES = 2048
const bytesOf = (told: Readonly<Record<string, string>>): number =>
  Buffer.byteLength(JSON.stringify(told)) + 2 * Object.keys(told).length

/**
 * What a link says of the campaign that it stands in; anything else of its query is dropped, and so are control characters,
 * what is longer than such words are, and what all together would be too much, the names of the campaign first.
 */
export function readUtm(query: URLSearchParams): Record<string, string> {
  const told: Record<string, string> = {}
  for (const name of [...PAID, ...UTM]) {
    const value = firstSigns((query.get(name) ?? '').replaceAll(/\p{Cc}/gu, ''), UTM_LENGTH)
    if (value !== '' && bytesOf({ ...told, [name]: value }) <= MOST_BYTES) told[name] = value
  }
  return told
}

/** The host from which a link was followed; null when nobody says. */
export function referrerHost(referrer: string | undefined): string | null {
  if (referrer === undefined || !URL.canParse(referrer)) return null
  const { protocol, hostname } = new URL(referrer)
  return protocol === 'https:' || protocol === 'http:' ? hostname.slice(0, 253) : null
}

/** Where a link leads in the end: the address with the id of the click, and what the link says of its campaign. */
export function destinationOf(
  address: string,
  click: { readonly id: string | null; readonly utm: Readonly<Record<string, string>> },
): string {
  const url = new URL(address)
  for (const [name, value] of Object.entries(click.utm)) {
    if (!url.searchParams.has(name)) url.searchParams.set(name, value)
  }
  if (click.id !== null) url.searchParams.set('click_id', click.id)
  return url.href
}

/** The host of an address of the web over TLS, without user and port; null for anything else. */
export function hostOfDestination(address: string): string | null {
  if (!URL.canParse(address)) return null
  const { protocol, hostname, username, password } = new URL(address)
  return protocol === 'https:' && username === '' && password === '' && hostname !== '' ? hostname : null
}

/** Why a sign-up referred nobody, in words for the provider. */
export const REASONS: Readonly<Record<string, string>> = {
  NO_EVIDENCE: 'No code and no click came with it.',
  CODE_UNKNOWN: 'There is no such code.',
  CODE_INACTIVE: 'The code was switched off.',
  CODE_NOT_STARTED: 'The code did not count yet.',
  CODE_EXPIRED: 'The code counts no more.',
  CODE_USED_UP: 'The code was used as often as it may be.',
  PARTNER_INACTIVE: 'The partner does not work at present.',
  NO_AGREEMENT: 'The partner had no agreement in force.',
  CLICK_UNKNOWN: 'There is no such click, or it is too long ago.',
  CLICK_OF_BOT: 'The click was made by a program.',
  CLICK_TOO_LATE: 'The click came after the sign-up.',
  CLICK_TOO_OLD: 'The click was before the time in which it counts.',
  TENANT_NOT_NEW: 'The tenant had paid before.',
  ALREADY_REFERRED: 'The tenant is referred already.',
  RISK_BLOCKED: 'It looks as if the partner referred itself.',
}
