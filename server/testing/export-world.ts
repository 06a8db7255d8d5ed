import { encodeId } from '@liaison/access'
import type { IdOf, LinkId, LinkRole, PartnerId, TenantId } from '@liaison/access'
import { makeBillingRoutes } from '#modules/billing/index.ts'
import { exportRoutes, makeExports } from '#modules/exports/index.ts'
import type { Exports } from '#modules/exports/index.ts'
import { makeSupportRoutes } from '#modules/support/index.ts'
import { TEST_ORIGIN, TestWorld } from './world.ts'
import type { Caller, SeededPerson } from './world.ts'

const ORDER = '/api/v1/partner/billing/invoices/export'
export const SHELF = '/api/v1/partner/billing/exports'
export const OWN_SHELF = '/api/v1/tenant/exports'

/** A partner with one person who is assigned to some tenants. */
export interface ExportScene {
  readonly partner: PartnerId
  readonly person: SeededPerson
  readonly member: IdOf<'member'>
  readonly caller: Caller
  readonly tenants: readonly TenantId[]
  readonly links: readonly LinkId[]
  readonly first: TenantId
  readonly firstLink: LinkId
  /** The last tenant: the first one, where there is no other. */
  readonly second: TenantId
  readonly secondLink: LinkId
}

/** A world with the routes of exports and of what is exported. */
export class ExportWorld implements AsyncDisposable {
  readonly world: TestWorld
  readonly maker: Exports
  /** What the makers complained about; a complaint fails the tests. */
  readonly #errors: Error[] = []

  private constructor(world: TestWorld) {
    this.world = world
    this.maker = this.anotherMaker()
  }

  static async start(): Promise<ExportWorld> {
    return new ExportWorld(
      await TestWorld.start((services) => [
        ...exportRoutes,
        ...makeBillingRoutes(services),
        ...makeSupportRoutes(services),
      ]),
    )
  }

  /** The maker of another process on the same database. */
  anotherMaker(): Exports {
    const onError = (error: Error) => void this.#errors.push(error)
    return makeExports({ database: this.world.database, publicOrigin: () => TEST_ORIGIN, onError })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.maker.stop()
    await this.world[Symbol.asyncDispose]()
    const [error] = this.#errors
    if (error) throw error
  }

  async scene(names: readonly string[], role: LinkRole = 'msp_full'): Promise<ExportScene> {
    const { world } = this
    const partner = await world.partner('Northwind')
    const person = await world.person('Ana Ruiz')
    const member = await world.partnerMember(partner, person.id)
    const tenants: TenantId[] = []
    const links: LinkId[] = []
    for (const name of names) {
      const tenant = await world.tenant(name)
      const link = await world.link(partner, tenant, { role })
      await world.assign(link, member)
      tenants.push(tenant)
      links.push(link)
    }
    const [[first, second = first], [firstLink, secondLink = firstLink]] = [tenants, links]
    if (!first || !second || !firstLink || !secondLink)
      throw new Error('A partner of these tests has a tenant.')
    const caller = await world.signIn(person.id)
    return { partner, person, member, caller, tenants, links, first, firstLink, second, secondLink }
  }

  /** So many invoices of a tenant, one a day back from today, of which the fifth parts are in yen. */
  async invoices(tenant: TenantId, count: number, subscriber = 'Mia Wong'): Promise<void> {
    await this.world.seed(
      `with account as (
         insert into billing_account (tenant_id, ban, name, currency) values ($1, 'BAN-1', 'Main', 'EUR')
         on conflict (tenant_id, ban) do update set name = excluded.name returning id)
       insert into invoice (tenant_id, billing_account_id, number, customer_name, issued_on, due_on, status, currency, subtotal_minor, tax_minor, total_minor, paid_minor)
       select $1, account.id, 'INV-' || n, $3, current_date - (n % 700), current_date - (n % 700) + 30, case when n % 3 = 0 then 'paid' else 'finalized' end,
         case when n % 5 = 0 then 'JPY' else 'EUR' end, 1000 + n, 7, 1007 + n, case when n % 3 = 0 then 1007 + n else 0 end
       from account, generate_series(1, $2::integer) n`,
      [tenant, count, subscriber],
      tenant,
    )
  }

  order(caller: Caller, body: object, headers: Record<string, string> = {}) {
    return this.world.call(caller, 'POST', ORDER, { body, headers })
  }

  /** Orders, makes and returns an export of invoices. */
  async made(caller: Caller, body: object): Promise<{ export_id: string } & Record<string, unknown>> {
    const ordered = await this.order(caller, body)
    if (ordered.statusCode !== 202) throw new Error(ordered.body)
    await this.maker.makeDue()
    return (await this.world.call(caller, 'GET', `${SHELF}/${ordered.json().export_id}`)).json()
  }

  download(caller: Caller, id: string) {
    return this.world.call(caller, 'GET', `${SHELF}/${id}/download`)
  }

  /** A colleague of the scene's person, with the same assignments unless told otherwise. */
  async colleague(
    scene: ExportScene,
    role: 'PARTNER_OWNER' | 'PARTNER_STAFF',
    isAssigned = true,
  ): Promise<Caller> {
    const person = await this.world.person()
    const member = await this.world.partnerMember(scene.partner, person.id, role)
    if (isAssigned) for (const link of scene.links) await this.world.assign(link, member)
    return this.world.signIn(person.id)
  }

  async revoke(link: LinkId, tenant: TenantId): Promise<void> {
    await this.world.seed(
      `update delegation set status = 'revoked', status_changed_at = now(), epoch = epoch + 1 where id = $1`,
      [link],
      tenant,
    )
  }

  async freezePartner(partner: PartnerId): Promise<void> {
    await this.world.seed(
      `insert into access_freeze (scope, partner_id, set_by, set_by_side, set_by_name) values ('partner', $1, gen_random_uuid(), 'provider', 'Kim')`,
      [partner],
    )
  }
}

export const idOf = (tenant: TenantId): string => encodeId('tenant', tenant)

/** An organisation as the manifest of an export by its partner names it before the file is made. */
export const includedOf = (tenant: TenantId, name: string) => ({
  tenant_id: idOf(tenant),
  tenant_name: name,
  row_count: null,
  billing_party: 'partner',
})
