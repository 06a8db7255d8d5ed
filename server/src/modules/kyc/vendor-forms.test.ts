import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { VENDOR_FORMS } from './vendor-forms.ts'
import type { VendorMessage } from './vendor-forms.ts'

const NOW = new Date('2026-11-22T12:00:00.000Z')
const TIME = String(NOW.getTime() / 1000)
const KEY = Buffer.from('a key that the vendor and the partner share')
const hex = (algorithm: string, signed: string): string =>
  createHmac(algorithm, KEY).update(signed).digest('hex')

type Name = keyof typeof VENDOR_FORMS

/** Signs as the documentation of each vendor says. */
const SIGN: Readonly<Record<Name, (body: string) => Record<string, string>>> = {
  sumsub: (body) => ({
    'x-payload-digest-alg': 'HMAC_SHA256_HEX',
    'x-payload-digest': hex('sha256', body),
  }),
  persona: (body) => ({ 'persona-signature': `t=${TIME},v1=${hex('sha256', `${TIME}.${body}`)}` }),
  stripe_identity: (body) => ({
    'stripe-signature': `t=${TIME},v1=${hex('sha256', `${TIME}.${body}`)},v0=00`,
  }),
  veriff: (body) => ({
    'x-auth-client': 'an-integration',
    'x-hmac-signature': hex('sha256', body),
  }),
}
const NAMES: readonly Name[] = ['sumsub', 'persona', 'stripe_identity', 'veriff']

const signed = (name: Name, text: string): VendorMessage => ({
  headers: SIGN[name](text),
  body: Buffer.from(text),
})

const sumsub = (status: string, result?: object) => ({
  applicantId: '5cb56e8e0a975a35f333cb83',
  inspectionId: '5cb56e8e0a975a35f333cb84',
  correlationId: 'req-a260b669',
  externalUserId: 'usr_1',
  levelName: 'basic-kyc-level',
  type: 'applicantReviewed',
  reviewStatus: status,
  createdAt: '2026-11-22 11:59:58+0000',
  createdAtMs: '2026-11-22 11:59:58.321',
  ...(result && { reviewResult: result }),
})
const persona = (status: string) => ({
  data: {
    type: 'event',
    id: 'evt_XGuPtCdVoMGPnzvkBJWBLrFu',
    attributes: {
      name: `inquiry.${status}`,
      'created-at': '2026-11-22T11:59:58.000Z',
      payload: {
        data: {
          type: 'inquiry',
          id: 'inq_2CVZ4HyVg7qaboXz2PUHknAn',
          attributes: { status, 'reference-id': 'usr_1' },
        },
      },
    },
  },
})
const stripe = (name: string, status: string, error: object | null = null) => ({
  id: 'evt_1',
  object: 'event',
  created: NOW.getTime() / 1000 - 2,
  type: `identity.verification_session.${name}`,
  data: { object: { id: 'vs_1', object: 'identity.verification_session', status, last_error: error } },
})
const veriff = (status: string) => ({
  status: 'success',
  verification: {
    id: '12df6045-3846-3e45-946a-14fa6136d78b',
    attemptId: '00bca969-b53a-4fad-b065-874d41a7b2b8',
    code: 9001,
    status,
    vendorData: 'usr_1',
    decisionTime: '2026-11-22T11:59:58.000Z',
    acceptanceTime: '2026-11-22T11:58:00.000Z',
  },
})

describe('the forms of vendors', () => {
  test.each([
    ['sumsub', sumsub('pending'), 'in_review'],
    ['sumsub', sumsub('completed', { reviewAnswer: 'GREEN' }), 'verified'],
    [
      'sumsub',
      sumsub('completed', { reviewAnswer: 'RED', reviewRejectType: 'RETRY', rejectLabels: ['BAD_SELFIE'] }),
      'resubmit',
    ],
    ['sumsub', sumsub('completed', { reviewAnswer: 'RED', reviewRejectType: 'FINAL' }), 'rejected'],
    ['sumsub', sumsub('completed', { reviewAnswer: 'RED' }), null],
    ['sumsub', sumsub('completed'), null],
    ['persona', persona('created'), null],
    ['persona', persona('completed'), 'in_review'],
    ['persona', persona('approved'), 'verified'],
    ['persona', persona('declined'), 'rejected'],
    ['stripe_identity', stripe('created', 'requires_input'), null],
    ['stripe_identity', stripe('processing', 'processing'), 'in_review'],
    ['stripe_identity', stripe('requires_input', 'requires_input', { code: 'document_expired' }), 'resubmit'],
    ['stripe_identity', stripe('verified', 'verified'), 'verified'],
    ['stripe_identity', stripe('redacted', 'verified'), null],
    ['veriff', veriff('approved'), 'verified'],
    ['veriff', veriff('resubmission_requested'), 'resubmit'],
    ['veriff', veriff('declined'), 'rejected'],
    ['veriff', veriff('expired'), 'cancelled'],
    ['veriff', veriff('review'), 'in_review'],
  ] as const)(
    'of %s: a documented event means what the table of states says (C8)',
    (name, event, meaning) => {
      const news = VENDOR_FORMS[name].readEvent(event)
      expect(news).toMatchObject({ meaning })
      expect(news?.occurredAt.getTime()).toBeGreaterThan(NOW.getTime() - 3000)
      expect(
        VENDOR_FORMS[name].judge(signed(name, JSON.stringify(event)), [Buffer.alloc(32), KEY], NOW),
      ).toBe('valid')
    },
  )

  test.each(NAMES)(
    'of %s: another key, another byte, no signature and another kind of it are not taken (C8)',
    (name) => {
      const { judge } = VENDOR_FORMS[name]
      fc.assert(
        fc.property(fc.string({ minLength: 1 }), fc.nat(), (text, place) => {
          const message = signed(name, text)
          expect(judge(message, [Buffer.alloc(32)], NOW)).toBe('forged')
          const body = Buffer.from(message.body)
          body.writeUInt8((body[place % body.length] ?? 0) ^ 1, place % body.length)
          expect(judge({ ...message, body }, [KEY], NOW)).toBe('forged')
          expect(judge({ headers: {}, body }, [KEY], NOW)).toBe('incomplete')
        }),
      )
      const legacy = { 'x-payload-digest-alg': 'HMAC_SHA1_HEX', 'x-payload-digest': hex('sha1', '{}') }
      expect(VENDOR_FORMS.sumsub.judge({ headers: legacy, body: Buffer.from('{}') }, [KEY], NOW)).toBe(
        'forged',
      )
    },
  )

  test.each(['persona', 'stripe_identity'] as const)(
    'of %s: a signature counts for five minutes (C8)',
    (name) => {
      const message = signed(name, '{}')
      const at = (seconds: number) =>
        VENDOR_FORMS[name].judge(message, [KEY], new Date(NOW.getTime() + seconds * 1000))
      expect([at(300), at(301), at(-301)]).toEqual(['valid', 'outside_window', 'outside_window'])
    },
  )

  test.each(NAMES)(
    'of %s: whatever else comes is no event and never an error, and no unknown state verifies (C8)',
    (name) => {
      fc.assert(fc.property(fc.anything(), (content) => VENDOR_FORMS[name].readEvent(content) === null))
      const odd = { sumsub, persona, veriff, stripe_identity: (state: string) => stripe('verified', state) }
      fc.assert(
        fc.property(fc.string({ minLength: 1, maxLength: 20 }), (state) => {
          fc.pre(state !== 'verified' && state !== 'approved')
          return VENDOR_FORMS[name].readEvent(odd[name](state))?.meaning !== 'verified'
        }),
      )
    },
  )
})
