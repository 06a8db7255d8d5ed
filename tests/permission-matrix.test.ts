import {
  ceilingOf,
  fromBits,
  has,
  LINK_ROLES,
  maskOf,
  permissionsOf,
  permissionsOfPlane,
  RELATIONSHIP_TYPES,
  resolveGrant,
  toBits,
} from '@liaison/access'
import type { LinkId, LinkRole, Override, RelationshipType, TenantId } from '@liaison/access'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { systemClock } from '../server/src/platform/clock.ts'
import { TestWorld } from '../server/testing/world.ts'
import { fitsRelationship, signOf, TABLE_NAMES, TABLE_SENSITIVE } from '../access/src/testing/oracle-table.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(() => [])
})
afterAll(() => world[Symbol.asyncDispose]())

const NAMES = permissionsOfPlane('delegation').map(({ name }) => name)
const SUSPEND = 'partner.provisioning.subscribers.suspend'

interface Place {
  readonly tenant: TenantId
  readonly link: LinkId
  readonly role: LinkRole
  readonly type: RelationshipType
}

async function open(role: LinkRole, type: RelationshipType): Promise<Place> {
  const [partner, tenant, person] = [await world.partner('P'), await world.tenant('T'), await world.person()]
  const link = await world.link(partner, tenant, { role, type })
  await world.assign(link, await world.partnerMember(partner, person.id))
  return { tenant, link, role, type }
}

/** Writes the exceptions of a link as an approval writes them: the masks that a decision in the database reads. */
async function except({ tenant, link, role, type }: Place, overrides: readonly Override[]): Promise<void> {
  const terms = { role, roleVersion: 1, relationshipType: type, now: systemClock() }
  const ceiling = ceilingOf(role, 1, type)
  await world.seed('delete from link_override where link_id = $1', [link], tenant)
  await world.seed(
    `insert into link_override (link_id, tenant_id, partner_id, pattern, effect, mask, set_by_side)
     select l.id, l.tenant_id, l.partner_id, o.pattern, o.effect, o.mask, 'tenant'
     from link l, unnest($2::text[], $3::text[], $4::bit(256)[]) as o(pattern, effect, mask) where l.id = $1`,
    [
      link,
      overrides.map(({ pattern }) => pattern),
      overrides.map(({ effect }) => effect),
      overrides.map(({ pattern, effect }) => {
        const named = maskOf(
          NAMES.filter((name) => name === pattern || name.startsWith(pattern.replace(/\*$/, ''))),
        )
        return toBits(effect === 'grant' ? named & ceiling : named)
      }),
    ],
    tenant,
  )
  await world.seed(
    'update delegation set role_mask = $2, mask = $3 where id = $1',
    [
      link,
      toBits(resolveGrant({ ...terms, overrides: [] }).mask),
      toBits(resolveGrant({ ...terms, overrides }).mask),
    ],
    tenant,
  )
}

async function elevateAll({ tenant, link, role, type }: Place, isOn: boolean): Promise<void> {
  const everything = toBits(maskOf(NAMES) & ceilingOf(role, 1, type))
  await world.seed(
    isOn
      ? `update link_member set elevation_id = gen_random_uuid(), elevated_mask = $2, elevated_from = now(), elevated_until = now() + interval '1 hour' where link_id = $1`
      : `update link_member set elevation_id = null, elevated_mask = null, elevated_from = null, elevated_until = null where link_id = $1 and $2::bit(256) is not null`,
    [link, everything],
    tenant,
  )
}

/** What the database lets the person use: the mask that every row policy goes by. */
async function usable({ link }: Place): Promise<readonly string[]> {
  const [row] = await world.sql<{ mask: string }>(
    'select mask::text as mask from access.usable_link where link_id = $1',
    [link],
  )
  return row ? permissionsOf(fromBits(row.mask)).toSorted() : []
}

/** The names whose sign in the specification's table is one of these, within the ceiling of the relationship. */
const signed = ({ role, type }: Place, signs: string): readonly string[] =>
  TABLE_NAMES.filter((name) => signs.includes(signOf(name, role)) && fitsRelationship(name, type)).toSorted()

const byDefault = (place: Place) =>
  signed(place, '●').filter((name) => place.type !== 'reseller_channel' || name !== SUSPEND)

const grants = NAMES.map((pattern): Override => ({ pattern, effect: 'grant' }))
const AREAS = [...new Set(NAMES.map((name) => `${name.split('.').slice(0, 2).join('.')}.*`))]
const denies = AREAS.map((pattern): Override => ({ pattern, effect: 'deny' }))

const grid = LINK_ROLES.flatMap((role) => RELATIONSHIP_TYPES.map((type) => ({ role, type })))

test.each(grid)(
  'in the database $role in $type reaches exactly what the table of the specification says, by default, grant, deny, ceiling and elevation (B2)',
  async ({ role, type }) => {
    const place = await open(role, type)
    await except(place, [])
    expect(await usable(place), 'default').toEqual(byDefault(place))
    await elevateAll(place, true)
    expect(await usable(place), 'elevation').toEqual(signed(place, '●○'))
    await world.seed(
      `update delegation set conditions = '{"elevation_required": true}' where id = $1`,
      [place.link],
      place.tenant,
    )
    expect(await usable(place), 'elevation where it is demanded').toEqual(signed(place, '●○'))
    await elevateAll(place, false)
    expect(await usable(place), 'no standing write').toEqual(
      byDefault(place).filter((name) => !TABLE_SENSITIVE.has(name)),
    )
    await world.seed(`update delegation set conditions = '{}' where id = $1`, [place.link], place.tenant)
    await except(place, grants)
    expect(await usable(place), 'grant, bounded by the ceiling').toEqual(signed(place, '●○'))
    await elevateAll(place, true)
    await except(place, [...grants, ...denies])
    expect(await usable(place), 'deny').toEqual([])
  },
)

test('the comparison means something: all 34 names are reached by some role, and some are never (B2)', async () => {
  const place = await open('enterprise_hq', 'enterprise_subsidiary')
  expect((await usable(place)).length).toBe(34)
  const delegate = await open('delegate', 'audit_only')
  await elevateAll(delegate, true)
  expect((await usable(delegate)).length).toBeLessThan(34)
  expect(has(ceilingOf('delegate', 1, 'audit_only'), 'partner.support.tickets.create')).toBe(false)
})
