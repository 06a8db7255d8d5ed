import type { Facts, Override, Question } from '../facts.ts'
import { LINK_STATUSES } from '../facts.ts'
import { maskOf } from '../mask.ts'
import { PERMISSIONS, permissionsOfPlane } from '../permissions.ts'
import type { Permission } from '../permissions.ts'
import { PLANES } from '../planes.ts'
import { LINK_ROLES, RELATIONSHIP_TYPES } from '../roles.ts'
import { FAULTS } from './faults.ts'
import {
  MEMBER,
  OTHER_TENANT,
  TENANT,
  at,
  factsOf,
  linkOf,
  withActor,
  withConditions,
  withLink,
} from './worlds.ts'
import type { Case } from './worlds.ts'

const DELEGATED = permissionsOfPlane('delegation').map(({ name }) => name)

/** The overrides that can matter to one permission: exact and broad, granting and denying, and both at once. */
function overridesAbout(permission: Permission): readonly Override[][] {
  const area = `${permission.split('.').slice(0, 2).join('.')}.*`
  const grant: Override = { pattern: permission, effect: 'grant' }
  const broadDeny: Override = { pattern: area, effect: 'deny' }
  return [
    [],
    [grant],
    [{ pattern: area, effect: 'grant' }],
    [{ pattern: permission, effect: 'deny' }],
    [broadDeny],
    [broadDeny, grant],
  ]
}

function rightsOf(permission: Permission, link: ReturnType<typeof linkOf>): Case[] {
  const elevation = { mask: maskOf([permission]), starts_at: at(-1), ends_at: at(1) }
  const assignments = [{ role: null, ends_at: null }, { role: 'msp_support' as const, ends_at: null }, null]
  return overridesAbout(permission).flatMap((overrides) =>
    [[], [elevation]].flatMap((elevations) =>
      assignments.map((assignment) => ({
        facts: factsOf({ link: { ...link, overrides, elevations, assignment } }),
        question: { permission },
      })),
    ),
  )
}

/** Every role, relationship type and permission, with each override, elevation and assignment that can matter. */
export function rightsModel(): Case[] {
  return LINK_ROLES.flatMap((role) =>
    RELATIONSHIP_TYPES.flatMap((relationship_type) =>
      DELEGATED.flatMap((permission) => rightsOf(permission, linkOf({ role, relationship_type }))),
    ),
  )
}

const AROUND = [-1, 0, 1] as const
const ENDS = [at(-1), at(0), at(1), null] as const

function lifeCases(): Case[] {
  const question: Question = { permission: 'partner.tenants.read' }
  const life = LINK_STATUSES.flatMap((status) =>
    AROUND.flatMap((start) =>
      ENDS.map((ends_at) => ({
        facts: withLink(factsOf(), { status, starts_at: at(start), ends_at }),
        question,
      })),
    ),
  )
  const assigned = ENDS.flatMap((ends_at) =>
    ([null, 'delegate'] as const).flatMap((role) =>
      (['partner.tenants.read', 'partner.billing.read'] as const).map((permission) => ({
        facts: withLink(factsOf(), { assignment: { role, ends_at } }),
        question: { permission },
      })),
    ),
  )
  return [...life, ...assigned]
}

function exceptionCases(): Case[] {
  const permission = 'partner.billing.summary.read'
  const base = withLink(factsOf(), { role: 'msp_support' })
  const denied = ENDS.map((expires_at) =>
    withLink(factsOf(), { overrides: [{ pattern: permission, effect: 'deny', expires_at }] }),
  )
  const granted = ENDS.map((expires_at) =>
    withLink(base, { overrides: [{ pattern: permission, effect: 'grant', expires_at }] }),
  )
  const elevated = AROUND.flatMap((start) =>
    AROUND.map((end) =>
      withLink(base, {
        elevations: [{ mask: maskOf([permission]), starts_at: at(start), ends_at: at(end) }],
      }),
    ),
  )
  return [...denied, ...granted, ...elevated].map((facts) => ({ facts, question: { permission } }))
}

function factorCases(): Case[] {
  const kinds = ['person', 'api_client', 'job'] as const
  const factors = ['none', 'otp', 'phishing_resistant'] as const
  const permissions = ['partner.reports.export', 'partner.reports.sla.read'] as const
  const ages = [899_999, 900_000, 900_001, 59_999, 60_000, 60_001, null]
  return kinds.flatMap((actor_kind) =>
    factors.flatMap((factor) =>
      ages.flatMap((age) =>
        permissions.flatMap((permission) => {
          const factor_at = age === null ? null : at(-age)
          const facts = withActor(factsOf({ actor_kind }), { factor, factor_at })
          const limited = withConditions(facts, { mfa_max_age_s: 60 })
          const strict = withConditions(facts, { phishing_resistant: true })
          return [facts, limited, strict].map((each) => ({ facts: each, question: { permission } }))
        }),
      ),
    ),
  )
}

function placeCases(): Case[] {
  const lists = [['192.0.2.8/30'], ['192.0.2.0/29'], ['192.0.2.10'], ['192.0.2.11/32'], ['0.0.0.0/0'], []]
  const networks = lists.flatMap((ip_allow) =>
    (['off', 'monitor', 'enforce'] as const).flatMap((ip_mode) =>
      ['192.0.2.10', null].map((ip) => withActor(withConditions(factsOf(), { ip_allow, ip_mode }), { ip })),
    ),
  )
  const spans = [
    { tz: 'UTC', from: '08:00', to: '12:00' },
    { tz: 'UTC', from: '12:00', to: '18:00' },
    { tz: 'Europe/Rome', from: '08:00', to: '13:00' },
    { tz: 'Europe/Rome', from: '13:00', to: '13:01' },
  ]
  const hours = spans.flatMap(({ tz, from, to }) =>
    [[6], [5], [1, 6]].map((days) =>
      withConditions(factsOf(), { hours: { tz, windows: [{ days, from, to }] } }),
    ),
  )
  return [...networks, ...hours].map((facts) => ({ facts, question: { permission: 'partner.tenants.list' } }))
}

/** The edges of every interval and condition. */
export function edgeModel(): Case[] {
  return [...lifeCases(), ...exceptionCases(), ...factorCases(), ...placeCases()]
}

/** Every permission on every plane, for each role and for none. */
export function planeModel(): Case[] {
  const roles: Partial<Facts>[] = [
    {},
    { platform_role: 'SUPER_ADMIN' },
    { partner_member: null },
    { tenant_member: { role: 'TENANT_ADMIN', status: 'active' } },
    { tenant_member: { role: 'TENANT_USER', status: 'active' } },
    { tenant_member: { role: 'TENANT_USER', status: 'inactive' } },
    { tenant_member: { role: 'TENANT_ADMIN', status: 'active' }, tenant: { id: TENANT, status: 'inactive' } },
  ]
  const owner = factsOf({ partner_member: { id: MEMBER, role: 'PARTNER_OWNER', status: 'active' } })
  return PLANES.flatMap((plane) =>
    [factsOf(), owner].flatMap((base) =>
      roles.flatMap((role) =>
        PERMISSIONS.flatMap(({ name }) =>
          [TENANT, OTHER_TENANT].map((tenant_id) => ({
            facts: { ...base, ...role, plane },
            question: { permission: name, tenant_id },
          })),
        ),
      ),
    ),
  )
}

/** Up to three things wrong at once, in every combination, so that the order of the checks shows. */
export function orderModel(): Case[] {
  const start: Case = { facts: factsOf(), question: { permission: 'partner.billing.invoices.export' } }
  const one = FAULTS.map((fault) => fault(start))
  const two = FAULTS.flatMap((fault, i) => FAULTS.slice(i + 1).map((other) => other(fault(start))))
  const three = FAULTS.flatMap((fault, i) =>
    FAULTS.slice(i + 1).flatMap((other, j) =>
      FAULTS.slice(i + j + 2).map((third) => third(other(fault(start)))),
    ),
  )
  return [start, ...one, ...two, ...three]
}
