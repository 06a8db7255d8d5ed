import {
  decide,
  effectiveMask,
  encodeId,
  findBlocker,
  idFromUuid,
  permissionsOf,
  permissionsOfPlane,
  REFUSAL_WORDS,
} from '@liaison/access'
import type { Decision, Facts, PartnerId } from '@liaison/access'
import { z } from 'zod'
import { toFacts } from '#platform/resolvers/facts.ts'
import type { EnteredFacts } from '#platform/resolvers/facts.ts'
import { noteRead } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { instantText, publicId } from '#platform/route-input.ts'
import { route } from '#platform/route.ts'
import { findFactsAbout, findFactsAt, listChanges } from './explain-store.ts'
import type { Subject } from './explain-store.ts'

const PERMISSIONS = permissionsOfPlane('delegation')
const HISTORY_DAYS = 400

const CellBody = z.strictObject({
  permission: z.string(),
  sentence: z.string(),
  sensitive: z.boolean(),
  decision: z.enum(['allow', 'deny', 'unknown']),
  code: z.string(),
  reason: z.string().meta({ description: 'What the answer rests on, in words.' }),
  owner: z.enum(['self', 'partner', 'tenant', 'provider']).nullable(),
  given_by: z.enum(['role', 'grant', 'elevation']).nullable(),
})

const GridBody = z.strictObject({
  as_of: z.string(),
  person_id: z.string(),
  person_name: z.string().nullable(),
  tenant_id: z.string(),
  tenant_name: z.string().nullable(),
  partner_id: z.string(),
  partner_name: z.string().nullable(),
  link_id: z.string().nullable(),
  cells: z.array(CellBody),
  changes: z.array(
    z.strictObject({
      at: z.string(),
      what: z.string(),
      gained: z.array(z.string()),
      lost: z.array(z.string()),
    }),
  ),
  known_since: z.string().meta({ description: 'Nothing is told of the time before.' }),
  not_known: z.array(z.string()).meta({ description: 'What the answer cannot tell of that moment.' }),
})

const NEVER_KNOWN = [
  'From which network address the person would ask.',
  'When the second factor was last used; a sensitive permission asks for it within 15 minutes.',
]
const NOT_KEPT = [
  'Which second factor the person had then; the strongest of today is taken.',
  'Whether the person’s sign-in was active then; its state of today is taken.',
]

const WHAT: Readonly<Record<string, string>> = {
  delegation: 'The link changed.',
  link: 'The role of the link changed.',
  link_override: 'An exception of the link changed.',
  link_member: 'The person’s place in the link changed.',
  access_freeze: 'Access was frozen, or a freeze was lifted.',
  tenant_partner_policy: 'The tenant changed its rules.',
  partner: 'The partner’s state changed.',
  tenant: 'The tenant’s state changed.',
  partner_member: 'The person’s membership changed.',
  time: 'A start or an end came.',
}

/** Where a permission that is allowed comes from. */
function sourceOf(decision: Decision): 'role' | 'grant' | 'elevation' {
  const passed = (name: string) =>
    decision.steps?.some(({ check, state }) => check === name && state === 'pass') ?? false
  if (passed('grant')) return 'grant'
  return passed('elevation') ? 'elevation' : 'role'
}

/** What an answer rests on: the check that refused, or what gave it. */
function reasonOf(decision: Decision, source: ReturnType<typeof sourceOf> | null): string {
  const wanted = source === null ? findBlocker(decision)?.check : source === 'role' ? 'granted' : source
  return decision.steps?.find(({ check }) => check === wanted)?.detail ?? wordsOf(decision.code)
}

function toCell(facts: Facts, entry: (typeof PERMISSIONS)[number]): z.output<typeof CellBody> {
  const decision = decide(facts, { permission: entry.name }, { trace: true })
  const blocker = findBlocker(decision)
  const source = decision.effect === 'allow' ? sourceOf(decision) : null
  return {
    permission: entry.name,
    sentence: entry.sentence,
    sensitive: entry.sensitive,
    decision: blocker?.state === 'unknown' ? 'unknown' : decision.effect,
    code: decision.code,
    reason: reasonOf(decision, source),
    owner: blocker?.owner ?? null,
    given_by: source,
  }
}

function wordsOf(code: string): string {
  return Object.entries(REFUSAL_WORDS).find(([name]) => name === code)?.[1].sentence ?? 'This is allowed.'
}

/** What each instant changed in what the person could do, newest first; an instant that changed nothing is left out. */
async function readChanges(
  mandate: Mandate<'platform'>,
  subject: Subject & { readonly partnerId: PartnerId },
  since: Date,
) {
  const happened = (await listChanges(mandate, subject, since)).toReversed()
  const before = happened[0] && new Date(happened[0].at.getTime() - 1)
  const instants = before ? [before, ...happened.map(({ at }) => at)] : []
  const masks = (await findFactsAt(mandate, subject, instants)).map((entered) =>
    effectiveMask(toFacts(entered, null)),
  )
  return happened
    .flatMap(({ at, what }, index) => {
      const [was, is] = [masks[index] ?? 0n, masks[index + 1] ?? 0n]
      if (was === is) return []
      const told = { at: at.toISOString(), what: WHAT[what] ?? 'A record changed.' }
      return [{ ...told, gained: permissionsOf(is & ~was), lost: permissionsOf(was & ~is) }]
    })
    .toReversed()
}

async function findSubject(mandate: Mandate<'platform'>, { personId, tenantId }: Omit<Subject, 'partnerId'>) {
  const entered = await findFactsAbout(mandate, { personId, tenantId, partnerId: null })
  if (!entered?.partner)
    throw new ProblemError(404, 'PERSON_NOT_FOUND', 'Nobody who belongs to a partner has this id.')
  return { entered, subject: { personId, tenantId, partnerId: idFromUuid('partner', entered.partner.id) } }
}

function namesOf(entered: EnteredFacts, subject: Subject & { readonly partnerId: PartnerId }) {
  return {
    person_id: encodeId('person', subject.personId),
    person_name: entered.actor?.name ?? null,
    tenant_id: encodeId('tenant', subject.tenantId),
    tenant_name: entered.tenant?.name ?? null,
    partner_id: encodeId('partner', subject.partnerId),
    partner_name: entered.partner?.name ?? null,
  }
}

/** All that one person can do in one tenant, with the reason of each answer, now or as it was, and when it changed (B12). */
export const gridRoute = route({
  method: 'POST',
  path: '/api/v1/admin/partner-access/explain/grid',
  summary: 'What somebody can do in a tenant, permission by permission with the reason, now or at an instant',
  input: {
    body: z.strictObject({
      person_id: publicId('person'),
      tenant_id: publicId('tenant'),
      at: instantText().optional(),
    }),
  },
  access: { permission: 'platform.explain.use' },
  limit: 'explain',
  readsOnly: 'It decides questions about what stands in the records; it changes none of them.',
  problems: ['PERSON_NOT_FOUND', 'TENANT_NOT_FOUND'],
  responses: { 200: GridBody },
  async handle({ mandate, body }) {
    const { now } = mandate.origin
    const { entered, subject } = await findSubject(mandate, {
      personId: body.person_id,
      tenantId: body.tenant_id,
    })
    if (!entered.link)
      throw new ProblemError(404, 'TENANT_NOT_FOUND', 'The person’s partner has no link with this tenant.')
    const since = new Date(now.getTime() - HISTORY_DAYS * 86_400_000)
    const asked = body.at === undefined ? now : new Date(body.at)
    const [past] = asked.getTime() < now.getTime() ? await findFactsAt(mandate, subject, [asked]) : []
    const facts = toFacts(past ?? entered, null)
    noteRead(mandate, {
      action: 'access.explain',
      tenantId: body.tenant_id,
      delegationId: entered.link.id,
      resource: { type: 'person', id: body.person_id, label: entered.actor?.name ?? 'a person' },
    })
    return {
      as_of: facts.now.toISOString(),
      ...namesOf(entered, subject),
      link_id: facts.link ? encodeId('link', facts.link.id) : null,
      cells: PERMISSIONS.map((entry) => toCell(facts, entry)),
      changes: await readChanges(mandate, subject, since),
      known_since: since.toISOString(),
      not_known: past === undefined ? NEVER_KNOWN : [...NEVER_KNOWN, ...NOT_KEPT],
    }
  },
})
