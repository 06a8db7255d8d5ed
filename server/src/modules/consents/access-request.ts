import { isAction } from '@liaison/access'
import type { AuditEvent } from '#platform/audit-event.ts'
import type { Database } from '#platform/database.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { writeInstant } from '#platform/words/instant-words.ts'
import type { Language } from '#platform/words/language.ts'
import { writeLetters } from '#platform/words/letters.ts'
import type { Letters } from '#platform/words/letters.ts'
import { enqueue } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { findOwnAccessRequest, insertAccessRequest } from './access-request-store.ts'
import type { AccessRequestRow, Asked, AskingClient, WantedMore } from './access-request-store.ts'
import { readableName } from '#platform/words/names.ts'
import { quotable } from './quoted.ts'
import { sentencesOf } from './rules.ts'
import type { RequestRow } from './request-store.ts'
import { CONSENT_WORDS, MAIL_WORDS } from './words/index.ts'

export type { AccessRequestRow, AskingClient, WantedMore }

/** Who asks whom, by name; for the mail. */
export interface AskingParties {
  readonly partner: string
  readonly client: string
  readonly tenant: string
  readonly tenantId: string
}

/** The public id of a request. */
export const idOfAccessRequest = (id: string): string => publicIdOf('access_request', id)

/** The names as a mail in a language tells them. */
export function toldParties({ partner, client, tenant }: AskingParties, language: Language) {
  const { namelessApp, namelessPartner } = CONSENT_WORDS[language]
  return {
    partner: readableName(partner, namelessPartner),
    client: readableName(client, namelessApp),
    tenant,
  }
}

function lettersOf(parties: AskingParties, wanted: WantedMore, page: string): Letters {
  const account = wanted.hintedNumber ?? quotable(wanted.customerHint)
  const purpose = quotable(wanted.purpose)
  return writeLetters((language) => {
    const { why, more } = MAIL_WORDS[language]
    const { can } = sentencesOf(wanted.actions.filter(isAction), CONSENT_WORDS[language])
    const subject = more.subject(toldParties(parties, language))
    const text = [
      `${subject}.`,
      more.asksFor,
      ...can.map((sentence) => `- ${sentence}`),
      ...(account === null ? [] : [more.account(account)]),
      ...(purpose === null ? [] : [why(purpose)]),
      more.decide(page),
      more.nothing,
    ].join('\n\n')
    return { subject, text }
  })
}

function eventOf(parties: AskingParties, wanted: WantedMore, id: string): AuditEvent {
  return {
    action: 'consents.ask',
    tenantId: parties.tenantId,
    tenantName: parties.tenant,
    delegationId: wanted.consentId,
    role: 'consent',
    resource: { type: 'access_request', id, label: `${parties.client} in ${parties.tenant}` },
    changes: { actions: wanted.actions, scopes: wanted.scopes, customer_hint: wanted.customerHint },
  }
}

/** Where API clients ask for more than they were allowed, and hear what became of it. */
export interface AccessRequestDesk {
  /** Asks a customer for more than a consent opens; its administrators get a mail. Null for a consent that the client does not hold now. */
  ask(asking: AskingClient, wanted: WantedMore, parties: AskingParties): Promise<Asked>
  /** What became of a request that this client made; null for any other. */
  read(asking: AskingClient, id: string): Promise<AccessRequestRow | null>
}

/** The desk over the tables of this module; `origin` is the one that browsers see. */
export function makeAccessRequestDesk(database: Database, origin: () => string): AccessRequestDesk {
  return {
    ask: (asking, wanted, parties) =>
      insertAccessRequest(database, asking, {
        wanted,
        telling: {
          letters: (id) => lettersOf(parties, wanted, `${origin()}/access-requests/${idOfAccessRequest(id)}`),
          event: (id) => eventOf(parties, wanted, id),
        },
      }),
    read: (asking, id) => findOwnAccessRequest(database, asking, id),
  }
}

/** What stands against answering a request of an API client; null when nothing does. */
export function blockOfAsked(
  { id, status }: Pick<RequestRow, 'id' | 'status'>,
  asked: AccessRequestRow | null,
  { now, language }: { readonly now: Date; readonly language: Language },
): string | null {
  const { blocks } = CONSENT_WORDS[language]
  if (!asked) return null
  const isOwnAnswer = asked.answer_id === id && asked.status === status
  if (isOwnAnswer || (asked.status === 'pending' && asked.ends_at > now)) return null
  return asked.status === 'pending'
    ? blocks.undecided(writeInstant(asked.ends_at, language))
    : blocks.answered
}

/** Tells the partner's subscribers that its request was answered: by ids alone, the client reads how. */
export async function announceAnswer(
  mandate: Mandate<'tenant'>,
  request: Pick<RequestRow, 'access_request_id' | 'delegation_id' | 'partner_id' | 'client_id'>,
): Promise<void> {
  if (request.access_request_id === null) return
  await enqueue(mandate, 'access_request.answered', {
    access_request_id: request.access_request_id,
    delegation_id: request.delegation_id,
    tenant_id: mandate.tenant.id,
    partner_id: request.partner_id,
    client_id: request.client_id,
  })
}
