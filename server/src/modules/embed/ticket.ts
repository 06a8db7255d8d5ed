import { createHash, createHmac, createSecretKey, randomBytes, timingSafeEqual } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import type { Vault } from '#platform/credentials/vault.ts'

/** How long a page may stay open before it needs another ticket. */
const TICKET_SECONDS = 1800
/** How long after its end a ticket still says on which site its page stands, so that the page can get a new one. */
const RENEWAL_SECONDS = 86_400
/** The puzzle is bounded, so no unlucky person waits: the answer lies below this. Half a second on a usual machine. */
export const PUZZLE_SIZE = 100_000
/** Nobody fills in a form faster. */
const FASTEST_MS = 2000
const NONCE_BYTES = 16

/** Where a page stands that nobody frames. */
export const DIRECT = 'direct'

/** What a ticket says, signed. */
export interface Ticket {
  readonly form: string
  /** The origin of the page that shows the frame, or `direct`. */
  readonly origin: string
  readonly issuedAtMs: number
  readonly nonce: Buffer
}

/** What a page gets: the ticket, and the puzzle that belongs to it. */
export interface Challenge {
  readonly ticket: string
  readonly salt: string
  readonly target: string
  readonly max: number
  readonly expires_at: string
}

/** How a ticket was judged. */
export type TicketVerdict =
  | { readonly state: 'valid' | 'expired'; readonly ticket: Ticket }
  | { readonly state: 'invalid' }

/** Makes and judges the tickets of pages (embedded.md section 2): signed, for one form and one site, each good once. */
export interface Tickets {
  make(page: { readonly form: string; readonly origin: string }, now: Date): Challenge
  judge(text: unknown, form: string, now: Date): TicketVerdict
  /** The ticket of this form that we signed, whatever its age; null for any other text. */
  read(text: unknown, form: string): Ticket | null
  /** Whether this is the number that the puzzle of the ticket was made from. */
  isSolved(text: string, answer: unknown): boolean
}

const encode = (bytes: Buffer): string => bytes.toString('base64url')

function macOf(key: KeyObject, payload: string): Buffer {
  return createHmac('sha256', key).update(payload).digest()
}

/** The number that a ticket's puzzle is made from: below the bound, and known to nobody without the key. */
function numberOf(key: KeyObject, ticket: string): number {
  return createHmac('sha256', key).update(`puzzle ${ticket}`).digest().readUIntBE(0, 6) % PUZZLE_SIZE
}

function readPayload(payload: string): Ticket | null {
  const [form = '', at = '', nonce = '', ...origin] = Buffer.from(payload, 'base64url')
    .toString('utf8')
    .split(' ')
  const issuedAtMs = Number(at)
  const bytes = Buffer.from(nonce, 'base64url')
  if (!Number.isSafeInteger(issuedAtMs) || bytes.length !== NONCE_BYTES || origin.length !== 1) return null
  return { form, origin: origin[0] ?? '', issuedAtMs, nonce: bytes }
}

/** Whether a page was open too short a time for a person to have filled it in. */
export function isTooFast({ issuedAtMs }: Ticket, now: Date): boolean {
  return now.getTime() - issuedAtMs < FASTEST_MS
}

/** When a ticket ends. */
export function endOf({ issuedAtMs }: Ticket): Date {
  return new Date(issuedAtMs + TICKET_SECONDS * 1000)
}

function judgeTime(ticket: Ticket, now: Date): TicketVerdict {
  const ageSeconds = (now.getTime() - ticket.issuedAtMs) / 1000
  // A clock may be a little ahead of another process's.
  if (ageSeconds < -60 || ageSeconds > TICKET_SECONDS + RENEWAL_SECONDS) return { state: 'invalid' }
  return { state: ageSeconds < TICKET_SECONDS ? 'valid' : 'expired', ticket }
}

export function makeTickets(vault: Pick<Vault, 'signingKeys'>): Tickets {
  // A key that is given as bytes is looked at and copied by each use.
  const objects = new WeakMap<Buffer, KeyObject>()
  const objectOf = (bytes: Buffer): KeyObject => {
    const object = objects.get(bytes) ?? createSecretKey(bytes)
    objects.set(bytes, object)
    return object
  }
  const keys = () => vault.signingKeys('embed ticket').map(objectOf)
  const signed = (text: string): { key: KeyObject; payload: string } | null => {
    const [payload = '', mac = '', ...rest] = text.split('.')
    const given = Buffer.from(mac, 'base64url')
    if (rest.length > 0 || given.length !== 32) return null
    const key = keys().find((one) => timingSafeEqual(macOf(one, payload), given))
    return key ? { key, payload } : null
  }
  const read = (text: unknown, form: string): Ticket | null => {
    if (typeof text !== 'string' || text.length > 1000) return null
    const found = signed(text)
    const ticket = found && readPayload(found.payload)
    return ticket?.form === form ? ticket : null
  }
  return {
    make({ form, origin }, now) {
      const key = keys()[0]
      if (!key) throw new Error('There is no key to sign with.')
      const nonce = randomBytes(NONCE_BYTES)
      const payload = encode(Buffer.from(`${form} ${now.getTime()} ${encode(nonce)} ${origin}`))
      const ticket = `${payload}.${encode(macOf(key, payload))}`
      const salt = nonce.toString('hex')
      const target = createHash('sha256')
        .update(`${salt}${numberOf(key, ticket)}`)
        .digest('hex')
      const expires = new Date(now.getTime() + TICKET_SECONDS * 1000).toISOString()
      return { ticket, salt, target, max: PUZZLE_SIZE, expires_at: expires }
    },
    judge(text, form, now) {
      const ticket = read(text, form)
      return ticket ? judgeTime(ticket, now) : { state: 'invalid' }
    },
    read,
    isSolved(text, answer) {
      const found = signed(text)
      return found !== null && typeof answer === 'number' && answer === numberOf(found.key, text)
    },
  }
}
