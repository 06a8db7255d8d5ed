import { createHmac, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import type { VendorNews } from './adapters.ts'
import { readReasons } from './rules.ts'
import type { SignatureVerdict } from './signature.ts'
import { meaningOf } from './vendor-states.ts'

/** A message of a vendor as it came: its header fields in lower case, and its bytes. */
export interface VendorMessage {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: Buffer
}

/**
 * How one vendor signs and says what it found, from its public documentation. No such vendor was ever connected: these
 * forms are for whoever writes its adapter, and nothing of the product reaches them. Source: C8, registry.md section 5.
 */
export interface VendorForm {
  readonly judge: (message: VendorMessage, secrets: readonly Buffer[], now: Date) => SignatureVerdict
  /** Understands the content of an event; null when it is not in the vendor's form, or says nothing of a check. */
  readonly readEvent: (content: unknown) => VendorNews | null
}

const WINDOW_SECONDS = 300

function isSigned(
  { algorithm, signed }: { readonly algorithm: 'sha256' | 'sha512'; readonly signed: readonly Buffer[] },
  given: readonly string[],
  secrets: readonly Buffer[],
): boolean {
  let isValid = false
  for (const secret of secrets) {
    const expected = createHmac(algorithm, secret).update(Buffer.concat(signed)).digest()
    for (const text of given.slice(0, 10)) {
      const digest = /^[0-9a-f]+$/i.test(text) ? Buffer.from(text, 'hex') : Buffer.alloc(0)
      isValid = (digest.length === expected.length && timingSafeEqual(digest, expected)) || isValid
    }
  }
  return isValid
}

/** `t=…,v1=…` over time and body: the form of Stripe, and of Persona, which writes one such list for each of its keys. */
function judgeTimed(header: string): VendorForm['judge'] {
  return ({ headers, body }, secrets, now) => {
    const value = headers[header]
    if (typeof value !== 'string') return 'incomplete'
    const pairs = value.split(/[ ,]+/).map((part) => part.split('=', 2))
    const time = pairs.find(([name]) => name === 't')?.[1]
    const given = pairs.flatMap(([name, text]) => (name === 'v1' && text !== undefined ? [text] : []))
    if (time === undefined || !/^\d{1,12}$/.test(time) || given.length === 0) return 'incomplete'
    if (Math.abs(now.getTime() / 1000 - Number(time)) > WINDOW_SECONDS) return 'outside_window'
    const signed = [Buffer.from(`${time}.`), body]
    return isSigned({ algorithm: 'sha256', signed }, given, secrets) ? 'valid' : 'forged'
  }
}

const instant = z.iso.datetime({ offset: true }).transform((text) => new Date(text))

/** Sumsub writes `2026-11-22 13:23:19.321`, in UTC and without saying so. */
const sumsubInstant = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}\.\d{3}$/)
  .transform((text) => new Date(`${text.replace(' ', 'T')}Z`))

const SumsubEvent = z.object({
  applicantId: z.string().min(1).max(200),
  reviewStatus: z.string().max(60),
  createdAtMs: sumsubInstant,
  reviewResult: z
    .object({
      reviewAnswer: z.string().max(60),
      reviewRejectType: z.string().max(60).optional(),
      rejectLabels: z.array(z.string().max(60)).max(50).optional(),
    })
    .optional(),
})

const SUMSUB_DIGESTS: Readonly<Record<string, 'sha256' | 'sha512'>> = {
  HMAC_SHA256_HEX: 'sha256',
  HMAC_SHA512_HEX: 'sha512',
}

const sumsub: VendorForm = {
  // The signature covers no time: replays are stopped by the event's id and by the time in its content.
  judge({ headers, body }, secrets) {
    const digest = headers['x-payload-digest']
    const named = headers['x-payload-digest-alg']
    if (typeof digest !== 'string' || typeof named !== 'string') return 'incomplete'
    const algorithm = Object.hasOwn(SUMSUB_DIGESTS, named) ? SUMSUB_DIGESTS[named] : undefined
    // SHA-1, which the vendor calls legacy, is not taken.
    if (!algorithm) return 'forged'
    return isSigned({ algorithm, signed: [body] }, [digest], secrets) ? 'valid' : 'forged'
  },
  readEvent(content) {
    const parsed = SumsubEvent.safeParse(content)
    if (!parsed.success) return null
    const { applicantId, reviewStatus, createdAtMs, reviewResult } = parsed.data
    const answer = [reviewStatus, reviewResult?.reviewAnswer, reviewResult?.reviewRejectType]
    const state = reviewStatus === 'completed' ? answer.filter(Boolean).join(' ') : reviewStatus
    return {
      reference: applicantId,
      occurredAt: createdAtMs,
      meaning: meaningOf('sumsub', state),
      reasons: readReasons(reviewResult?.rejectLabels ?? []),
    }
  },
}

const PersonaEvent = z.object({
  data: z.object({
    attributes: z.object({
      'created-at': instant,
      payload: z.object({
        data: z.object({
          type: z.literal('inquiry'),
          id: z.string().min(1).max(200),
          attributes: z.object({ status: z.string().max(60) }),
        }),
      }),
    }),
  }),
})

const persona: VendorForm = {
  judge: judgeTimed('persona-signature'),
  readEvent(content) {
    const parsed = PersonaEvent.safeParse(content)
    if (!parsed.success) return null
    const { 'created-at': occurredAt, payload } = parsed.data.data.attributes
    const meaning = meaningOf('persona', payload.data.attributes.status)
    return { reference: payload.data.id, occurredAt, meaning, reasons: [] }
  },
}

const StripeEvent = z.object({
  type: z.string().regex(/^identity\.verification_session\.[a-z_]{1,60}$/),
  created: z.int().min(0).max(99_999_999_999),
  data: z.object({
    object: z.object({
      id: z.string().min(1).max(200),
      object: z.literal('identity.verification_session'),
      status: z.string().max(60),
      last_error: z.object({ code: z.string().max(60) }).nullish(),
    }),
  }),
})

const stripeIdentity: VendorForm = {
  judge: judgeTimed('stripe-signature'),
  readEvent(content) {
    const parsed = StripeEvent.safeParse(content)
    if (!parsed.success) return null
    const { type, created, data } = parsed.data
    const { id, status, last_error: lastError } = data.object
    // A session that was redacted keeps the status that it had; one that was just made has failed nothing.
    const name = type.slice('identity.verification_session.'.length)
    const isNews = name !== 'redacted' && name !== 'created'
    return {
      reference: id,
      occurredAt: new Date(created * 1000),
      meaning: isNews ? meaningOf('stripe_identity', status) : null,
      reasons: readReasons(lastError ? [lastError.code] : []),
    }
  },
}

const VeriffEvent = z.object({
  verification: z.object({
    id: z.string().min(1).max(200),
    status: z.string().max(60),
    decisionTime: instant.nullish(),
    acceptanceTime: instant.nullish(),
  }),
})

const VERIFF_STATES: Readonly<Record<string, string>> = { resubmission_requested: 'resubmissionRequested' }

const veriff: VendorForm = {
  // The signature covers no time: replays are stopped by the event's id and by the time of the decision.
  judge({ headers, body }, secrets) {
    const given = headers['x-hmac-signature']
    if (typeof given !== 'string') return 'incomplete'
    return isSigned({ algorithm: 'sha256', signed: [body] }, [given], secrets) ? 'valid' : 'forged'
  },
  readEvent(content) {
    const parsed = VeriffEvent.safeParse(content)
    if (!parsed.success) return null
    const { id, status, decisionTime, acceptanceTime } = parsed.data.verification
    const occurredAt = decisionTime ?? acceptanceTime
    if (!occurredAt) return null
    const state = Object.hasOwn(VERIFF_STATES, status) ? (VERIFF_STATES[status] ?? status) : status
    return { reference: id, occurredAt, meaning: meaningOf('veriff', state), reasons: [] }
  },
}

/** The forms of the vendors that registry.md names. */
export const VENDOR_FORMS = { sumsub, persona, stripe_identity: stripeIdentity, veriff } as const
