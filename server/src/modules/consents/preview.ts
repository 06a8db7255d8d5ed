import { ACTION_NAMES, idFromUuid, scopeOfAction } from '@liaison/access'
import type { Action, ClientNeed, Scope } from '@liaison/access'
import type { Mandate } from '#platform/mandate.ts'
import { PROVIDER_NAME } from '#platform/pages/index.ts'
import type { Language } from '#platform/words/language.ts'
import { findNameFaults, readableName } from '#platform/words/names.ts'
import { reviewPage } from './page-view.ts'
import { readOwnPartner } from './request-store.ts'
import type { OwnAccount, RequestRow } from './request-store.ts'
import { DEFAULT_POLICY, latestEnd, neededActions } from './rules.ts'
import type { Scene } from './scene.ts'
import { CONSENT_WORDS } from './words/index.ts'

/** What a client says of itself, as its owner types it; nothing of it has to be right yet. */
export interface PreviewedClient {
  readonly name: string
  readonly description: string | null
  readonly redirectUris: readonly string[]
  readonly scopes: readonly Scope[]
  readonly needs: readonly ClientNeed[]
  readonly environment: 'sandbox' | 'live'
  /** The digest of the logo that customers see. */
  readonly logo: string | null
}

const NOBODY = '00000000-0000-7000-8000-000000000000'
const EXAMPLE = 'Example Company'
const DAYS_90_SECONDS = 90 * 86_400

/** The accounts of an organisation that there is not, which pays for itself. */
const ACCOUNTS: readonly OwnAccount[] = ['Head office', 'Warehouse'].map((name, index) => {
  const id = `00000000-0000-7000-8000-00000000000${index + 1}`
  const ban = `1000-${index + 1}`
  return {
    id,
    ban,
    name,
    currency: 'EUR',
    status: 'active',
    payer: { kind: 'direct', payer_tenant_id: NOBODY, payer_name: EXAMPLE, payer_ban: ban },
  }
})

/** A request for everything that the client may ask for, as an application would send it that gives no reason. */
function toRequest({ scopes }: PreviewedClient, offered: readonly Action[], now: Date): RequestRow {
  return {
    id: NOBODY,
    uid_hash: Buffer.alloc(0),
    client_id: NOBODY,
    partner_id: NOBODY,
    scopes,
    actions: offered,
    customer_hint: null,
    access_duration_seconds: DAYS_90_SECONDS,
    purpose: null,
    reference: null,
    grant_action: 'create',
    delegation_id: null,
    person_id: NOBODY,
    person_name: '',
    tenant_id: null,
    status: 'open',
    choice: null,
    shown: null,
    result_id: null,
    access_request_id: null,
    backchannel_request_id: null,
    consent_ask_id: null,
    first_approved_by: null,
    first_approved_by_name: null,
    first_approved_at: null,
    decided_by: null,
    decided_by_name: null,
    decided_at: null,
    created_at: now,
    ends_at: new Date(now.getTime() + 600_000),
  }
}

/**
 * The page on which a customer will decide about a client, as the server makes it, for an organisation that there is not:
 * the owner of the client reads it before anybody is asked. Nothing can be decided on it. Source: experience.md, S15.
 */
export async function previewConsentPage(
  mandate: Mandate<'program'>,
  client: PreviewedClient,
  { language, phone }: { readonly language: Language; readonly phone: string | undefined },
): Promise<string> {
  const words = CONSENT_WORDS[language]
  const partner = await readOwnPartner(mandate)
  const { now } = mandate.origin
  const offered = ACTION_NAMES.filter((action) => client.scopes.includes(scopeOfAction(action)))
  const faults = [client.name, partner.name].flatMap((name) => findNameFaults(name, PROVIDER_NAME))
  const scene: Scene = {
    mandate: {
      tenant: { id: idFromUuid('tenant', NOBODY), name: EXAMPLE },
      actor: { id: idFromUuid('person', NOBODY), name: EXAMPLE },
      origin: { now },
    },
    reading: { language, chosen: undefined },
    words,
    phone,
    key: 'preview',
    request: toRequest(client, offered, now),
    client: {
      id: NOBODY,
      name: readableName(client.name, words.namelessApp),
      description: client.description,
      environment: client.environment,
      status: 'active',
      mask: '',
      logo: client.logo,
      redirect_uris: [...client.redirectUris],
      needs: [...client.needs],
    },
    partner: { ...partner, name: readableName(partner.name, words.namelessPartner) },
    faults: [...new Set(faults)],
    accounts: ACCOUNTS,
    policy: DEFAULT_POLICY,
    isSandbox: client.environment === 'sandbox',
    offered,
    needed: neededActions(offered, client.needs),
    latest: latestEnd(now, DAYS_90_SECONDS, DEFAULT_POLICY.max_duration_days),
    before: null,
    asked: null,
    askedNow: null,
    ask: null,
  }
  return reviewPage(scene, { token: '', mayApprove: true }).body.text
}
