import { decodeId, encodeId } from '@liaison/access'
import type { IdOf, PartnerId, PersonId } from '@liaison/access'
import { randomBytes } from 'node:crypto'
import type { Services } from '#platform/services.ts'
import type { Caller, TestWorld } from './world.ts'

export const QUEUE = '/api/v1/partner/identity-checks'
export const OWN = '/api/v1/realm/identity-check'

/** What an applicant states, unless a test says otherwise. */
export const STATED = {
  legal_name: 'Ada Example',
  birth_date: '1990-05-04',
  country: 'DE',
  document_kind: 'passport',
  document_number: 'C01X00T47',
}

/** A realm with a guest and two people of the partner who review. */
export interface RealmScene {
  readonly partner: PartnerId
  readonly slug: string
  readonly guest: { readonly id: IdOf<'end_user'>; readonly caller: Caller }
  readonly first: { readonly id: PersonId; readonly name: string; readonly caller: Caller }
  readonly second: { readonly id: PersonId; readonly name: string; readonly caller: Caller }
}

/** What the partner's configuration says about identity checks. */
export interface Policies {
  readonly kyc_provider?: 'manual' | 'simulated'
  readonly kyc_four_eyes?: boolean
  readonly kyc_valid_days?: number
}

/** Puts a configuration in force that says this about identity checks. */
export async function setPolicies(world: TestWorld, partner: PartnerId, policies: Policies): Promise<void> {
  const [{ next } = { next: 1 }] = await world.sql<{ next: number }>(
    'select coalesce(max(version), 0) + 1 as next from partner_config_version where partner_id = $1',
    [partner],
  )
  await world.seed(
    `insert into partner_config_version (partner_id, version, document, sha256, created_by, created_by_name) values ($1, $2, $3, 'x', uuidv7(), 'A test')`,
    [partner, next, JSON.stringify({ policies })],
  )
  await world.seed(
    `insert into partner_configuration (partner_id, active_version, kind, reason, activated_by, activated_by_name) values ($1, $2, 'activate', 'A test', uuidv7(), 'A test')
     on conflict (partner_id) do update set active_version = excluded.active_version`,
    [partner, next],
  )
}

/** Seeds a realm of its own. */
export async function openRealmScene(
  world: TestWorld,
  policies: Policies = { kyc_four_eyes: true },
): Promise<RealmScene> {
  const partner = await world.partner('Lumen', ['white_label'])
  const slug = await world.realm(partner)
  if (Object.keys(policies).length > 0) await setPolicies(world, partner, policies)
  const reviewer = async (name: string) => {
    const { id } = await world.person(name)
    await world.partnerMember(partner, id, 'PARTNER_OWNER')
    return { id, name, caller: await world.signIn(id) }
  }
  return {
    partner,
    slug,
    guest: await addGuest(world, partner),
    first: await reviewer('Frida First'),
    second: await reviewer('Sam Second'),
  }
}

/** One more guest of a realm, signed in. */
export async function addGuest(world: TestWorld, partner: PartnerId): Promise<RealmScene['guest']> {
  const id = await world.endUser(partner, { role: 'guest' })
  return { id, caller: await world.signInEndUser(id) }
}

/** Begins a check and sends it in; answers its public id. */
export async function submit(
  world: TestWorld,
  applicant: Caller,
  stated: Partial<typeof STATED> = {},
): Promise<string> {
  await world.call(applicant, 'POST', OWN)
  const sent = await world.call(applicant, 'POST', `${OWN}/submit`, { body: { ...STATED, ...stated } })
  if (sent.statusCode !== 200) throw new Error(sent.body)
  return String(sent.json().check.identity_check_id)
}

/** Does something with a check as one of the partner's people. */
export const act = (world: TestWorld, caller: Caller, step: string, body?: unknown) =>
  world.call(caller, 'POST', `${QUEUE}/${step}`, body === undefined ? {} : { body })

/** Has a manual check verified by both reviewers. */
export async function verify(world: TestWorld, scene: RealmScene, id: string): Promise<void> {
  await act(world, scene.first.caller, `${id}/take`)
  await act(world, scene.first.caller, `${id}/approve`)
  await act(world, scene.second.caller, `${id}/approve`)
}

/** The role that counts at this statement, and the state of a check, as the database has them. */
export async function readBack(world: TestWorld, scene: RealmScene, id: string) {
  const [row] = await world.sql<{ role: string; state: string; verified_until: Date | null }>(
    'select u.role, u.verified_until, c.state from end_user u join kyc_case c on c.end_user_id = u.id where c.id = $1 and u.partner_id = $2',
    [decodeId('identity_check', id), scene.partner],
  )
  return row
}

/** Keeps a key for the vendor of a partner, as a rotation would. */
export async function keepKey(
  world: TestWorld,
  partner: PartnerId,
  services: Pick<Services, 'vault'>,
): Promise<Buffer> {
  const secret = randomBytes(32)
  const [made] = await world.sql<{ id: string }>('select uuidv7() as id')
  const id = String(made?.id)
  await world.seed(
    `insert into kyc_secret (id, partner_id, provider, sealed_secret, created_by_name) values ($1, $2, 'simulated', $3, 'A test')`,
    [id, partner, services.vault.seal(secret, `kyc_secret.sealed_secret ${id}`)],
  )
  return secret
}

export const publicUserId = (id: IdOf<'end_user'>): string => encodeId('end_user', id)
