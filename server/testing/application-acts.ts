import { expect } from 'vitest'
import { FormBrowser } from './form-browser.ts'
import type { Caller, TestWorld } from './world.ts'

export const APPLICATIONS = '/api/v1/admin/partner-applications'

type Fields = Readonly<Record<string, string>>

/** What an MSP that signs itself answers, page by page. */
const ANSWERS: Readonly<Record<string, Fields>> = {
  kind: { kind: 'msp' },
  company: {
    organisation: 'Northwind',
    registration_no: '01234567',
    country: 'GB',
    website: 'northwind.example',
  },
  people: { contact_name: 'Ana Ruiz', contact_role: 'Director', signs: 'me' },
  plan: { purpose: 'We look after the lines of our customers.', customers: '40' },
}

/** An application that was begun in a test. */
export interface Begun {
  readonly browser: FormBrowser
  readonly email: string
  readonly place: string
  readonly reference: string
}

/** Ways to apply as a company and to decide as the provider, over HTTP. */
export function makeApplicationActs(getWorld: () => TestWorld) {
  let serial = 0

  /** The mails to an address, oldest first, with the path of the link in each. */
  async function mailsTo(email: string) {
    const mails = await getWorld().sql<{ subject: string; text: string }>(
      `select payload ->> 'subject' as subject, payload ->> 'text' as text from outbox where topic = 'mail' and payload ->> 'to' = $1 order by id`,
      [email.toLowerCase()],
    )
    return mails.map((mail) => ({
      ...mail,
      link: /http:\/\/localhost:3000(\/\S+)/.exec(mail.text)?.[1] ?? '',
    }))
  }

  /** Asks for the link and opens it. */
  async function begin(email = `ana.${(serial += 1)}@northwind.example`): Promise<Begun> {
    const browser = new FormBrowser(getWorld())
    const shown = await browser.post('/apply', { contact_email: email })
    expect(shown.status, shown.text).toBe(200)
    const place = (await mailsTo(email)).at(-1)?.link ?? ''
    const reference = /PA-[0-9A-Z]{8}/.exec(place)?.[0] ?? ''
    return { browser, email: email.toLowerCase(), place, reference }
  }

  /** Fills in every page that is asked; `change` replaces answers, and an empty text takes one away. */
  async function fill(begun: Begun, change: Fields = {}): Promise<void> {
    for (const [step, fields] of Object.entries(ANSWERS)) {
      const entered = Object.fromEntries(
        Object.entries({ ...fields, ...change }).filter(([, value]) => value !== ''),
      )
      const saved = await begun.browser.post(`${begun.place}/${step}`, entered)
      expect(saved.status, `${step}: ${saved.text}`).toBe(303)
    }
  }

  /** Applies from the first page to the last. */
  async function apply(change: Fields = {}, email?: string): Promise<Begun> {
    const begun = await begin(email)
    await fill(begun, change)
    const sent = await begun.browser.post(`${begun.place}/send`, { is_true: 'on' })
    expect(sent.status, sent.text).toBe(200)
    expect(sent.text).toContain(begun.reference)
    return begun
  }

  /** Decides or asks, in the version that is there now unless another is named. */
  async function review(
    admin: Caller,
    act: {
      readonly reference: string
      readonly name: string
      readonly body?: unknown
      readonly etag?: string
    },
  ) {
    const path = `${APPLICATIONS}/${act.reference}`
    const etag = act.etag ?? String((await getWorld().call(admin, 'GET', path)).headers['etag'])
    return getWorld().call(admin, 'POST', `${path}/${act.name}`, {
      body: act.body ?? {},
      headers: { 'if-match': etag },
    })
  }

  return { mailsTo, begin, fill, apply, review }
}
