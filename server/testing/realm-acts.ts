import type { IdOf, PartnerId, RealmRole } from '@liaison/access'
import { mailsTo, linkIn, PASSWORD } from './account-holder.ts'
import { FormBrowser } from './form-browser.ts'
import { quickHash } from './quick-hash.ts'
import type { Caller, TestWorld } from './world.ts'

/** A white-label partner with an open realm and an owner who is signed in to the portal. */
export interface OpenRealm {
  readonly id: PartnerId
  readonly slug: string
  readonly owner: Caller
}

/** Makes a white-label partner with an owner. */
export async function openRealm(world: TestWorld, name: string): Promise<OpenRealm> {
  const id = await world.partner(name)
  const slug = await world.realm(id)
  const person = await world.person()
  await world.partnerMember(id, person.id, 'PARTNER_OWNER')
  return { id, slug, owner: await world.signIn(person.id) }
}

const HASH = quickHash(PASSWORD)

/** A user of a realm who can sign in with `PASSWORD`. */
export async function seedEndUser(
  world: TestWorld,
  realm: OpenRealm,
  user: { readonly email: string; readonly role?: RealmRole },
): Promise<IdOf<'end_user'>> {
  const id = await world.endUser(realm.id, user)
  await world.seed('insert into end_user_credential (partner_id, end_user_id, hash) values ($1, $2, $3)', [
    realm.id,
    id,
    HASH,
  ])
  return id
}

/** Signs up with a mail's link, as a browser without script does; the browser is signed in afterwards. */
export async function signUp(world: TestWorld, slug: string, email: string): Promise<FormBrowser> {
  const browser = new FormBrowser(world)
  await browser.post(`/p/${slug}/sign-up`, { email })
  const path = linkIn((await mailsTo(world, email)).at(-1))
  await browser.post(path, { name: 'Robin Example', password: PASSWORD })
  return browser
}

/** Puts a configuration in force for a partner, as an activation would. */
export async function configure(world: TestWorld, partnerId: PartnerId, document: object): Promise<void> {
  const [row] = await world.sql<{ next: number }>(
    'select coalesce(max(version), 0)::integer + 1 as next from partner_config_version where partner_id = $1',
    [partnerId],
  )
  const version = row?.next ?? 1
  const by = '01900000-0000-7000-8000-0000000000aa'
  await world.seed(
    `insert into partner_config_version (partner_id, version, document, sha256, created_by, created_by_name) values ($1, $2, $3, 'x', $4, 'Test')`,
    [partnerId, version, JSON.stringify(document), by],
  )
  await world.seed(
    `insert into partner_configuration (partner_id, active_version, kind, reason, activated_by, activated_by_name) values ($1, $2, 'activate', 'A test', $3, 'Test')
     on conflict (partner_id) do update set active_version = excluded.active_version`,
    [partnerId, version, by],
  )
}
