import { encodeId, isWithin, LINK_ROLES } from '@liaison/access'
import type { MemberId } from '@liaison/access'
import { z } from 'zod'
import { inputRefused } from '#platform/problem.ts'
import { pageOf, pageQuery, toPage } from '#platform/list.ts'
import { recordEvent, requireAlso } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import type { FieldFaultBody } from '#platform/problem.ts'
import { instant, plainText, publicId } from '#platform/route-input.ts'
import { route, sent } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import './problems.ts'
import {
  deleteTeam,
  findGroups,
  findLinkRoles,
  findMembers,
  findNewGrants,
  getTeam,
  insertTeam,
  listTeamGrants,
  listTeamMembers,
  listTeams,
  replaceTeamGrants,
  replaceTeamMembers,
  touchTeam,
} from './team-store.ts'
import type { GrantTerms, ReadTeam, TeamGrantRow } from './team-store.ts'
import { answerTeam, TeamBody, TeamDetail, toTeam } from './team-view.ts'

const TeamParams = z.strictObject({ team_id: publicId('team') })

const TeamInput = z.strictObject({
  name: plainText(1, 100),
  description: plainText(0, 500).nullable().default(null),
})

const MembersInput = z.strictObject({ member_ids: z.array(publicId('member')).max(500) })

const GrantsInput = z.strictObject({
  grants: z
    .array(
      z.strictObject({
        link_id: publicId('link').nullable().default(null),
        group_id: publicId('tenant_group').nullable().default(null),
        role: z.enum(LINK_ROLES).nullable().default(null),
        ends_at: instant().nullable().default(null),
      }),
    )
    .max(500),
})

type Grant = z.output<typeof GrantsInput>['grants'][number]

function recordTeam(
  mandate: Mandate<'program'>,
  team: { readonly id: string; readonly name: string },
  event: { readonly action: string; readonly changes: Readonly<Record<string, unknown>> },
): void {
  recordEvent(mandate, { ...event, resource: { type: 'team', id: team.id, label: team.name } })
}

async function changeTeam(
  mandate: Mandate<'program'>,
  read: ReadTeam,
  { name, description }: z.output<typeof TeamInput>,
) {
  const before = await getTeam(mandate, read.id)
  const after = { name: name.trim(), description: description?.trim() || null }
  await touchTeam(mandate, read, after)
  recordTeam(
    mandate,
    { id: before.id, name: after.name },
    {
      action: 'teams.update',
      changes: {
        name: { before: before.name, after: after.name },
        description: { before: before.description, after: after.description },
      },
    },
  )
  return answerTeam(mandate, read.id)
}

function findRepeated(ids: readonly string[], pointerOf: (index: number) => string): FieldFaultBody[] {
  return ids.flatMap((id, index) =>
    ids.indexOf(id) < index
      ? [{ pointer: pointerOf(index), code: 'REPEATED', detail: 'Each is named once.' }]
      : [],
  )
}

async function setMembers(mandate: Mandate<'program'>, read: ReadTeam, memberIds: readonly MemberId[]) {
  const before = await getTeam(mandate, read.id)
  const peopleBefore = await listTeamMembers(mandate, read.id)
  const known = new Set([
    ...(await findMembers(mandate, memberIds)),
    ...peopleBefore.map(({ member_id: id }) => id),
  ])
  const faults = [
    ...findRepeated(memberIds, (index) => `/body/member_ids/${index}`),
    ...memberIds.flatMap((id, index) =>
      known.has(id)
        ? []
        : [
            {
              pointer: `/body/member_ids/${index}`,
              code: 'UNKNOWN_MEMBER',
              detail: 'No active member of your organisation has this id.',
            },
          ],
    ),
  ]
  if (faults.length > 0) throw inputRefused(faults)
  await touchTeam(mandate, read)
  await replaceTeamMembers(mandate, read.id, memberIds)
  const peopleAfter = await listTeamMembers(mandate, read.id)
  recordTeam(mandate, before, {
    action: 'teams.set_members',
    changes: {
      people: { before: peopleBefore.map(({ name }) => name), after: peopleAfter.map(({ name }) => name) },
    },
  })
  return answerTeam(mandate, read.id)
}

const toTerms = (grant: Grant): GrantTerms => ({
  linkId: grant.link_id,
  groupId: grant.group_id,
  role: grant.role,
  endsAt: grant.ends_at,
})

/**
 * Who decides what a grant opens: its target must be the partner's, and its role no higher than the link's. What the team has
 * already is not asked again: a link that was cut off meanwhile, or time that is over, gives nothing and keeps nothing else back.
 */
async function findGrantFaults(
  mandate: Mandate<'program'>,
  before: readonly TeamGrantRow[],
  grants: readonly Grant[],
): Promise<FieldFaultBody[]> {
  const fresh = findNewGrants(before, grants.map(toTerms))
  const [linkIds, groupIds] = [
    grants.flatMap(({ link_id: id }) => id ?? []),
    grants.flatMap(({ group_id: id }) => id ?? []),
  ]
  const links = await findLinkRoles(mandate, linkIds)
  const groups = await findGroups(mandate, groupIds)
  const faultsOf = (grant: Grant, index: number): FieldFaultBody[] => {
    const at = `/body/grants/${index}`
    if ((grant.link_id === null) === (grant.group_id === null))
      return [{ pointer: at, code: 'ONE_TARGET', detail: 'Name either a link or a group of tenants.' }]
    const linkRole = grant.link_id === null ? undefined : links.get(grant.link_id)
    const isUnknown = grant.link_id === null ? !groups.has(grant.group_id ?? '') : linkRole === undefined
    const [field, thing] = grant.link_id === null ? ['group_id', 'group'] : ['link_id', 'link']
    return [
      ...(isUnknown
        ? [
            {
              pointer: `${at}/${field}`,
              code: 'UNKNOWN_TARGET',
              detail: `You have no ${thing} with this id that people can be assigned to.`,
            },
          ]
        : []),
      ...(grant.role !== null && linkRole !== undefined && !isWithin(grant.role, linkRole)
        ? [
            {
              pointer: `${at}/role`,
              code: 'ABOVE_LINK_ROLE',
              detail: `A team's role reaches no further than the link's, ${linkRole}.`,
            },
          ]
        : []),
      ...(grant.ends_at !== null && grant.ends_at.getTime() <= mandate.origin.now.getTime()
        ? [{ pointer: `${at}/ends_at`, code: 'OUT_OF_RANGE', detail: 'must lie in the future' }]
        : []),
    ]
  }
  const targets = grants.map(({ link_id: link, group_id: group }) => link ?? group ?? '')
  return [
    ...grants.flatMap((grant, index) => (fresh.has(index) ? faultsOf(grant, index) : [])),
    ...findRepeated(targets, (index) => `/body/grants/${index}`),
  ]
}

function toAudited(grants: readonly TeamGrantRow[]) {
  return grants.map(({ group_name: group, tenant_name: tenant, role, ends_at: endsAt }) => ({
    ...(group === null ? { tenant } : { group }),
    role,
    ends_at: endsAt,
  }))
}

async function setGrants(mandate: Mandate<'program'>, read: ReadTeam, grants: readonly Grant[]) {
  const team = await getTeam(mandate, read.id)
  const before = await listTeamGrants(mandate, read.id)
  const faults = await findGrantFaults(mandate, before, grants)
  if (faults.length > 0) throw inputRefused(faults)
  await touchTeam(mandate, read)
  await replaceTeamGrants(mandate, read.id, { before, wanted: grants.map(toTerms) })
  const after = await listTeamGrants(mandate, read.id)
  recordTeam(mandate, team, {
    action: 'teams.set_grants',
    changes: { grants: { before: toAudited(before), after: toAudited(after) } },
  })
  return answerTeam(mandate, read.id)
}

const readAccess = { permission: 'partner_org.members.read' } as const
const manageAccess = { permission: 'partner_org.teams.manage' } as const
const assignAccess = { permission: 'partner_org.assignments.manage' } as const

const readRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/v1/partner/teams',
    summary: "The partner's teams",
    input: { query: z.strictObject(pageQuery) },
    access: readAccess,
    limit: 'list',
    responses: { 200: z.strictObject(pageOf(TeamBody)) },
    async handle({ mandate, query }) {
      const { rows, total } = await listTeams(mandate, query)
      return toPage(rows.map(toTeam), query, total)
    },
  }),
  route({
    method: 'GET',
    path: '/api/v1/partner/teams/:team_id',
    summary: 'One team with its people and what they are assigned to',
    input: { params: TeamParams },
    access: readAccess,
    limit: 'detail',
    problems: ['TEAM_NOT_FOUND'],
    responses: { 200: TeamDetail },
    handle: ({ mandate, params }) => answerTeam(mandate, params.team_id),
  }),
]

const manageRoutes: readonly Route[] = [
  route({
    method: 'POST',
    path: '/api/v1/partner/teams',
    summary: 'Make a team; it has no people and opens nothing yet',
    input: { body: TeamInput },
    access: manageAccess,
    limit: 'write',
    problems: ['TEAM_NAME_TAKEN'],
    responses: { 201: TeamDetail },
    async handle({ mandate, body }) {
      const team = { name: body.name.trim(), description: body.description?.trim() || null }
      const id = await insertTeam(mandate, team)
      recordTeam(
        mandate,
        { id, name: team.name },
        {
          action: 'teams.create',
          changes: { name: { before: null, after: team.name } },
        },
      )
      const answer = await answerTeam(mandate, id)
      return sent(answer.body, {
        ...answer.headers,
        Location: `/api/v1/partner/teams/${encodeId('team', id)}`,
      })
    },
  }),
  route({
    method: 'PUT',
    path: '/api/v1/partner/teams/:team_id',
    summary: 'Change the name or the description of a team',
    input: { params: TeamParams, body: TeamInput },
    access: manageAccess,
    limit: 'write',
    ifMatch: true,
    problems: ['TEAM_NOT_FOUND', 'TEAM_NAME_TAKEN'],
    responses: { 200: TeamDetail },
    handle: ({ mandate, params, body, expectedVersion }) =>
      changeTeam(mandate, { id: params.team_id, version: expectedVersion }, body),
  }),
  route({
    method: 'DELETE',
    path: '/api/v1/partner/teams/:team_id',
    summary: 'Delete a team; what its people had through it ends at once',
    input: { params: TeamParams },
    access: manageAccess,
    limit: 'write',
    problems: ['TEAM_NOT_FOUND'],
    responses: { 204: null },
    async handle({ mandate, params }) {
      const before = await getTeam(mandate, params.team_id)
      const people = await listTeamMembers(mandate, params.team_id)
      await deleteTeam(mandate, params.team_id)
      recordTeam(mandate, before, {
        action: 'teams.delete',
        changes: { people: { before: people.map(({ name }) => name), after: [] } },
      })
      return undefined
    },
  }),
]

const assignRoutes: readonly Route[] = [
  route({
    method: 'PUT',
    path: '/api/v1/partner/teams/:team_id/members',
    summary: 'Say who is in a team',
    input: { params: TeamParams, body: MembersInput },
    access: assignAccess,
    limit: 'write',
    ifMatch: true,
    problems: ['TEAM_NOT_FOUND'],
    responses: { 200: TeamDetail },
    handle({ mandate, params, body, expectedVersion }) {
      requireAlso(mandate, 'partner_org.teams.manage')
      return setMembers(mandate, { id: params.team_id, version: expectedVersion }, body.member_ids)
    },
  }),
  route({
    method: 'PUT',
    path: '/api/v1/partner/teams/:team_id/grants',
    summary: 'Say which links, or which groups of tenants, a team is assigned to',
    input: { params: TeamParams, body: GrantsInput },
    access: assignAccess,
    limit: 'write',
    ifMatch: true,
    problems: ['TEAM_NOT_FOUND'],
    responses: { 200: TeamDetail },
    handle({ mandate, params, body, expectedVersion }) {
      requireAlso(mandate, 'partner_org.teams.manage')
      return setGrants(mandate, { id: params.team_id, version: expectedVersion }, body.grants)
    },
  }),
]

/** The routes of a partner's teams (B3). */
export const teamRoutes: readonly Route[] = [...readRoutes, ...manageRoutes, ...assignRoutes]
