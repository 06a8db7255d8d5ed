import { isWithin } from '@liaison/access'
import { z } from 'zod'
import type { Mandate } from '#platform/mandate.ts'
import { inputRefused, ProblemError } from '#platform/problem.ts'
import type { FieldFaultBody } from '#platform/problem.ts'
import { instant, publicId } from '#platform/route-input.ts'
import { route, sentAt } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import { tellIfUnused } from './activation.ts'
import { recordLinkEvent } from './events.ts'
import { LinkParams, RoleName } from './inputs.ts'
import { findActiveMembers, replaceMembers, versionOfPeople } from './member-store.ts'
import { requireStatus } from './routes-partner.ts'
import { listPeople } from './people-store.ts'
import type { LinkPerson } from './people-store.ts'
import { getLink, isKnown } from './store.ts'
import type { LinkRow } from './tables.ts'
import { PersonBody, toPerson } from './view.ts'

const MembersBody = z.strictObject({
  members: z
    .array(
      z.strictObject({
        member_id: publicId('member'),
        role: RoleName.nullable().default(null),
        ends_at: instant().nullable().default(null),
      }),
    )
    .max(500),
})

type Wanted = z.output<typeof MembersBody>['members']

function findRepeated(wanted: Wanted): FieldFaultBody[] {
  return wanted.flatMap(({ member_id: id }, index) =>
    wanted.findIndex((other) => other.member_id === id) < index
      ? [
          {
            pointer: `/body/members/${index}/member_id`,
            code: 'REPEATED',
            detail: 'Each member is named once.',
          },
        ]
      : [],
  )
}

/** Whether somebody is assigned in just this way: what was taken once keeps no later change of others back, and gives no more. */
const isHeld = (people: readonly LinkPerson[], { member_id: id, role, ends_at: end }: Wanted[number]) =>
  people.some(
    (person) =>
      person.team_id === null &&
      person.member_id === id &&
      person.role === role &&
      person.ends_at?.getTime() === end?.getTime(),
  )

function findTermFaults(
  row: LinkRow,
  { role, ends_at: end }: Wanted[number],
  { at, now }: { readonly at: string; readonly now: Date },
): FieldFaultBody[] {
  return [
    ...(role !== null && !isWithin(role, row.access_role)
      ? [
          {
            pointer: `${at}/role`,
            code: 'ABOVE_LINK_ROLE',
            detail: `A person's role reaches no further than the link's, ${row.access_role}.`,
          },
        ]
      : []),
    ...(end !== null && end.getTime() <= now.getTime()
      ? [{ pointer: `${at}/ends_at`, code: 'OUT_OF_RANGE', detail: 'must lie in the future' }]
      : []),
  ]
}

async function assignMembers(
  mandate: Mandate<'program'>,
  row: LinkRow & { tenant_id: string },
  edit: { readonly wanted: Wanted; readonly expectedVersion: number },
): Promise<void> {
  const { wanted, expectedVersion } = edit
  const people = await listPeople(mandate, row.id)
  const { now } = mandate.origin
  const faults = [
    ...findRepeated(wanted),
    ...wanted.flatMap((one, index) =>
      isHeld(people, one) ? [] : findTermFaults(row, one, { at: `/body/members/${index}`, now }),
    ),
  ]
  if (faults.length > 0) throw inputRefused(faults)
  const persons = await findActiveMembers(
    mandate,
    wanted.map(({ member_id: id }) => id),
  )
  const assignments = wanted.map(({ member_id: memberId, role, ends_at: endsAt }) => {
    const personId = persons.get(memberId)
    if (personId === undefined)
      throw new ProblemError(404, 'MEMBER_NOT_FOUND', 'No active member of your organisation has this id.')
    return { memberId, personId, role, endsAt }
  })
  const before = await replaceMembers(mandate, row, { assignments, expectedVersion })
  const after = await listPeople(mandate, row.id)
  recordLinkEvent(mandate, row, {
    action: 'links.assign',
    changes: { people: { before: before.map(({ name }) => name), after: after.map(({ name }) => name) } },
  })
}

const PeopleAnswer = z.strictObject({ members: z.array(PersonBody) })

async function answerPeople(mandate: Mandate<'program'>, linkId: string) {
  const people = await listPeople(mandate, linkId)
  return sentAt({ members: people.map(toPerson) }, versionOfPeople(people))
}

/** The routes by which a partner says who may use a link (B3). */
export const memberRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/v1/partner/links/:link_id/members',
    summary: 'The people who may use a link',
    input: { params: LinkParams },
    access: { permission: 'partner_org.links.read' },
    limit: 'detail',
    problems: ['LINK_NOT_FOUND'],
    responses: { 200: PeopleAnswer },
    async handle({ mandate, params }) {
      const row = await getLink(mandate, params.link_id)
      return answerPeople(mandate, row.id)
    },
  }),
  route({
    method: 'PUT',
    path: '/api/v1/partner/links/:link_id/members',
    summary: 'Say who may use a link',
    input: { params: LinkParams, body: MembersBody },
    access: { permission: 'partner_org.assignments.manage' },
    limit: 'write',
    ifMatch: true,
    problems: ['LINK_NOT_FOUND', 'LINK_STATE_CONFLICT', 'MEMBER_NOT_FOUND'],
    responses: { 200: PeopleAnswer },
    async handle({ mandate, params, body, expectedVersion }) {
      const row = await getLink(mandate, params.link_id)
      requireStatus(row, ['approved', 'active', 'suspended', 'expired'])
      if (!isKnown(row))
        throw new ProblemError(409, 'LINK_STATE_CONFLICT', 'No organisation has answered this request.')
      await assignMembers(mandate, row, { wanted: body.members, expectedVersion })
      if (row.status === 'active' && row.members_count === 0 && body.members.length > 0)
        await tellIfUnused(mandate, row, null)
      return answerPeople(mandate, row.id)
    },
  }),
]
