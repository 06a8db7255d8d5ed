import { readBody } from '@liaison/client'
import type { PartnerHome, Resale, TenantConsent, TenantLink } from '@liaison/client'

import { useMay } from '../../platform/frame.ts'
import type { Frame } from '../../platform/frame.ts'
import { useRead } from '../../platform/query.ts'
import { readAllByCursor, readAllByOffset } from '../../platform/read-all.ts'
import { t } from '../../platform/words.ts'
import { isLiveResale } from './calls-consents.ts'

/** One access that the emergency stop ends, whichever way it was opened. */
export type Stopping = {
  id: string
  kind: 'link' | 'request' | 'consent' | 'resale' | 'home' | 'form_token' | 'agency_key'
  partnerId: string | null
  /** The partner, or the agency, that has it. */
  who: string
  how: string
  status: string
  people: number | null
  lastUsedAt: string | null
}

function ofLink(link: TenantLink): Stopping {
  const isRequest = link.status === 'requested'
  return {
    id: link.link_id,
    kind: isRequest ? 'request' : 'link',
    partnerId: link.partner_id,
    who: link.partner_name,
    how: isRequest ? t('stopall.way_request') : t('way.link'),
    status: link.status,
    people: isRequest ? null : link.people.length,
    lastUsedAt: link.last_used_at,
  }
}

function ofConsent(consent: TenantConsent): Stopping {
  return {
    id: consent.consent_id,
    // What waits for a second person has opened nothing yet, and is declined.
    kind: consent.status === 'requested' ? 'request' : 'consent',
    partnerId: consent.partner_id,
    who: consent.partner_name,
    how: t('way.consent', { app: consent.client.name }),
    status: consent.status,
    people: null,
    lastUsedAt: consent.last_used_at,
  }
}

function ofResale(resale: Resale): Stopping {
  return {
    id: resale.resale_id,
    kind: 'resale',
    partnerId: resale.partner_id,
    who: resale.partner_name ?? t('resale.plain'),
    how: t('way.resale', { agreement: resale.agreement_reference }),
    status: resale.status,
    people: null,
    lastUsedAt: null,
  }
}

function ofHome(home: PartnerHome): Stopping {
  const isRequest = home.status !== 'active'
  return {
    id: home.home_id,
    kind: isRequest ? 'request' : 'home',
    partnerId: home.partner_id,
    who: home.partner_name,
    how: t('way.home'),
    status: isRequest ? 'requested' : 'active',
    people: null,
    lastUsedAt: null,
  }
}

const limit = 100

async function readAccess({ client }: Frame, signal: AbortSignal): Promise<Stopping[]> {
  const status = 'requested,approved,active,suspended'
  const [links, consents, resales, homes] = await Promise.all([
    readAllByOffset<TenantLink>((place) =>
      readBody(
        client.GET('/tenant/partner-access/links', {
          params: { query: { status, limit, ...place } },
          signal,
        }),
      ),
    ),
    readAllByCursor<TenantConsent>((cursor) =>
      readBody(
        client.GET('/tenant/consents', { params: { query: { state: 'active', limit, ...cursor } }, signal }),
      ),
    ),
    readAllByOffset<Resale>((place) =>
      readBody(client.GET('/tenant/resales', { params: { query: { limit, ...place } }, signal })),
    ),
    readBody(
      client.GET('/tenant/partner-access/homes', {
        params: { query: { status: 'waiting,offered,active' } },
        signal,
      }),
    ),
  ])
  return [
    ...links.map(ofLink),
    ...consents.map(ofConsent),
    ...resales.filter(isLiveResale).map(ofResale),
    ...homes.items.map(ofHome),
  ]
}

/** Everything of partners that the emergency stop ends; none is left out, however many there are. */
export function useStoppingAccess() {
  return useRead(['stopping', 'access'], readAccess)
}

type Agency = { agency_id: string; name: string }

async function readCredentials({ client }: Frame, agency: Agency, signal: AbortSignal): Promise<Stopping[]> {
  const params = { path: { agency_id: agency.agency_id } }
  const forms = await readBody(client.GET('/tenant/agencies/{agency_id}/forms', { params, signal }))
  const keys = await readBody(client.GET('/tenant/agencies/{agency_id}/keys', { params, signal }))
  const found: Stopping[] = []
  for (const form of forms.items) {
    const path = { form_id: form.form_id }
    const tokens = await readBody(client.GET('/tenant/forms/{form_id}/tokens', { params: { path }, signal }))
    found.push(
      ...tokens.items
        .filter(({ state }) => state === 'current' || state === 'overlapping')
        .map(({ token_id: id, last_used_at: lastUsedAt }) => ({
          id,
          kind: 'form_token' as const,
          partnerId: null,
          who: agency.name,
          how: t('stopall.way_form', { name: form.name }),
          status: 'active',
          people: null,
          lastUsedAt,
        })),
    )
  }
  const open = keys.items.filter(({ status }) => status === 'active')
  return [
    ...found,
    ...open.map(({ key_id: id, name, last_used_at: lastUsedAt }) => ({
      id,
      kind: 'agency_key' as const,
      partnerId: null,
      who: agency.name,
      how: t('stopall.way_key', { name }),
      status: 'active',
      people: null,
      lastUsedAt,
    })),
  ]
}

/** Whether closing the forms of agencies is to be offered: also where it could not be read whether there is one. */
export function useOffersForms(): boolean {
  const mayClose = useMay('tenant.agencies.manage')
  const agencies = useRead(
    ['agencies', 'any'],
    (frame, signal) =>
      readBody(frame.client.GET('/tenant/agencies', { params: { query: { limit: 1 } }, signal })),
    { enabled: mayClose },
  )
  return agencies.isError || (agencies.data?.total ?? 0) > 0
}

/** The form tokens and server keys of agencies that the emergency stop ends besides, once that is wanted. */
export function useStoppingForms(isWanted: boolean) {
  return useRead(
    ['stopping', 'forms'],
    async (frame, signal) => {
      const agencies = await readAllByOffset((place) =>
        readBody(frame.client.GET('/tenant/agencies', { params: { query: { limit, ...place } }, signal })),
      )
      const found: Stopping[] = []
      for (const agency of agencies) found.push(...(await readCredentials(frame, agency, signal)))
      return found
    },
    { enabled: isWanted },
  )
}
