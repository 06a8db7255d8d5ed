import { createHash } from 'node:crypto'
import { makeAuditRoutes } from '#modules/audit/index.ts'
import { makeClientRoutes } from '#modules/clients/index.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { makeConsentActs, startConsentWorld } from './consent-acts.ts'
import type { ConsentCast } from './consent-acts.ts'
import { makePng } from './images.ts'
import type { Caller, TestWorld } from './world.ts'

/** Starts a server with everything of consents, API clients and what is read of them. */
export function startLogoWorld(options: Parameters<typeof startConsentWorld>[0] = {}): Promise<TestWorld> {
  return startConsentWorld(options, (services) => [
    ...makeClientRoutes(services),
    ...makeAuditRoutes(services),
  ])
}

export const digestOf = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')

export const clientIdOf = ({ clientId }: Pick<ConsentCast, 'clientId'>) => publicIdOf('api_client', clientId)

let shade = 0

/** An image that nobody handed in before. */
export const image = (width = 64, height = 64) => makePng(width, height, (shade += 1))

/** What partners and the provider do about logos, in the world that a test file starts. */
export function makeLogoActs(worldOf: () => TestWorld) {
  let provider: Caller | undefined

  const own = (people: ConsentCast, rest = 'logo') => `/api/v1/partner/clients/${clientIdOf(people)}/${rest}`
  const admins = (people: ConsentCast, rest: string) =>
    `/api/v1/admin/clients/${clientIdOf(people)}/logos/${rest}`

  /** The one at the provider who decides. */
  async function admin(): Promise<Caller> {
    if (provider) return provider
    const person = await worldOf().person('Sam Provider')
    await worldOf().platformAdmin(person.id)
    return (provider = await worldOf().signIn(person.id))
  }

  const handIn = (people: ConsentCast, bytes: Buffer, caller = people.owner) =>
    worldOf().call(caller, 'PUT', own(people), { body: { data: bytes.toString('base64') } })

  const decide = async (people: ConsentCast, bytes: Buffer, act: 'approve' | 'refuse', caller?: Caller) =>
    worldOf().call(caller ?? (await admin()), 'POST', admins(people, `${digestOf(bytes)}/${act}`), {
      body: act === 'refuse' ? { reason: 'It shows the mark of somebody else.' } : {},
    })

  async function approved(people: ConsentCast): Promise<Buffer> {
    const bytes = image()
    await handIn(people, bytes)
    const answer = await decide(people, bytes, 'approve')
    if (answer.statusCode !== 200) throw new Error(answer.body)
    return bytes
  }

  const logosOf = async (people: ConsentCast) =>
    (await worldOf().call(people.owner, 'GET', own(people, '').slice(0, -1))).json().logos

  /** The events about logos of a partner, in order. */
  const events = (people: ConsentCast) =>
    worldOf().sql<{ action: string; by: string; changes: object }>(
      `select action, actor_name as by, changes from audit_event where partner_id = $1 and action like 'clients.logo.%' order by id`,
      [people.partner],
    )

  const shownTo = (caller: Caller, sha256: string) =>
    worldOf().call({ cookie: caller.cookie }, 'GET', `/client-logos/${sha256}`)

  return {
    acts: makeConsentActs(worldOf),
    admin,
    admins,
    approved,
    decide,
    events,
    handIn,
    logosOf,
    own,
    shownTo,
  }
}
