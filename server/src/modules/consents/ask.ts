import { randomUUID } from 'node:crypto'
import { fromBits, idFromUuid, scopeOfAction } from '@liaison/access'
import type { Action, ClientId } from '@liaison/access'
import { recordEvent, tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { inputRefused, ProblemError } from '#platform/problem.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { writeCount, writeInstant } from '#platform/words/instant-words.ts'
import type { Language } from '#platform/words/language.ts'
import { writeLetters } from '#platform/words/letters.ts'
import type { Letters } from '#platform/words/letters.ts'
import { getSentAsk, insertAsk, withdrawAsk } from './ask-store.ts'
import type { AskRow, ConsentAskId, SentAsk } from './ask-store.ts'
import { readableName } from '#platform/words/names.ts'
import { quotable } from './quoted.ts'
import { offeredActions, sentencesOf } from './rules.ts'
import type { RequestRow } from './request-store.ts'
import type { ConsentTables } from './tables.ts'
import { CONSENT_WORDS, MAIL_WORDS } from './words/index.ts'

const DAY_MS = 86_400_000
const ANSWER_DAYS = 30

/** The public id of a request. */
export const idOfAsk = (id: string): string => publicIdOf('consent_ask', id)

/** The page on which a request is read and its decision begins. */
export const askPath = (id: string): string => `/consent-asks/${idOfAsk(id)}`

/** What a member of a partner asks a customer to allow. */
export interface Asking {
  readonly asked: string
  readonly clientId: ClientId
  readonly actions: readonly Action[]
  readonly purpose: string
  readonly days: number
}

interface AskingClient {
  readonly name: string
  readonly partner: string
}

/** The client that asks, with what it is registered for. Throws VALIDATION_ERROR for another one and for what it may not ask for. */
async function requireClient(
  mandate: Mandate<'program'>,
  { clientId, actions }: Asking,
): Promise<AskingClient> {
  const client = await tables<ConsentTables>(mandate)
    .selectFrom('api_client')
    .select(['name', 'mask', 'status'])
    .where('id', '=', clientId)
    .where('partner_id', '=', mandate.partner.id)
    .executeTakeFirst()
  if (client?.status !== 'active') throw noClient()
  const may = new Set(offeredActions({ actions, scopes: actions.map(scopeOfAction) }, fromBits(client.mask)))
  const faults = actions.flatMap((action, index) =>
    may.has(action)
      ? []
      : [
          {
            pointer: `/body/actions/${index}`,
            code: 'NOT_REGISTERED',
            detail: `the API client is not registered for what ${action} needs`,
          },
        ],
  )
  if (faults.length > 0) throw inputRefused(faults)
  return { name: client.name, partner: mandate.partner.name }
}

const noClient = () =>
  inputRefused([
    {
      pointer: '/body/client_id',
      code: 'NOT_FOUND',
      detail: 'your organisation has no API client with this id that works',
    },
  ])

function lettersOf(
  { name, partner: partnerName }: AskingClient,
  { actions, purpose, days }: Asking,
  { page, help, until }: { readonly page: string; readonly help: string; readonly until: Date },
): Letters {
  return writeLetters((language) => {
    const page_ = CONSENT_WORDS[language]
    const { ask, why } = MAIL_WORDS[language]
    const partner = readableName(partnerName, page_.namelessPartner)
    const client = readableName(name, page_.namelessApp)
    const { can } = sentencesOf(actions, page_)
    const quoted = quotable(purpose)
    const text = [
      ask.lead(partner, client),
      ...can.map((sentence) => `- ${sentence}`),
      ask.long(writeCount(days, page_.days, language)),
      ...(quoted === null ? [] : [why(quoted)]),
      ask.decide(writeInstant(until, language), page),
      ask.nothing,
      ask.unknown(help),
    ]
    return { subject: ask.subject(partner, client), text: text.join('\n\n') }
  })
}

const REFUSED = {
  kind: () =>
    new ProblemError(
      409,
      'CONSENT_REQUEST_BLOCKED',
      'A partner that only refers customers holds no access to them.',
    ),
  pending: () =>
    new ProblemError(409, 'CONSENT_ASK_PENDING', 'A request to this code or address waits already.'),
}

function tooSoon(again: Date): ProblemError {
  const again_at = again.toISOString()
  return new ProblemError(
    409,
    'CONSENT_ASK_TOO_SOON',
    `A request was declined; you may ask again from ${again_at}.`,
    {
      details: { may_ask_from: again_at },
    },
  )
}

/**
 * Asks a customer, by its code or by an address, to allow an API client something. The outcome is the same whether or not
 * there is such a customer. Throws CONSENT_ASK_PENDING, CONSENT_ASK_TOO_SOON, CONSENT_REQUEST_BLOCKED, VALIDATION_ERROR. Source: experience.md section 6, C1.
 */
export async function askTenant(
  mandate: Mandate<'program'>,
  asking: Asking,
  origin: string,
): Promise<SentAsk> {
  const client = await requireClient(mandate, asking)
  const id = randomUUID()
  const { actions, asked, clientId, purpose, days } = asking
  const scopes = [...new Set(actions.map(scopeOfAction))]
  const letters = lettersOf(client, asking, {
    page: `${origin}${askPath(id)}`,
    help: `${origin}/help#unknown-request`,
    until: new Date(mandate.origin.now.getTime() + ANSWER_DAYS * DAY_MS),
  })
  const sent = await insertAsk(mandate, { id, clientId, asked, scopes, actions, purpose, days }, letters)
  if (sent === null) throw noClient()
  if ('refused' in sent) throw 'again_at' in sent ? tooSoon(sent.again_at) : REFUSED[sent.refused]()
  recordEvent(mandate, {
    action: 'consents.ask_tenant',
    resource: { type: 'consent_ask', id, label: asked },
    changes: { client_id: clientId, actions, access_duration_days: days },
    ...(sent.tenants.length > 0 && {
      tenants: sent.tenants.map((tenantId) => ({ tenantId, rowCount: 0 })),
    }),
  })
  return getSentAsk(mandate, idFromUuid('consent_ask', id))
}

/** Takes a request back, the same way whether or not it reached anybody. Throws CONSENT_ASK_NOT_FOUND, CONSENT_STATE_CONFLICT. */
export async function takeAskBack(mandate: Mandate<'program'>, id: ConsentAskId): Promise<SentAsk> {
  const row = await getSentAsk(mandate, id)
  if (!(await withdrawAsk(mandate, id)))
    throw new ProblemError(409, 'CONSENT_STATE_CONFLICT', 'Only a request that waits can be taken back.')
  recordEvent(mandate, {
    action: 'consents.withdraw_ask',
    resource: { type: 'consent_ask', id, label: row.asked },
    changes: { status: { before: 'sent', after: 'withdrawn' } },
  })
  return getSentAsk(mandate, id)
}

/** What stands against answering a request of a partner's member; null when nothing does. */
export function blockOfAsk(
  request: Pick<RequestRow, 'id' | 'status' | 'consent_ask_id'>,
  ask: AskRow | null,
  { now, language, partner }: { readonly now: Date; readonly language: Language; readonly partner: string },
): string | null {
  if (request.consent_ask_id === null) return null
  const { blocks } = CONSENT_WORDS[language]
  // Whoever answered it for another organisation is not shown here.
  if (!ask) return blocks.answered
  const isOwn = ask.answer_id === request.id
  if (isOwn && ask.status === request.status) return null
  if (ask.status === 'withdrawn') return blocks.takenBack(partner)
  if (ask.status !== 'sent' || (ask.answer_id !== null && !isOwn)) return blocks.answered
  return isOwn || ask.ends_at > now ? null : blocks.undecided(writeInstant(ask.ends_at, language))
}
