import type { AuditEvent } from '#platform/audit-event.ts'
import type { Database } from '#platform/database.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { writeCount, writeInstant } from '#platform/words/instant-words.ts'
import type { Language } from '#platform/words/language.ts'
import { writeLetters } from '#platform/words/letters.ts'
import type { Letters } from '#platform/words/letters.ts'
import { toldParties } from './access-request.ts'
import type { AskingParties } from './access-request.ts'
import type { AskingClient } from './access-request-store.ts'
import { insertBackchannelRequest, readBackchannelOutcome } from './backchannel-store.ts'
import type { AskedNow, BackchannelOutcome, BackchannelRow, WantedNow } from './backchannel-store.ts'
import { CONSENT_WORDS, MAIL_WORDS } from './words/index.ts'

export type { WantedNow }

/** The public id of a request. */
export const idOfBackchannelRequest = (id: string): string => publicIdOf('backchannel_request', id)

/** The page on which a request is read and its decision begins. */
export const backchannelPath = (id: string): string => `/backchannel-requests/${idOfBackchannelRequest(id)}`

// The words of the client stay out of mails: programs for mail make links of what they take for an address.
function lettersOf(parties: AskingParties, minutes: number, page: string): Letters {
  return writeLetters((language) => {
    const { minutes: noun, now } = MAIL_WORDS[language]
    const told = toldParties(parties, language)
    const text = [now.lead(told), now.decide(writeCount(minutes, noun, language), page), now.nothing]
    return { subject: now.subject(told), text: text.join('\n\n') }
  })
}

function eventOf(parties: AskingParties, wanted: WantedNow, id: string): AuditEvent {
  return {
    action: 'consents.ask_now',
    tenantId: parties.tenantId,
    tenantName: parties.tenant,
    delegationId: wanted.consentId,
    role: 'consent',
    resource: { type: 'backchannel_request', id, label: `${parties.client} in ${parties.tenant}` },
    changes: {
      actions: wanted.actions,
      scopes: wanted.scopes,
      customer_hint: wanted.customerHint,
      binding_message: wanted.bindingMessage,
    },
  }
}

/** Where API clients ask customers to approve something without a browser, and hear what became of it. */
export interface BackchannelDesk {
  /** Asks a customer; its administrators get a mail. Null for a consent that the client does not hold now. */
  ask(asking: AskingClient, wanted: WantedNow, parties: AskingParties): Promise<AskedNow>
  /** What became of a request that this client made; null for any other. */
  read(asking: AskingClient, authReqHash: Buffer): Promise<BackchannelOutcome | null>
}

/** The desk over the tables of this module; `origin` is the one that browsers see. */
export function makeBackchannelDesk(database: Database, origin: () => string): BackchannelDesk {
  return {
    ask: (asking, wanted, parties) =>
      insertBackchannelRequest(database, asking, {
        wanted,
        telling: {
          letters: (id) =>
            lettersOf(
              parties,
              Math.max(1, Math.floor(wanted.seconds / 60)),
              `${origin()}${backchannelPath(id)}`,
            ),
          event: (id) => eventOf(parties, wanted, id),
        },
      }),
    read: (asking, hash) => readBackchannelOutcome(database, asking, hash),
  }
}

/** What stands against answering a request in the back channel; null when nothing does. */
export function blockOfBackchannel(
  request: { readonly id: string; readonly status: string },
  asked: (Pick<BackchannelRow, 'answer_id' | 'status' | 'ends_at'> & { readonly isHeld: boolean }) | null,
  { now, language }: { readonly now: Date; readonly language: Language },
): string | null {
  const { blocks } = CONSENT_WORDS[language]
  if (!asked) return null
  const isOwn = asked.answer_id === request.id
  if (isOwn && (asked.status === 'approved' || asked.status === 'denied')) return null
  const waits = asked.status === 'pending' || (asked.status === 'waiting' && isOwn)
  if (!waits && asked.status !== 'lapsed') return blocks.answered
  if (!asked.isHeld) return blocks.notHeld
  return asked.status === 'lapsed' || asked.ends_at <= now
    ? blocks.late(writeInstant(asked.ends_at, language))
    : null
}
