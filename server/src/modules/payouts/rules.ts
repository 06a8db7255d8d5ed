import type { Skipped } from './tables.ts'

/** What one partner could be paid. */
export interface Candidate {
  readonly partnerId: string
  readonly partnerName: string
  readonly currency: string
  readonly amountMinor: number
  readonly rowCount: number
  readonly obstacles: Skipped['reasons']
}

/** Whether nothing stands between a partner and its payout. */
export const isReady = (candidate: Candidate): boolean => candidate.obstacles.every(({ blocks }) => !blocks)

/** How many earnings one batch holds: it is built, and each payout of it recorded, in one request. */
export const BATCH_LINES = 5000

/**
 * Who of those that are ready fits into one batch, in their order; the rest is in a later one. Whoever alone has more than
 * a batch holds is paid a part of it, in a batch without others before.
 */
export function fillBatch<Ready extends Pick<Candidate, 'rowCount'>>(
  ready: readonly Ready[],
  maximum = BATCH_LINES,
): { readonly taken: Ready[]; readonly later: Ready[] } {
  const [taken, later]: [Ready[], Ready[]] = [[], []]
  let room = maximum
  for (const candidate of ready) {
    const fits = candidate.rowCount <= room || taken.length === 0
    ;(fits ? taken : later).push(candidate)
    if (fits) room -= candidate.rowCount
  }
  return { taken, later }
}

/** An earning that could be in a payout; a negative amount takes back. */
export interface Line {
  readonly id: string
  readonly amountMinor: number
}

/** Where the sum of the first rows stands, from none to all of them. */
function sumsOf(lines: readonly Line[]): number[] {
  const sums = [0]
  for (const { amountMinor } of lines) sums.push((sums.at(-1) ?? 0) + Math.abs(amountMinor))
  return sums
}

/**
 * Which of a partner's earnings make one payout when they are more than a batch holds: the largest of what is taken back
 * and the largest of what was earned, and of the first as many as leave the least amount. What stays outside is worth
 * nothing less than zero, so that no payout is more than the balance. Null where no such choice is. Amounts are minor units.
 */
export function chooseLines(
  lines: readonly Line[],
  { least, balance }: { readonly least: number; readonly balance: number },
  maximum = BATCH_LINES,
): readonly Line[] | null {
  const bySize = lines.toSorted((left, right) => Math.abs(right.amountMinor) - Math.abs(left.amountMinor))
  const debits = bySize.filter(({ amountMinor }) => amountMinor < 0)
  const credits = bySize.filter(({ amountMinor }) => amountMinor >= 0)
  const [taken, earned] = [sumsOf(debits), sumsOf(credits)]
  let last = credits.length
  for (let count = Math.min(debits.length, maximum - 1); count >= 0; count -= 1) {
    const takenBack = taken[count] ?? 0
    // Fewer debits leave room for fewer credits before the payout were more than the balance.
    while (last > 0 && (earned[last] ?? 0) - takenBack > balance) last -= 1
    const kept = Math.min(last, maximum - count)
    if ((earned[kept] ?? 0) - takenBack >= least)
      return [...debits.slice(0, count), ...credits.slice(0, kept)]
  }
  return null
}

/** Who has to wait for the next batch, because this one is full. */
export const toLater = (candidate: Candidate): Skipped =>
  toSkipped({ ...candidate, obstacles: [{ code: 'batch_full', blocks: true }] })

/** Whom no batch can hold as it stands, because against one credit too many rows take back ({@link chooseLines}). */
export const toStuck = (candidate: Candidate): Skipped =>
  toSkipped({ ...candidate, obstacles: [{ code: 'debits_do_not_fit', blocks: true }] })

/** Who was left out of a batch, and why. */
export function toSkipped(candidate: Candidate): Skipped {
  return {
    partner_id: candidate.partnerId,
    partner_name: candidate.partnerName,
    amount_minor: candidate.amountMinor,
    reasons: candidate.obstacles.filter(({ blocks }) => blocks),
  }
}

/** The next day on which the provider means to pay, from a day of the program on; null when it names no day. */
export function nextPayoutDay(today: string, payoutDay: number | null): string | null {
  if (payoutDay === null) return null
  const [year = 0, month = 0, day = 0] = today.split('-').map(Number)
  return new Date(Date.UTC(year, month - (day > payoutDay ? 0 : 1), payoutDay)).toISOString().slice(0, 10)
}

/** How a batch ends: failed in part as soon as one item failed. */
export const endOfBatch = (states: readonly string[]): 'completed' | 'partially_failed' =>
  states.includes('failed') ? 'partially_failed' : 'completed'

const SIGNATURES = [
  { mediaType: 'application/pdf', endings: ['.pdf'], bytes: [0x25, 0x50, 0x44, 0x46, 0x2d] },
  {
    mediaType: 'image/png',
    endings: ['.png'],
    bytes: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
  },
  { mediaType: 'image/jpeg', endings: ['.jpg', '.jpeg'], bytes: [0xff, 0xd8, 0xff] },
] as const

export type UploadType = (typeof SIGNATURES)[number]['mediaType']

/** What a file is by its first bytes, whatever its name says; null for what is not taken. */
export function typeOfFile(file: Buffer): UploadType | null {
  return SIGNATURES.find(({ bytes }) => bytes.every((byte, index) => file[index] === byte))?.mediaType ?? null
}

/**
 * The name under which a file is handed out. It ends as the type says: a PDF can be a page or a script besides, and a machine
 * runs it as what its name says.
 */
export function nameByType(name: string, mediaType: string): string {
  const endings = SIGNATURES.find((known) => known.mediaType === mediaType)?.endings ?? ['.bin']
  return endings.some((ending) => name.toLowerCase().endsWith(ending)) ? name : `${name}${endings[0]}`
}

const LETTER_VALUE = (letter: string): string =>
  /[A-Z]/.test(letter) ? String(letter.charCodeAt(0) - 55) : letter

/** Whether the check digits of an IBAN hold (ISO 13616, ISO 7064 MOD 97-10). */
export function isIban(text: string): boolean {
  if (!/^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/.test(text)) return false
  const digits = `${text.slice(4)}${text.slice(0, 4)}`.replaceAll(/[A-Z]/g, LETTER_VALUE)
  return BigInt(digits) % 97n === 1n
}

/** What people see of an account: the country and the last four characters. */
export function maskAccount(text: string): string {
  const compact = text.replaceAll(/\s/g, '')
  const country = /^[A-Z]{2}\d/.test(compact) ? `${compact.slice(0, 2)} ` : ''
  return `${country}•••• ${compact.slice(-4)}`
}
