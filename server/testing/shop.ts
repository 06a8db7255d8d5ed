import type { ClientId, ConsentId, IdOf, PartnerId, ResaleId, TenantId } from '@liaison/access'
import type { ApiClients, SeededAccount } from './api-client.ts'
import type { Caller, TestWorld } from './world.ts'

/** A customer with two accounts, and a partner that may work on the first. */
export interface DirectScene {
  readonly partner: PartnerId
  readonly tenant: TenantId
  readonly client: ClientId
  readonly account: SeededAccount
  readonly other: SeededAccount
  readonly relationship: IdOf<'commercial_relationship'>
  readonly consent: ConsentId
}

/** A wholesaler that buys for itself and sells to an end customer. */
export interface WholesaleScene {
  readonly partner: PartnerId
  readonly home: TenantId
  readonly homeAccount: SeededAccount
  readonly client: ClientId
  readonly tenant: TenantId
  readonly account: SeededAccount
  readonly relationship: IdOf<'commercial_relationship'>
  readonly resale: ResaleId
}

/** Products in two currencies; once for each world. */
export async function stockShop(world: TestWorld): Promise<void> {
  await world.seed(
    `insert into product (code, currency, name, once_minor, monthly_minor, status) values
     ('FIBRE-1G', 'EUR', 'Fibre 1 Gbit/s', 9900, 4999, 'offered'),
     ('ROUTER', 'EUR', 'Router', 12901, 0, 'offered'),
     ('FIBRE-1G', 'USD', 'Fibre 1 Gbit/s', 10900, 5999, 'offered'),
     ('ISDN', 'EUR', 'ISDN', 100, 1999, 'withdrawn')`,
    [],
  )
}

/** A customer that pays for itself and let a partner's client in on one of its accounts. */
export async function openDirect(
  world: TestWorld,
  clients: ApiClients,
  of?: { readonly partner: PartnerId; readonly tenant: TenantId },
): Promise<DirectScene> {
  const partner = of?.partner ?? (await world.partner('Acme Partners'))
  const tenant = of?.tenant ?? (await world.tenant('Globex'))
  const client = await clients.client({ partner })
  const [account, other] = [await clients.account(tenant, 'BAN-1'), await clients.account(tenant, 'BAN-2')]
  const relationship = await clients.paidBy(account)
  await clients.paidBy(other)
  const consent = await clients.consent({ client, partner, accounts: [account] })
  return { partner, tenant, client, account, other, relationship, consent }
}

/** A wholesaler with a tenant of its own, and an end customer for whose account it pays and which it manages. */
export async function openWholesale(world: TestWorld, clients: ApiClients): Promise<WholesaleScene> {
  const partner = await world.partner('Whole', ['wholesaler'])
  const [home, tenant] = [await world.tenant('Whole itself'), await world.tenant('Endco')]
  await world.seed('update partner set home_tenant_id = $2 where id = $1', [partner, home])
  const [homeAccount, account] = [await clients.account(home, 'W-1'), await clients.account(tenant, 'E-7')]
  const client = await clients.client({ partner })
  await clients.paidBy(homeAccount)
  const relationship = await clients.paidBy(account, homeAccount, partner)
  const resale = await clients.resale({ partner, accounts: [account], relationship })
  return { partner, home, homeAccount, client, tenant, account, relationship, resale }
}

/** Somebody of the provider, of a tenant or of a partner, signed in. */
export const people = {
  async provider(world: TestWorld): Promise<Caller> {
    const { id } = await world.person()
    await world.platformAdmin(id)
    return world.signIn(id)
  },
  async tenant(world: TestWorld, tenantId: TenantId): Promise<Caller> {
    const { id } = await world.person()
    await world.tenantMember(tenantId, id)
    return world.signIn(id, { tenantId })
  },
  async partner(world: TestWorld, partnerId: PartnerId): Promise<Caller> {
    const { id } = await world.person()
    await world.partnerMember(partnerId, id, 'PARTNER_OWNER')
    return world.signIn(id)
  },
}
