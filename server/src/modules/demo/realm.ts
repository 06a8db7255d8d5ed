import type { EndUserStatus, RealmRole } from '@liaison/access'
import { addDays, Dice } from './dice.ts'
import { addPerson } from './people.ts'
import type { DemoPerson, Making } from './people.ts'

/** An end user of the demo world's white-label partner. */
export interface DemoEndUser {
  readonly id: string
  readonly email: string
  readonly name: string
  readonly role: RealmRole
  readonly status: EndUserStatus
  /** What the realm's sign-in page says of the user; null for those who have no password here. */
  readonly signIn: string | null
}

/** The one white-label partner of the demo world with its own user base. */
export interface DemoRealm {
  readonly partnerId: string
  readonly slug: string
  readonly name: string
  readonly owner: DemoPerson
  readonly memberId: string
  readonly users: readonly DemoEndUser[]
}

type Line = readonly [
  name: string,
  role: RealmRole,
  status: EndUserStatus,
  daysAgo: number,
  signIn: string | null,
]

const USERS: readonly Line[] = [
  ['Mia Torres', 'basic', 'active', 118, 'Basic user'],
  ['Theo Lindgren', 'guest', 'active', 2, 'Guest who has not had the identity checked'],
  ['Sana Iqbal', 'realm_admin', 'active', 210, 'Realm admin'],
  ['Noah Becker', 'basic', 'active', 97, null],
  ['Lena Fischer', 'basic', 'active', 64, null],
  ['Omar Haddad', 'basic', 'inactive', 150, null],
  ['Julia Novak', 'advanced', 'active', 171, null],
  ['Kenji Mori', 'advanced', 'active', 133, null],
  ['Halvorsen Bakery', 'company', 'active', 188, null],
  ['Okafor Logistics', 'company', 'active', 44, null],
  ['Ida Berg', 'guest', 'idle', 9, null],
  ['Pavel Dvorak', 'guest', 'active', 1, null],
]

/** A stream of chance of its own, so that the rest of the world stays as it was before there was a realm. */
const SEED = 20_261_124

function addEndUser(
  { now, ledger }: Making,
  dice: Dice,
  [partnerId, line]: readonly [string, Line],
): DemoEndUser {
  const [name, role, status, daysAgo, signIn] = line
  const at = addDays(now, -daysAgo)
  const email = `${name.toLowerCase().replaceAll(' ', '.')}@mail.example`
  const user = { id: dice.uuid(at), email, name, role, status, signIn }
  ledger.add('end_user', {
    id: user.id,
    partner_id: partnerId,
    email,
    email_norm: email,
    name,
    role,
    status,
    status_reason: status === 'inactive' ? 'Payments were charged back twice' : null,
    last_signed_in_at: addDays(now, -Math.min(daysAgo, dice.between(0, 20))),
    version: 1,
    created_at: at,
    updated_at: at,
  })
  return user
}

/** Adds Lumen Mobile, a white-label partner, with its owner and twelve end users of all roles. */
export function addRealm(making: Making): DemoRealm {
  const { now, ledger } = making
  const dice = new Dice(SEED)
  const at = addDays(now, -260)
  const partnerId = dice.uuid(at)
  const [slug, name] = ['lumen-mobile', 'Lumen Mobile']
  ledger.add('partner', {
    id: partnerId,
    name,
    slug,
    kinds: ['white_label'],
    status: 'active',
    website: 'https://lumenmobile.example/',
    created_at: at,
    updated_at: at,
  })
  const owner = addPerson(
    { ...making, dice },
    { name: 'Vera Lindholm', domain: 'lumenmobile.example', role: 'Owner of Lumen Mobile' },
  )
  const memberId = dice.uuid(at)
  ledger.add('partner_member', {
    id: memberId,
    partner_id: partnerId,
    person_id: owner.id,
    role: 'PARTNER_OWNER',
    status: 'active',
    created_at: at,
    updated_at: at,
  })
  const users = USERS.map((line) => addEndUser(making, dice, [partnerId, line]))
  return { partnerId, slug, name, owner, memberId, users }
}
